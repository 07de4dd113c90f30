//! The HTTP application: every route, and the layers around them.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use slipway_api::Code;
use slipway_identity::roles::PermissionTree;
use slipway_identity::tokens::Authenticator;
use slipway_identity::{issuer, oauth, pages, sessions};
use slipway_kernel::{Error, Kernel};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

use crate::{domains, health, layers, openapi};

/// What layers and routes of one process share.
#[derive(Clone)]
pub struct Shared {
    /// The kernel.
    pub kernel: Arc<Kernel>,
    /// Who is behind a token.
    pub authenticator: Arc<Authenticator>,
    /// Who is behind a browser's session.
    pub sessions: Arc<sessions::Authenticator>,
}

/// The application.
pub fn router(shared: &Shared) -> Router {
    let settings = &shared.kernel.settings;
    let (api, _) = domains::routes(&settings.limits).split_for_parts();
    let api = api
        .layer(from_fn_with_state(shared.clone(), layers::authenticate))
        .layer(DefaultBodyLimit::max(settings.limits.body_bytes));
    let pages = pages::routes(PermissionTree::new(domains::permissions()))
        .layer(from_fn_with_state(shared.clone(), layers::recognise));
    let programs = oauth::http::routes()
        .merge(issuer::http::open_routes())
        .layer(from_fn_with_state(shared.clone(), layers::anonymous));
    Router::new()
        .merge(api)
        .merge(pages)
        .merge(programs)
        .route("/pages.css", get(pages::http::stylesheet))
        .merge(health::routes())
        .merge(openapi::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(CompressionLayer::new().gzip(true))
        .layer(from_fn(layers::protect_browsers))
        .layer(from_fn_with_state(shared.clone(), layers::answer))
        .with_state(Arc::clone(&shared.kernel))
        .route("/healthz", get(health::is_alive))
}

async fn nothing_here(uri: axum::http::Uri) -> Error {
    Error::new(
        Code::NotFound,
        format!("There is nothing at {}. The API reference is at /.", uri.path()),
    )
}

async fn no_such_method(method: axum::http::Method, uri: axum::http::Uri) -> Error {
    Error::new(
        Code::MethodNotAllowed,
        format!("{} does not take {method}.", uri.path()),
    )
}
