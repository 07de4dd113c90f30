//! Services with one question each: Datadog, MongoDB Atlas, Slack, Microsoft Teams.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::Value;
use slipway_api::integrations::MissingRight;
use slipway_kernel::outbound::Request;
use slipway_kernel::text;
use url::Url;
use zeroize::Zeroizing;

use super::digest::{Challenge, authorization};
use super::{Checked, Outcome, Probe, Wrong, bearer, hidden, untested, word};
use crate::integrations::values;

pub(super) async fn datadog(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let base = probe.text("url").unwrap_or_default();
    let app_key = probe.values.secrets.get("app-key");
    let path = match app_key {
        Some(_) => "api/v2/validate_keys",
        None => "api/v1/validate",
    };
    let mut request = Request::get(address(base, path)?)
        .header(HeaderName::from_static("dd-api-key"), hidden(probe.secret("api-key"))?);
    if let Some(key) = app_key {
        request = request.header(HeaderName::from_static("dd-application-key"), hidden(key)?);
    }
    let answer = probe.send(request).await?;
    if !answer.status.is_success() {
        let which = match app_key {
            Some(_) => "the API key or the application key",
            None => "the API key",
        };
        return Err(Wrong(format!(
            "{base} does not accept {which} ({}). Keys count on the site that they were made on: compare its address.",
            answer.status
        )));
    }
    let note = match app_key {
        Some(_) => None,
        None => Some("Without an application key the Datadog provider can do little.".to_owned()),
    };
    Ok((Checked::default(), note))
}

/// The version of the Atlas API that is asked.
const ATLAS: HeaderValue = HeaderValue::from_static("application/vnd.atlas.2023-01-01+json");

pub(super) async fn atlas(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let base = probe.text("url").unwrap_or_default();
    let path = match probe.text("organization-id") {
        Some(id) => format!("api/atlas/v2/orgs/{id}"),
        None => "api/atlas/v2/orgs".to_owned(),
    };
    let url = address(base, &path)?;
    let request = || Request::get(url.clone()).header(http::header::ACCEPT, ATLAS);
    let answer = match probe.method() {
        "service-account" => {
            let token = atlas_token(probe, base).await?;
            probe.send(bearer(request(), &token)?).await?
        }
        _ => {
            let first = probe.send(request()).await?;
            let asked = first.headers.get(http::header::WWW_AUTHENTICATE);
            let challenge = asked.and_then(|value| Challenge::parse(value.to_str().ok()?));
            let challenge =
                challenge.ok_or_else(|| Wrong(format!("{base} does not ask for API keys: it is no Atlas.")))?;
            let keys = (
                probe.text("public-key").unwrap_or_default(),
                probe.secret("private-key"),
            );
            let random = format!("{:016x}", probe.ctx.random.number().map_err(Wrong::from)?);
            let value = authorization(&challenge, keys, "GET", url.path(), &random);
            probe
                .send(request().header(http::header::AUTHORIZATION, hidden(&value)?))
                .await?
        }
    };
    match answer.status.as_u16() {
        200..=299 => Ok((atlas_found(&answer.body), None)),
        401 => Err(Wrong(
            "Atlas does not accept the credentials. They were deleted, have expired, or this server's address is not on \
             their access list."
                .to_owned(),
        )),
        _ => Err(Wrong(format!("Atlas does not show the organization ({}).", answer.status))),
    }
}

fn atlas_found(body: &[u8]) -> Checked {
    let found: Value = serde_json::from_slice(body).unwrap_or_default();
    let name = word(&found, "/name").or(word(&found, "/results/0/name"));
    Checked {
        account: name.map(|name| name.chars().take(200).collect()),
        ..Checked::default()
    }
}

async fn atlas_token(probe: &Probe<'_>, base: &str) -> Result<Zeroizing<String>, Wrong> {
    #[derive(Deserialize)]
    struct Given {
        #[serde(deserialize_with = "values::hidden")]
        access_token: Zeroizing<String>,
    }
    let client = probe.text("client-id").unwrap_or_default();
    let basic = STANDARD.encode(format!("{client}:{}", probe.secret("client-secret")));
    let url = address(base, "api/oauth/token")?;
    let body = b"grant_type=client_credentials".to_vec();
    let request = Request::post(url, "application/x-www-form-urlencoded", body)
        .header(http::header::AUTHORIZATION, hidden(&format!("Basic {basic}"))?);
    let answer = probe.send(request).await?;
    let given: Option<Given> = serde_json::from_slice(&answer.body).ok();
    given.map(|given| given.access_token).ok_or_else(|| {
        Wrong(format!(
            "Atlas does not accept the service account ({}): its secret has expired or belongs to another.",
            answer.status
        ))
    })
}

pub(super) async fn slack(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let url = address(probe.text("url").unwrap_or_default(), "auth.test")?;
    let request = Request::post(url, "application/x-www-form-urlencoded", Vec::new());
    let answer = probe.send(bearer(request, probe.secret("bot-token"))?).await?;
    let found: Value = serde_json::from_slice(&answer.body).map_err(|_| Wrong("That is no Slack.".to_owned()))?;
    if found.pointer("/ok") != Some(&Value::Bool(true)) {
        let code: String = word(&found, "/error")
            .unwrap_or("no reason")
            .chars()
            .take(100)
            .collect();
        let hint = match code.as_str() {
            "invalid_auth" | "token_revoked" | "account_inactive" => {
                "Install the app in the workspace again, and take its bot token."
            }
            _ => "",
        };
        return Err(Wrong(
            format!("Slack says {} {hint}", text::sentence(&code))
                .trim_end()
                .to_owned(),
        ));
    }
    let scopes = answer
        .headers
        .get("x-oauth-scopes")
        .and_then(|value| value.to_str().ok());
    let can_write = scopes.is_none_or(|scopes| scopes.split(',').any(|scope| scope.trim() == "chat:write"));
    let missing = (!can_write).then(|| MissingRight {
        right: "chat:write".to_owned(),
        needed_for: "writing messages".to_owned(),
    });
    let text = |field: &str| word(&found, field).unwrap_or_default().to_owned();
    let checked = Checked {
        account: Some(format!("{} in {}", text("/user"), text("/team"))),
        missing: missing.into_iter().collect(),
        ..Checked::default()
    };
    Ok((checked, None))
}

/// A workflow cannot be tried without writing a message: only its address is looked at.
pub(super) fn teams(probe: &Probe<'_>) -> Result<Outcome, Wrong> {
    let wrong = || {
        Wrong("The webhook is no address of a workflow: it begins with https:// and ends with a signature.".to_owned())
    };
    let url = Url::parse(probe.secret("webhook-url")).map_err(|_| wrong())?;
    if url.scheme() != "https" || url.host_str().is_none() || url.path().len() < 2 {
        return Err(wrong());
    }
    Ok(untested(
        "A workflow cannot be tried without posting a message; only the form of its address was looked at.",
    ))
}

fn address(base: &str, path: &str) -> Result<Url, Wrong> {
    let text = format!("{}/{path}", base.trim_end_matches('/'));
    Url::parse(&text).map_err(|_| Wrong(format!("\"{text}\" is no address.")))
}
