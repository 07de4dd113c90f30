//! `/sign-in/oidc/{provider}` and its `/callback`, and the identities of an account at `/account/identities`.

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::{Extension, Router, routing};
use serde_json::json;
use slipway_api::ids::IdentityProviderId;
use slipway_kernel::http::App;
use slipway_kernel::settings::Server;
use slipway_kernel::{Ctx, Error, Result};
use url::Url;

use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use super::sessions::minute;
use super::sign_in::go_on;
use crate::identity_providers::sign_in::{self, Answer, Begun};
use crate::identity_providers::{self};
use crate::openid::Issuers;
use crate::pages::ReturnPath;
use crate::sessions::cookie::is_secure;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/sign-in/oidc/{provider}", routing::get(begin))
        .route("/sign-in/oidc/{provider}/callback", routing::get(finish))
        .route("/account/identities", routing::get(show))
        .route("/account/identities/{provider}/add", routing::post(add))
        .route("/account/identities/{provider}/remove", routing::post(remove))
}

/// Sends the browser to the provider. That is safe to be begun by a link of anybody: the answer counts only in the
/// browser that was sent.
async fn begin(
    visitor: Visitor,
    Extension(issuers): Extension<Arc<Issuers>>,
    Path(provider): Path<String>,
) -> Result<Response> {
    let return_to = ReturnPath::or_console(&visitor.query("return_to"));
    let begun = sign_in::start(&visitor.ctx, &issuers, parsed(&provider)?, return_to.as_str(), None).await?;
    let mut response = go_to("/sign-in");
    let location = HeaderValue::from_str(begun.url.as_str()).map_err(Error::internal)?;
    response.headers_mut().insert(header::LOCATION, location);
    keep(&visitor.ctx, &mut response, &begun)?;
    Ok(response)
}

async fn finish(
    visitor: Visitor,
    Extension(issuers): Extension<Arc<Issuers>>,
    Path(provider): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let parameter = |name: &str| Some(visitor.query(name)).filter(|text| !text.is_empty());
    let answer = Answer {
        code: parameter("code"),
        state: parameter("state"),
        error: parameter("error"),
        issuer: parameter("iss"),
    };
    let name = answer
        .cookie_suffix()
        .map(|suffix| cookie_name(&visitor.ctx.settings.server, &suffix));
    let kept = name.as_deref().and_then(|name| find(&headers, name));
    let browser = (kept, visitor.browser(), visitor.current.as_ref());
    let finished = sign_in::finish(&visitor.ctx, &issuers, parsed(&provider)?, answer, browser).await?;
    let return_to = ReturnPath::or_console(&finished.return_to);
    let mut response = match &finished.started {
        Some(started) => go_on(&visitor.ctx, &return_to, started)?,
        None => go(&return_to)?,
    };
    if let Some(name) = name {
        set(&visitor.ctx, &mut response, (&name, "", 0))?;
    }
    Ok(response)
}

async fn show(visitor: Visitor) -> Result<Response> {
    let user = match visitor.signed_in() {
        Ok(current) => current.user,
        Err(first) => return go(&first),
    };
    let identities = sign_in::list_identities(&visitor.ctx, user).await?;
    let identities: Vec<_> = identities
        .iter()
        .map(|identity| {
            json!({
                "provider_id": identity.provider_id,
                "provider": identity.provider,
                "key": identity.key,
                "email": identity.email,
                "used": minute(identity.used_at),
            })
        })
        .collect();
    let providers = identity_providers::service::enabled(&visitor.ctx).await?;
    let providers: Vec<_> = providers
        .iter()
        .map(|provider| json!({"id": provider.id, "name": provider.name}))
        .collect();
    let me = crate::users::service::me(&visitor.ctx).await?.username;
    let shows = json!({"page": "identities", "me": me, "identities": identities, "providers": providers});
    Page::new(&visitor, "identities.html", shows)?.answer(&visitor.ctx)
}

/// Ties another identity to the account. A form, and not a link: otherwise somebody could have one of his own tied to
/// the account of whoever follows his link.
async fn add(
    visitor: Visitor,
    Extension(issuers): Extension<Arc<Issuers>>,
    Path(provider): Path<String>,
    _proof: Form,
) -> Result<Response> {
    let user = match visitor.signed_in() {
        Ok(current) => current.user,
        Err(first) => return go(&first),
    };
    let begun = sign_in::start(
        &visitor.ctx,
        &issuers,
        parsed(&provider)?,
        "/account/identities",
        Some(user),
    )
    .await?;
    let mut response = onward(
        &visitor,
        &begun.url,
        "Sign in there to link the identity to your account.",
    )?;
    keep(&visitor.ctx, &mut response, &begun)?;
    Ok(response)
}

async fn remove(visitor: Visitor, Path(provider): Path<String>, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    sign_in::remove_identity(&visitor.ctx, current, parsed(&provider)?, &form.text("key")).await?;
    Ok(go_to("/account/identities"))
}

/// A page that goes on to another server by itself. A redirect would not do after a form: the pages' policy lets forms
/// lead to this server only.
pub(super) fn onward(visitor: &Visitor, url: &Url, why: &str) -> Result<Response> {
    let shows = json!({"url": url.as_str(), "host": url.host_str(), "detail": why});
    let mut response = Page::new(visitor, "onward.html", shows)?.answer(&visitor.ctx)?;
    let refresh = HeaderValue::from_str(&format!("0; url={url}")).map_err(Error::internal)?;
    response.headers_mut().insert(header::REFRESH, refresh);
    Ok(response)
}

fn parsed(provider: &str) -> Result<IdentityProviderId> {
    provider
        .parse()
        .map_err(|_| Error::new(slipway_api::Code::NotFound, "There is no such way to sign in."))
}

/// The browser's half of a sign-in. The provider sends the browser back by a link, so the cookie must come along then:
/// `Lax`, like the session's.
fn keep(ctx: &Ctx, response: &mut Response, begun: &Begun) -> Result<()> {
    let name = cookie_name(&ctx.settings.server, &begun.cookie_suffix);
    set(ctx, response, (&name, &begun.cookie_value, begun.lifetime_seconds))
}

fn set(ctx: &Ctx, response: &mut Response, (name, value, seconds): (&str, &str, u64)) -> Result<()> {
    let secure = if is_secure(&ctx.settings.server) {
        "; Secure"
    } else {
        ""
    };
    let text = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    let value = HeaderValue::from_str(&text).map_err(Error::internal)?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(())
}

fn cookie_name(server: &Server, suffix: &str) -> String {
    let prefix = if is_secure(server) { "__Host-" } else { "" };
    format!("{prefix}slipway-oidc-{suffix}")
}

fn find<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let values = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(';')).find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == wanted && !value.is_empty()).then_some(value)
    })
}
