//! The route that begins a connection, and the pages that a browser comes to.

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use slipway_api::ids::IntegrationId;
use slipway_api::integrations::IntegrationAuthorization;
use slipway_api::{Document, ErrorDocument, Resource};
use slipway_identity::pages::http::{Visitor, go};
use slipway_kernel::http::{App, Params, Routes, ok};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};
use url::Url;

use super::{page, service};

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(authorize_integration))
}

/// What a browser comes to. They stand beside the API, under a layer that says who visits and refuses nobody.
pub fn pages() -> Router<App> {
    Router::new()
        .route("/connections/begin", get(begin))
        .route("/connections/callback", get(come_back))
}

/// Begin to connect a forge by browser: says where to go, in the browser that you are signed in with here.
#[utoipa::path(post, path = "/api/v2/integrations/{integration}/actions/authorize",
    operation_id = "authorize_integration", tag = "integrations",
    params(("integration" = IntegrationId, Path, description = "The integration's id.")),
    responses(
        (status = 200, body = Document<Resource<IntegrationAuthorization>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument),
        (status = 409, body = ErrorDocument),
    ),
    security(("token" = ["integration.manage"])))]
async fn authorize_integration(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    let id = params.get::<IntegrationId>("integration")?;
    Ok(ok(Resource::new(id, service::begin(&ctx, id).await?)))
}

/// The form that GitHub makes an app of.
async fn begin(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    let form = service::manifest_form(&visitor.ctx, &visitor.query("state")).await?;
    let forge = Url::parse(&form.action).map_err(Error::internal)?;
    let allowed = forge.origin().ascii_serialization();
    html(StatusCode::OK, &page::to_forge(&form.action, &form.manifest), &allowed)
}

/// A forge sends the browser back, with a code or with a reason.
async fn come_back(visitor: Visitor) -> Result<Response> {
    if let Err(first) = visitor.signed_in() {
        return go(&first);
    }
    let (code, error) = (visitor.query("code"), visitor.query("error"));
    let answer = match error.is_empty() {
        true => Ok(code.as_str()),
        false => Err(error.as_str()),
    };
    let finished = service::finish(&visitor.ctx, &visitor.query("state"), answer).await?;
    let (name, path) = (&finished.name, &finished.path);
    match finished.outcome {
        Ok(install_url) => html(
            StatusCode::OK,
            &page::done(name, path, install_url.as_deref()),
            "'none'",
        ),
        Err(error) => {
            let status = StatusCode::from_u16(error.code().status()).unwrap_or(StatusCode::CONFLICT);
            html(status, &page::failed(name, path, error.detail()), "'none'")
        }
    }
}

/// A page that may send forms to `forms` only, and that keeps its own address, with the code in it, to itself.
fn html(status: StatusCode, text: &str, forms: &str) -> Result<Response> {
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut response = (status, text.to_owned()).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/html; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_str(&policy).map_err(Error::internal)?,
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}
