//! `/account/tokens`: tokens for the command line and for programs.

use std::time::Duration;

use axum::Extension;
use axum::response::Response;
use serde_json::json;
use slipway_api::tokens::NewToken;
use slipway_api::{Code, Timestamp};
use slipway_kernel::http::{Page as Rows, Params};
use slipway_kernel::{Ctx, Error, Result};

use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use super::sessions::minute;
use crate::roles::PermissionTree;
use crate::tokens::service::{self, NewlyMade};

/// The tokens on the page; more are in the API's list.
const SHOWN: Rows = Rows {
    number: 1,
    size: 100,
    after: None,
};

pub(super) async fn show(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    page(&visitor, None, "").await?.answer(&visitor.ctx)
}

pub(super) async fn create(
    visitor: Visitor,
    Extension(tree): Extension<PermissionTree>,
    form: Form,
) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    match made(&visitor.ctx, &tree, &form).await {
        Ok(made) => page(&visitor, Some(&made), "").await?.answer(&visitor.ctx),
        Err(error) => page(&visitor, None, &form.text("description"))
            .await?
            .refused(error)?
            .answer(&visitor.ctx),
    }
}

async fn made(ctx: &Ctx, tree: &PermissionTree, form: &Form) -> Result<NewlyMade> {
    let description = form.text("description");
    if description.is_empty() {
        return Err(Error::invalid(
            "/data/attributes/description",
            "Say what the token is for, so that you know later which one it is.",
        ));
    }
    let wanted = NewToken {
        description,
        expired_at: expiry(&form.text("days"), ctx.now())?,
        scopes: None,
    };
    service::create(ctx, tree, ctx.user()?, wanted).await
}

fn expiry(days: &str, now: Timestamp) -> Result<Option<Timestamp>> {
    if days == "never" {
        return Ok(None);
    }
    let days: u64 = match days.parse() {
        Ok(days @ 1..=3_650) => days,
        _ => {
            return Err(Error::invalid(
                "/data/attributes/days",
                "Choose how long the token lasts.",
            ));
        }
    };
    Ok(Some(now.after(Duration::from_secs(days * 24 * 3_600))))
}

pub(super) async fn revoke(
    visitor: Visitor,
    Extension(tree): Extension<PermissionTree>,
    params: Params,
    _proof: Form,
) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    match service::revoke(&visitor.ctx, &tree, params.get("token")?).await {
        // Gone already: the page shows it.
        Err(error) if error.code() != Code::NotFound => Err(error),
        _ => Ok(go_to("/account/tokens")),
    }
}

async fn page(visitor: &Visitor, made: Option<&NewlyMade>, description: &str) -> Result<Page> {
    let ctx = &visitor.ctx;
    let listed = service::list(ctx, ctx.user()?, &SHOWN).await?;
    let rows = listed.rows.into_iter().map(|token| {
        json!({
            "id": token.id,
            "description": token.description,
            "created": minute(token.created_at),
            "used": token.last_used_at.map(minute),
            "expires": token.expires_at.map(minute),
        })
    });
    let shows = json!({
        "page": "tokens",
        "tokens": rows.collect::<Vec<_>>(),
        "token": made.map(|made| made.text.expose_text()).transpose()?,
        "description": description,
    });
    Page::new(visitor, "tokens.html", shows)
}
