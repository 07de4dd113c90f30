//! `/device`: letting a machine without a browser act for who is signed in.

use axum::response::Response;
use serde_json::json;
use slipway_kernel::Result;

use super::answer::{Page, go};
use super::request::{Form, Visitor};
use crate::oauth::service::device;
use crate::users;

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    page(&visitor, &visitor.query("user_code")).await?.answer(&visitor.ctx)
}

/// Shows who waits with the code: only now, so that a link with a code in it agrees to nothing.
pub(super) async fn look(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    let typed = form.text("user_code");
    match device::find(&visitor.ctx, current, &typed).await {
        Ok((code, waiting)) => {
            let user = users::service::me(&visitor.ctx).await?;
            let shows = json!({
                "me": user.username,
                "user_code": code.to_string(),
                "program": waiting.description,
                "address": waiting.remote_address,
                "minutes": visitor.ctx.now().since(waiting.created_at).as_secs() / 60,
            });
            Page::new(&visitor, "device-confirm.html", shows)?.answer(&visitor.ctx)
        }
        Err(error) => page(&visitor, &typed).await?.refused(error)?.answer(&visitor.ctx),
    }
}

pub(super) async fn decide(visitor: Visitor, form: Form) -> Result<Response> {
    let current = match visitor.signed_in() {
        Ok(current) => current,
        Err(first) => return go(&first),
    };
    let typed = form.text("user_code");
    let is_allowed = form.text("decision") == "allow";
    match device::decide(&visitor.ctx, current, &typed, is_allowed).await {
        Ok(waiting) => {
            let shows = json!({"is_allowed": is_allowed, "program": waiting.description});
            Page::new(&visitor, "device-done.html", shows)?.answer(&visitor.ctx)
        }
        Err(error) => page(&visitor, &typed).await?.refused(error)?.answer(&visitor.ctx),
    }
}

async fn page(visitor: &Visitor, typed: &str) -> Result<Page> {
    let user = users::service::me(&visitor.ctx).await?;
    Page::new(visitor, "device.html", json!({"me": user.username, "user_code": typed}))
}
