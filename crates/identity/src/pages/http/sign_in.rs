//! `/sign-in` and `/sign-out`.

use std::sync::Arc;

use axum::Extension;
use axum::response::Response;
use serde_json::{Value, json};
use slipway_kernel::{Ctx, Result, mail};

use super::answer::{Page, go, go_to, go_with};
use super::oidc::onward;
use super::request::{Form, Visitor};
use crate::accounts::service::sign_in::{self, Credentials};
use crate::identity_providers;
use crate::openid::Issuers;
use crate::pages::ReturnPath;
use crate::sessions;
use crate::sessions::Stage;
use crate::sessions::service::Started;

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    let return_to = visitor.query("return_to");
    if visitor.signed_in().is_ok() {
        return go(&ReturnPath::or_console(&return_to));
    }
    let notice = match visitor.query("notice").as_str() {
        "password-set" => "The password was set. Sign in with it.",
        "signed-out" => "You are signed out.",
        _ => "",
    };
    let shows = json!({
        "return_to": return_to,
        "notice": notice,
        "sends_mail": mail::is_configured(&visitor.ctx.settings),
        "providers": providers(&visitor.ctx).await?,
    });
    Page::new(&visitor, "sign-in.html", shows)?.answer(&visitor.ctx)
}

pub(super) async fn submit(visitor: Visitor, form: Form) -> Result<Response> {
    let return_to = ReturnPath::or_console(&form.text("return_to"));
    let typed = Credentials {
        name: form.text("username"),
        password: form.secret("password"),
    };
    match sign_in::sign_in(&visitor.ctx, typed, visitor.browser()).await {
        Ok(started) => go_on(&visitor.ctx, &return_to, &started),
        Err(error) => {
            let shows = json!({
                "username": form.text("username"),
                "return_to": return_to.as_str(),
                "sends_mail": mail::is_configured(&visitor.ctx.settings),
                "providers": providers(&visitor.ctx).await?,
            });
            Page::new(&visitor, "sign-in.html", shows)?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

/// The identity providers that the page offers.
async fn providers(ctx: &Ctx) -> Result<Vec<Value>> {
    let enabled = identity_providers::service::enabled(ctx).await?;
    Ok(enabled
        .iter()
        .map(|provider| json!({"id": provider.id, "name": provider.name}))
        .collect())
}

/// Where somebody goes whose first factor was right.
pub(super) fn go_on(ctx: &Ctx, return_to: &ReturnPath, started: &Started) -> Result<Response> {
    match started.session.stage {
        Stage::Full => go_with(ctx, return_to, started),
        Stage::Enrolment => go_with(ctx, &ReturnPath::or_console("/account/second-factor"), started),
        Stage::SecondFactor => {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("return_to", return_to.as_str());
            let next = ReturnPath::or_console(&format!("/sign-in/second-factor?{}", query.finish()));
            go_with(ctx, &next, started)
        }
    }
}

/// Signs out. Somebody without a session is signed out already.
pub(super) async fn sign_out(
    visitor: Visitor,
    Extension(issuers): Extension<Arc<Issuers>>,
    _proof: Form,
) -> Result<Response> {
    let mut elsewhere = None;
    if let Some(current) = &visitor.current {
        elsewhere = identity_providers::sign_in::sign_out_address(&visitor.ctx, &issuers, current).await?;
        sessions::service::sign_out(&visitor.ctx, current.id).await?;
    }
    let mut response = match elsewhere {
        Some(url) => onward(
            &visitor,
            &url,
            "You are signed out here. You are being signed out there, too.",
        )?,
        None => go_to("/sign-in?notice=signed-out"),
    };
    sessions::http::take(&visitor.ctx, &mut response)?;
    Ok(response)
}
