//! `/password-reset`: asking for a link, and setting a password by it.

use axum::response::Response;
use serde_json::json;
use slipway_kernel::http::Params;
use slipway_kernel::{Result, mail};

use super::answer::{Page, go_to};
use super::request::{Form, Visitor};
use crate::accounts::service::reset;

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    let shows = json!({"sends_mail": mail::is_configured(&visitor.ctx.settings)});
    Page::new(&visitor, "password-reset.html", shows)?.answer(&visitor.ctx)
}

/// Says the same whoever was asked for.
pub(super) async fn ask(visitor: Visitor, form: Form) -> Result<Response> {
    let name = form.text("username");
    let asked = reset::ask(&visitor.ctx, &name).await;
    let sends_mail = mail::is_configured(&visitor.ctx.settings);
    let shows = json!({"sends_mail": sends_mail, "username": name, "is_asked": asked.is_ok()});
    let page = Page::new(&visitor, "password-reset.html", shows)?;
    match asked {
        Ok(()) => page.answer(&visitor.ctx),
        Err(error) => page.refused(error)?.answer(&visitor.ctx),
    }
}

pub(super) async fn choose(visitor: Visitor, params: Params) -> Result<Response> {
    let (_, user) = reset::look(&visitor.ctx, &params.get::<String>("token")?).await?;
    let shows = json!({"me": user.username});
    Page::new(&visitor, "password-reset.html", shows)?.answer(&visitor.ctx)
}

pub(super) async fn set(visitor: Visitor, params: Params, form: Form) -> Result<Response> {
    let text: String = params.get("token")?;
    let (_, user) = reset::look(&visitor.ctx, &text).await?;
    let again = form.exact("password_confirmation");
    match reset::use_link(&visitor.ctx, &text, form.exact("password"), &again).await {
        Ok(_) => Ok(go_to("/sign-in?notice=password-set")),
        Err(error) => Page::new(&visitor, "password-reset.html", json!({"me": user.username}))?
            .refused(error)?
            .answer(&visitor.ctx),
    }
}
