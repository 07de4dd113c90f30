//! The OpenAPI document, made from the code, and the page that shows it.

use std::sync::Arc;

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use slipway_kernel::http::App;
use slipway_kernel::settings::Limits;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, InfoBuilder, OpenApi};

use crate::{domains, reference};

/// The document as it is committed and served, as pretty JSON.
///
/// # Errors
///
/// Never in practice: the document is plain values.
pub fn document() -> anyhow::Result<String> {
    let (_, document) = domains::routes(&Limits::default()).split_for_parts();
    Ok(finished(document).to_pretty_json()? + "\n")
}

/// Routes of the document and its page.
pub fn routes(document: OpenApi) -> Router<App> {
    let document = finished(document);
    let page: Arc<str> = Arc::from(reference::api_page(&document));
    let text: Arc<str> = Arc::from(document.to_json().unwrap_or_default());
    Router::new()
        .route("/", get(move || html(Arc::clone(&page))))
        .route("/api/v2/openapi.json", get(move || json(Arc::clone(&text))))
        .route("/reference.css", get(stylesheet))
}

fn finished(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("Slipway")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(
            "One control plane from infrastructure code to running applications. JSON:API; where Terraform Enterprise has \
             an endpoint for a thing, this one has its path and shape. The scopes of an operation's security name the \
             permission that it needs.",
        ))
        .build();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token of a user, a runner pool or a run."))
        .build();
    let components = document.components.get_or_insert_with(Components::new);
    components
        .security_schemes
        .insert("token".to_owned(), SecurityScheme::Http(scheme).into());
    document
}

async fn html(page: Arc<str>) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.to_string()).into_response()
}

async fn json(text: Arc<str>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response()
}

async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], reference::STYLE).into_response()
}
