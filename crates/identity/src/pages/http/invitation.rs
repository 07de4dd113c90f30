//! `/invitations/{token}`: joining an organization.

use axum::Extension;
use axum::response::Response;
use serde_json::{Value, json};
use slipway_kernel::http::Params;
use slipway_kernel::{Actor, Result};

use super::answer::{Page, go, go_to};
use super::request::{Form, Visitor};
use super::set_up::new_account;
use super::sign_in::go_on;
use crate::memberships::service::accept::{self, Invitation};
use crate::pages::ReturnPath;
use crate::roles::PermissionTree;
use crate::sessions::service::Started;

pub(super) async fn show(visitor: Visitor, params: Params) -> Result<Response> {
    let text: String = params.get("token")?;
    let invitation = accept::look(&visitor.ctx, &text).await?;
    Page::new(&visitor, "invitation.html", shows(&visitor, &invitation, &text))?.answer(&visitor.ctx)
}

/// Joins with a new account.
pub(super) async fn submit(
    visitor: Visitor,
    params: Params,
    Extension(tree): Extension<PermissionTree>,
    form: Form,
) -> Result<Response> {
    let text: String = params.get("token")?;
    let invitation = accept::look(&visitor.ctx, &text).await?;
    match made(&visitor, &tree, &text, &form).await {
        Ok(started) => go_on(&visitor.ctx, &ReturnPath::or_console("/app"), &started),
        Err(error) => {
            let mut shows = shows(&visitor, &invitation, &text);
            if let Some(shows) = shows.as_object_mut() {
                shows.insert("username".to_owned(), form.text("username").into());
                shows.insert("email".to_owned(), form.text("email").into());
            }
            Page::new(&visitor, "invitation.html", shows)?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

async fn made(visitor: &Visitor, tree: &PermissionTree, text: &str, form: &Form) -> Result<Started> {
    let wanted = new_account(form)?;
    accept::with_new_account(&visitor.ctx, tree, text, wanted, visitor.browser()).await
}

/// Joins with the account that one is signed in to.
pub(super) async fn accept(
    visitor: Visitor,
    params: Params,
    Extension(tree): Extension<PermissionTree>,
    _proof: Form,
) -> Result<Response> {
    let text: String = params.get("token")?;
    if visitor.signed_in().is_err() {
        return go(&ReturnPath::or_console(&format!(
            "/sign-in?return_to=/invitations/{text}"
        )));
    }
    match accept::as_signed_in(&visitor.ctx, &tree, &text).await {
        Ok(_) => Ok(go_to("/app")),
        Err(error) => {
            let invitation = accept::look(&visitor.ctx, &text).await?;
            Page::new(&visitor, "invitation.html", shows(&visitor, &invitation, &text))?
                .refused(error)?
                .answer(&visitor.ctx)
        }
    }
}

fn shows(visitor: &Visitor, invitation: &Invitation, text: &str) -> Value {
    let me = match visitor.ctx.actor() {
        Actor::User { name, .. } => Some(name),
        _ => None,
    };
    json!({
        "organization": invitation.organization,
        "inviter": invitation.inviter,
        "role": invitation.role.as_ref().map(|role| &role.name),
        "email": invitation.membership.email,
        "me": me,
        "here": format!("/invitations/{text}"),
    })
}
