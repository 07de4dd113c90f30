//! The OpenAPI document, made from the code, and the page that shows it.

use std::sync::OnceLock;

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
    Ok(current().to_pretty_json()? + "\n")
}

/// Routes of the document and its page. Both are made when they are first asked for, and kept: most servers never are,
/// and a start should not wait for them.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/reference", get(html))
        .route("/api/v2/openapi.json", get(json))
        .route("/reference.css", get(stylesheet))
}

/// The limits decide about bodies, not about what the document says.
fn current() -> OpenApi {
    finished(domains::routes(&Limits::default()).describe())
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
    for (name, schema) in slipway_api::ids::schemas() {
        components.schemas.entry(name).or_insert(schema);
    }
    components
        .security_schemes
        .insert("token".to_owned(), SecurityScheme::Http(scheme).into());
    document
}

async fn html() -> Response {
    static PAGE: OnceLock<String> = OnceLock::new();
    let page = PAGE.get_or_init(|| reference::api_page(&current()));
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.as_str()).into_response()
}

async fn json() -> Response {
    static TEXT: OnceLock<String> = OnceLock::new();
    let text = TEXT.get_or_init(|| current().to_json().unwrap_or_default());
    ([(header::CONTENT_TYPE, "application/json")], text.as_str()).into_response()
}

async fn stylesheet() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], reference::STYLE).into_response()
}
