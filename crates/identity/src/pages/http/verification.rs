//! `/account/verification` and `/verify-email/{token}`: showing to read one's mail address.

use axum::response::Response;
use serde_json::json;
use slipway_kernel::Result;
use slipway_kernel::http::Params;

use super::account;
use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use crate::accounts::service::verify;

/// Sends the link.
pub(super) async fn ask(visitor: Visitor, _proof: Form) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    match verify::ask(&visitor.ctx).await {
        Ok(()) => account::page(&visitor, true).await?.answer(&visitor.ctx),
        Err(error) => account::page(&visitor, false)
            .await?
            .refused(error)?
            .answer(&visitor.ctx),
    }
}

/// Looking uses nothing up: programs that read mail open links.
pub(super) async fn show(visitor: Visitor, params: Params) -> Result<Response> {
    let (link, user) = verify::look(&visitor.ctx, &params.get::<String>("token")?).await?;
    let shows = json!({"me": user.username, "email": link.sent_to});
    Page::new(&visitor, "verification.html", shows)?.answer(&visitor.ctx)
}

pub(super) async fn confirm(visitor: Visitor, params: Params, _proof: Form) -> Result<Response> {
    verify::use_link(&visitor.ctx, &params.get::<String>("token")?).await?;
    Ok(go_to("/account"))
}
