//! `/set-up/{token}`: the first administrator.

use axum::response::Response;
use serde_json::json;
use slipway_kernel::Result;
use slipway_kernel::http::Params;

use super::answer::Page;
use super::request::{Form, Visitor};
use super::sign_in::go_on;
use crate::accounts::service::set_up::{self, NewAccount};
use crate::links::{self, LinkKind};
use crate::pages::ReturnPath;
use crate::sessions::service::Started;

pub(super) async fn show(visitor: Visitor, params: Params) -> Result<Response> {
    links::service::find(&visitor.ctx, LinkKind::SetUp, &params.get::<String>("token")?).await?;
    Page::new(&visitor, "set-up.html", json!({}))?.answer(&visitor.ctx)
}

pub(super) async fn submit(visitor: Visitor, params: Params, form: Form) -> Result<Response> {
    let text: String = params.get("token")?;
    links::service::find(&visitor.ctx, LinkKind::SetUp, &text).await?;
    match made(&visitor, &text, &form).await {
        Ok(started) => go_on(&visitor.ctx, &ReturnPath::or_console("/app"), &started),
        Err(error) => {
            let shows = json!({"username": form.text("username"), "email": form.text("email")});
            Page::new(&visitor, "set-up.html", shows)?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

async fn made(visitor: &Visitor, text: &str, form: &Form) -> Result<Started> {
    set_up::use_link(&visitor.ctx, text, new_account(form)?, visitor.browser()).await
}

/// The account that a form asks for.
pub(super) fn new_account(form: &Form) -> Result<NewAccount> {
    Ok(NewAccount {
        username: form.name("username")?,
        email: form.optional("email"),
        password: form.exact("password"),
        again: form.exact("password_confirmation"),
    })
}
