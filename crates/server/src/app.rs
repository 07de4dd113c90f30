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
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::{console, domains, health, layers, openapi};

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
    router_with(shared, console::embedded)
}

/// The same with another console than the one in this binary.
pub fn router_with(shared: &Shared, console: console::Find) -> Router {
    let settings = &shared.kernel.settings;
    let api = domains::routes(&settings.limits)
        .into_router()
        .layer(from_fn_with_state(shared.clone(), layers::authenticate))
        .layer(DefaultBodyLimit::max(settings.limits.body_bytes));
    let pages = pages::routes(PermissionTree::new(domains::permissions()))
        .merge(slipway_connections::integrations::authorization::http::pages())
        .merge(console::pages(console))
        .layer(from_fn_with_state(shared.clone(), layers::recognise));
    let programs = oauth::http::routes()
        .merge(issuer::http::open_routes())
        .merge(slipway_connections::open_routes())
        .merge(slipway_apps::open_routes())
        .layer(from_fn_with_state(shared.clone(), layers::anonymous));
    Router::new()
        .merge(api)
        .merge(pages)
        .merge(programs)
        .route("/pages.css", get(pages::http::stylesheet))
        .merge(console::assets(console))
        .merge(health::routes())
        .merge(openapi::routes())
        .fallback(nothing_here)
        .method_not_allowed_fallback(no_such_method)
        .layer(CatchPanicLayer::custom(layers::panicked))
        .layer(compression())
        .layer(from_fn(layers::protect_browsers))
        .layer(from_fn_with_state(shared.clone(), layers::answer))
        .with_state(Arc::clone(&shared.kernel))
        .route("/healthz", get(health::is_alive))
}

/// Compresses what is worth it, and was not compressed already: fonts are.
fn compression() -> CompressionLayer<impl Predicate> {
    let predicate = DefaultPredicate::new().and(NotForContentType::const_new("font/"));
    CompressionLayer::new().gzip(true).compress_when(predicate)
}

async fn nothing_here(uri: axum::http::Uri) -> Error {
    Error::new(
        Code::NotFound,
        format!(
            "There is nothing at {}. The API reference is at /reference.",
            uri.path()
        ),
    )
}

async fn no_such_method(method: axum::http::Method, uri: axum::http::Uri) -> Error {
    Error::new(
        Code::MethodNotAllowed,
        format!("{} does not take {method}.", uri.path()),
    )
}
