//! Azure: a token for the application, then the subscription with it.

use serde::Deserialize;
use slipway_kernel::outbound::Request;
use slipway_kernel::text;
use url::Url;
use zeroize::Zeroizing;

use super::{Checked, Outcome, Probe, Wrong, bearer};
use crate::integrations::values::hidden;

/// The two hosts of a cloud: sign-in, management.
fn hosts(cloud: &str) -> (&'static str, &'static str) {
    match cloud {
        "usgovernment" => (
            "https://login.microsoftonline.us",
            "https://management.usgovcloudapi.net",
        ),
        "china" => ("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
        _ => ("https://login.microsoftonline.com", "https://management.azure.com"),
    }
}

#[derive(Deserialize)]
struct Given {
    #[serde(deserialize_with = "hidden")]
    access_token: Zeroizing<String>,
}

#[derive(Deserialize)]
struct Refused {
    error_description: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    display_name: String,
    state: String,
}

/// A token that Azure's management takes, and where that is.
pub(crate) struct Entry {
    pub(crate) token: Zeroizing<String>,
    pub(crate) management: String,
}

/// Azure lets nobody in: its words, and the subject of our token where that was shown.
struct Refusal {
    text: String,
    subject: Option<String>,
}

pub(super) async fn ask(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let entry = match sign_in(probe).await? {
        Ok(entry) => entry,
        Err(refused) => return refusal(&refused),
    };
    let name = subscription(probe, &entry.management, &entry.token).await?;
    let client = probe.text("client-id").unwrap_or_default();
    let checked = Checked {
        account: Some(format!("{client} in {name}")),
        ..Checked::default()
    };
    Ok((checked, None))
}

/// What lets the asker in.
pub(crate) async fn credentials(probe: &Probe<'_>) -> Result<Entry, Wrong> {
    match sign_in(probe).await? {
        Ok(entry) => Ok(entry),
        Err(refused) => {
            refusal(&refused)?;
            // It is a test only that may be refused for its subject.
            let subject = refused.subject.unwrap_or_default();
            Err(Wrong(format!(
                "Azure knows the application, but none of its federated credentials is for \"{subject}\". Add one with this \
                 subject."
            )))
        }
    }
}

async fn sign_in(probe: &Probe<'_>) -> Result<Result<Entry, Refusal>, Wrong> {
    let (login, management) = hosts(probe.text("cloud").unwrap_or("public"));
    let login = probe.text("login-url").unwrap_or(login);
    let management = probe.text("management-url").unwrap_or(management);
    let client = probe.text("client-id").unwrap_or_default();
    let mut fields = vec![
        ("grant_type", Zeroizing::new("client_credentials".to_owned())),
        ("client_id", Zeroizing::new(client.to_owned())),
        ("scope", Zeroizing::new(format!("{management}/.default"))),
    ];
    let mut subject = None;
    if probe.method() == "client-secret" {
        fields.push((
            "client_secret",
            Zeroizing::new(probe.secret("client-secret").to_owned()),
        ));
    } else {
        let (token, of) = probe.token(probe.text("audience").unwrap_or_default()).await?;
        let form = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned();
        fields.push(("client_assertion_type", Zeroizing::new(form)));
        fields.push(("client_assertion", token));
        subject = Some(of);
    }
    let pairs = fields.iter().map(|(name, value)| (*name, value.as_str()));
    let form = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish();
    let tenant = probe.text("tenant-id").unwrap_or_default();
    let url = address(&format!("{login}/{tenant}/oauth2/v2.0/token"))?;
    let request = Request::post(url, "application/x-www-form-urlencoded", form.into_bytes());
    let answer = probe.send(request).await?;
    if !answer.status.is_success() {
        let refused: Option<Refused> = serde_json::from_slice(&answer.body).ok();
        let text = refused.and_then(|refused| refused.error_description);
        return Ok(Err(Refusal {
            text: text.unwrap_or_default(),
            subject,
        }));
    }
    let given: Given = serde_json::from_slice(&answer.body)
        .map_err(|_| Wrong(format!("{login} answers without a token: it is no sign-in of Azure.")))?;
    Ok(Ok(Entry {
        token: given.access_token,
        management: management.to_owned(),
    }))
}

async fn subscription(probe: &Probe<'_>, management: &str, token: &str) -> Result<String, Wrong> {
    let id = probe.text("subscription-id").unwrap_or_default();
    let url = address(&format!("{management}/subscriptions/{id}?api-version=2022-12-01"))?;
    let answer = probe.send(bearer(Request::get(url), token)?).await?;
    match serde_json::from_slice::<Subscription>(&answer.body) {
        Ok(found) if answer.status.is_success() && found.state == "Enabled" => Ok(found.display_name),
        Ok(found) if answer.status.is_success() => Err(Wrong(format!(
            "The subscription \"{}\" is {}.",
            found.display_name, found.state
        ))),
        _ => Err(Wrong(format!(
            "Azure accepts the application, but shows it no subscription {id} ({}). Give it a role there, Reader at \
             least.",
            answer.status
        ))),
    }
}

/// What Azure's codes mean here (Microsoft Entra authentication and authorization error codes).
fn refusal(refused: &Refusal) -> Result<Outcome, Wrong> {
    let (text, subject) = (refused.text.as_str(), refused.subject.as_deref());
    let code = text.split(':').next().unwrap_or_default().trim();
    if let (Some(subject), "AADSTS70021" | "AADSTS700213" | "AADSTS7002138") = (subject, code) {
        let note = format!(
            "Azure knows the application, but none of its federated credentials is for the test, whose subject is \
             \"{subject}\". That is right where there are those of workspaces only."
        );
        return Ok((Checked::default(), Some(note)));
    }
    let hint = match code {
        "AADSTS7000215" => "The client secret is not the application's: take its value, not its id.",
        "AADSTS7000222" => "The client secret has expired. Make another in the application's certificates and secrets.",
        "AADSTS700016" => "There is no such application in this tenant.",
        "AADSTS90002" | "AADSTS900023" => "There is no such tenant.",
        "AADSTS700211" => "Add a federated credential to the application, with this server's address as issuer.",
        "AADSTS50166" | "AADSTS700212" => {
            "Azure could not read this server's keys: it must be able to reach the server."
        }
        "" => "The answer says no reason.",
        _ => "",
    };
    let shown: String = text.lines().next().unwrap_or_default().chars().take(300).collect();
    Err(Wrong(
        format!(
            "Azure does not accept the credentials. {} {hint}",
            text::sentence(&shown)
        )
        .replace(" . ", " ")
        .trim_end()
        .to_owned(),
    ))
}

fn address(text: &str) -> Result<Url, Wrong> {
    Url::parse(text).map_err(|_| Wrong(format!("\"{text}\" is no address.")))
}
