//! Google Cloud: an access token, by a key or by a token of ours.

use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde::Deserialize;
use serde_json::{Value, json};
use slipway_kernel::Ctx;
use slipway_kernel::outbound::{Answer, Request};
use slipway_kernel::text;
use url::Url;
use zeroize::Zeroizing;

use super::{Checked, Outcome, Probe, Wrong, bearer, word};
use crate::integrations::google::GoogleServices;
use crate::integrations::values;

const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// What a key file has.
#[derive(Deserialize)]
struct KeyFile {
    client_email: String,
    #[serde(deserialize_with = "values::hidden")]
    private_key: Zeroizing<String>,
    private_key_id: String,
    token_uri: String,
}

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let let_in = match probe.method() {
        "service-account-key" => by_key(probe).await?,
        _ => by_token(probe).await?,
    };
    Ok(match let_in {
        Entry::In { account, .. } => known(account),
        Entry::NotAs { account, subject } => {
            let note = format!(
                "The pool lets this server in, but the test may not act as {account}: its subject is \"{subject}\". That is \
                 right where the account lets in workspaces only (role Workload Identity User)."
            );
            (Checked::default(), Some(note))
        }
    })
}

/// A token that Google's services take from the asker.
pub(crate) async fn credentials(probe: &Probe<'_>) -> Result<Zeroizing<String>, Wrong> {
    let let_in = match probe.method() {
        "service-account-key" => by_key(probe).await?,
        _ => by_token(probe).await?,
    };
    match let_in {
        Entry::In { token, .. } => Ok(token),
        Entry::NotAs { account, subject } => Err(Wrong(format!(
            "The pool lets this server in, but \"{subject}\" may not act as {account}. Give it the role Workload Identity User \
             on that account."
        ))),
    }
}

/// How far Google lets us in.
enum Entry {
    /// With this token, as this account.
    In { token: Zeroizing<String>, account: String },
    /// Not as the account that is wished for.
    NotAs { account: String, subject: String },
}

async fn by_key(probe: &Probe<'_>) -> Result<Entry, Wrong> {
    let key: KeyFile = serde_json::from_str(probe.secret("key")).map_err(|_| {
        Wrong("The key is no key file of a service account: it is the JSON file as Google gave it.".to_owned())
    })?;
    let assertion = assertion(probe.ctx, &key)?;
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
        .append_pair("assertion", &assertion)
        .finish();
    let url = address(&key.token_uri)?;
    let request = Request::post(url, "application/x-www-form-urlencoded", form.into_bytes());
    Ok(Entry::In {
        token: access_token(&probe.send(request).await?)?,
        account: key.client_email,
    })
}

/// A token that the key signs (RFC 7523).
fn assertion(ctx: &Ctx, key: &KeyFile) -> Result<String, Wrong> {
    let wrong = || Wrong("The private key in the key file cannot be read.".to_owned());
    let body: String = key
        .private_key
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .collect();
    let der = Zeroizing::new(STANDARD.decode(body.trim()).map_err(|_| wrong())?);
    let pair = RsaKeyPair::from_pkcs8(&der).map_err(|_| wrong())?;
    let now = ctx.now().unix_ms() / 1_000;
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": key.private_key_id});
    let claims = json!({"iss": key.client_email, "scope": SCOPE, "aud": key.token_uri, "iat": now, "exp": now + 600});
    let encoded = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", encoded(&header), encoded(&claims));
    let mut signature = vec![0; pair.public_modulus_len()];
    let random = aws_lc_rs::rand::SystemRandom::new();
    pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature)
        .map_err(|_| wrong())?;
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

async fn by_token(probe: &Probe<'_>) -> Result<Entry, Wrong> {
    let provider = format!("//iam.googleapis.com/{}", probe.text("provider").unwrap_or_default());
    let (token, subject) = probe.token(probe.text("audience").unwrap_or(&provider)).await?;
    let services = GoogleServices::of(probe.values);
    let body = exchange(&provider, &token);
    let request = Request::post(
        address(&services.token_url)?,
        "application/json",
        body.to_string().into_bytes(),
    );
    let federated = access_token(&probe.send(request).await?)?;
    let Some(account) = probe.text("service-account") else {
        return Ok(Entry::In {
            token: federated,
            account: format!("principal {subject} of {provider}"),
        });
    };
    let url = address(&services.impersonation(account))?;
    let body = json!({"scope": [SCOPE], "lifetime": "300s"}).to_string().into_bytes();
    let answer = probe
        .send(bearer(Request::post(url, "application/json", body), &federated)?)
        .await?;
    let account = account.to_owned();
    if answer.status.as_u16() == 403 {
        return Ok(Entry::NotAs { account, subject });
    }
    Ok(Entry::In {
        token: access_token(&answer)?,
        account,
    })
}

/// What the token service takes (RFC 8693, in Google's spelling).
fn exchange(provider: &str, token: &str) -> Value {
    json!({
        "grantType": "urn:ietf:params:oauth:grant-type:token-exchange",
        "audience": provider,
        "scope": SCOPE,
        "requestedTokenType": "urn:ietf:params:oauth:token-type:access_token",
        "subjectToken": token,
        "subjectTokenType": "urn:ietf:params:oauth:token-type:jwt",
    })
}

fn known(account: String) -> Outcome {
    let checked = Checked {
        account: Some(account),
        ..Checked::default()
    };
    (checked, None)
}

fn access_token(answer: &Answer) -> Result<Zeroizing<String>, Wrong> {
    #[derive(Deserialize)]
    struct Given {
        // The service that lends accounts spells it as the rest of Google's interfaces do.
        #[serde(alias = "accessToken", deserialize_with = "values::hidden")]
        access_token: Zeroizing<String>,
    }
    if !answer.status.is_success() {
        return Err(Wrong(refusal(answer)));
    }
    serde_json::from_slice::<Given>(&answer.body)
        .map(|given| given.access_token)
        .map_err(|_| Wrong("Google answers without a token.".to_owned()))
}

/// Google's words: `error_description` of OAuth, or `error.message` of its other interfaces.
fn refusal(answer: &Answer) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = word(&body, "/error_description")
        .or(word(&body, "/error/message"))
        .or(word(&body, "/error"))
        .unwrap_or("no reason");
    let hint = match text {
        text if text.contains("Invalid JWT Signature") => "The key was deleted or disabled.",
        text if text.contains("audience") => {
            "Set the provider's allowed audience to that of this integration, or leave both at their default."
        }
        text if text.contains("issuer") => "Set the provider's issuer to this server's address.",
        text if text.contains("attribute condition") => {
            "The provider's condition does not let the test in. That is right where it lets in workspaces only."
        }
        _ => "",
    };
    let shown: String = text.chars().take(300).collect();
    format!(
        "Google does not accept the credentials. {} {hint}",
        text::sentence(&shown)
    )
    .trim_end()
    .to_owned()
}

fn address(text: &str) -> Result<Url, Wrong> {
    Url::parse(text).map_err(|_| Wrong(format!("\"{text}\" is no address.")))
}
