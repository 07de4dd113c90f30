//! Routes of the pages, a file per page.

mod account;
mod answer;
mod authorize;
mod device;
mod invitation;
mod oidc;
mod password_reset;
mod request;
mod second_factor;
mod sessions;
mod set_up;
mod sign_in;
mod tokens;
mod verification;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::routing::{get, post};
use axum::{Extension, Router};
use slipway_kernel::http::App;

pub use answer::{Html, Page, failure, go};
pub use request::{Form, Visitor, require_same_origin};

use crate::openid::Issuers;
use crate::roles::PermissionTree;

/// Bytes of the largest form.
const FORM_BYTES: usize = 64 * 1_024;

/// The pages. They stand beside the API, under a layer that says who visits and refuses nobody.
pub fn routes(tree: PermissionTree) -> Router<App> {
    let issuers = Arc::new(Issuers::default());
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::submit))
        .route(
            "/sign-in/second-factor",
            get(second_factor::ask).post(second_factor::answer),
        )
        .route("/sign-out", post(sign_in::sign_out))
        .route("/set-up/{token}", get(set_up::show).post(set_up::submit))
        .route("/invitations/{token}", get(invitation::show).post(invitation::submit))
        .route("/invitations/{token}/accept", post(invitation::accept))
        .route("/password-reset", get(password_reset::show).post(password_reset::ask))
        .route(
            "/password-reset/{token}",
            get(password_reset::choose).post(password_reset::set),
        )
        .route("/account", get(account::show).post(account::update))
        .route(
            "/account/password",
            get(account::show_password).post(account::change_password),
        )
        .route("/account/verification", post(verification::ask))
        .route(
            "/verify-email/{token}",
            get(verification::show).post(verification::confirm),
        )
        .route("/account/second-factor", get(second_factor::show))
        .route("/account/second-factor/begin", post(second_factor::begin))
        .route("/account/second-factor/confirm", post(second_factor::confirm))
        .route("/account/second-factor/off", post(second_factor::turn_off))
        .route("/account/second-factor/codes", post(second_factor::new_codes))
        .route("/account/sessions", get(sessions::show))
        .route("/account/sessions/end-others", post(sessions::end_others))
        .route("/account/sessions/{session}/end", post(sessions::end))
        .route("/account/tokens", get(tokens::show).post(tokens::create))
        .route("/account/tokens/{token}/revoke", post(tokens::revoke))
        .route("/oauth/authorize", get(authorize::show).post(authorize::answer))
        .route("/device", get(device::show).post(device::look))
        .route("/device/decision", post(device::decide))
        .merge(oidc::routes())
        .layer(DefaultBodyLimit::max(FORM_BYTES))
        .layer(Extension(tree))
        .layer(Extension(issuers))
}

/// The pages' stylesheet, which is for everybody.
pub async fn stylesheet() -> impl axum::response::IntoResponse {
    (
        [
            (header::CONTENT_TYPE, "text/css; charset=utf-8"),
            (header::CACHE_CONTROL, "public, max-age=300"),
        ],
        super::templates::STYLE,
    )
}
