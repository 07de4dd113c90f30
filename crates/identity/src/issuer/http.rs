//! What verifiers fetch (OpenID Connect Discovery 1.0, RFC 7517), and the keys for administrators.

use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Json, Router};
use serde::Serialize;
use slipway_api::signing_keys::SigningKey as Wire;
use slipway_api::{Document, ErrorDocument, Resource};
use slipway_kernel::http::{App, Routes, created};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Result};

use super::model::{PublicKey, SigningKey};
use super::service;

/// For how long verifiers may keep what they fetched: much less than a key is published before it signs.
const CACHE: &str = "public, max-age=3600";

pub(crate) fn routes() -> Routes {
    Routes::new().routes(routes!(create_signing_key))
}

/// What verifiers fetch, whoever they are.
pub fn open_routes() -> Router<App> {
    Router::new()
        .route("/.well-known/openid-configuration", get(describe))
        .route("/.well-known/jwks", get(keys))
}

/// What a verifier of tokens that runs show needs to know.
#[derive(Serialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
    response_types_supported: [&'static str; 1],
    subject_types_supported: [&'static str; 1],
    id_token_signing_alg_values_supported: [&'static str; 1],
    scopes_supported: [&'static str; 1],
    claims_supported: Vec<&'static str>,
}

/// A set of public keys.
#[derive(Serialize)]
struct KeySet {
    keys: Vec<PublicKey>,
}

/// What verifiers need to know about the tokens that runs show to clouds.
async fn describe(Extension(ctx): Extension<Ctx>) -> impl IntoResponse {
    let issuer = service::issuer(&ctx);
    let discovery = Discovery {
        jwks_uri: format!("{issuer}/.well-known/jwks"),
        issuer,
        response_types_supported: ["id_token"],
        subject_types_supported: ["public"],
        id_token_signing_alg_values_supported: ["RS256"],
        scopes_supported: ["openid"],
        claims_supported: vec![
            "sub",
            "aud",
            "exp",
            "nbf",
            "iat",
            "iss",
            "jti",
            "terraform_organization_id",
            "terraform_organization_name",
            "terraform_project_id",
            "terraform_project_name",
            "terraform_workspace_id",
            "terraform_workspace_name",
            "terraform_full_workspace",
            "terraform_run_id",
            "terraform_run_phase",
        ],
    };
    ([(CACHE_CONTROL, CACHE)], Json(discovery))
}

/// The public keys that verify tokens of runs.
async fn keys(Extension(ctx): Extension<Ctx>) -> Result<impl IntoResponse> {
    let keys = service::published(&ctx).await?;
    let keys = keys.into_iter().map(|key| key.public).collect();
    Ok(([(CACHE_CONTROL, CACHE)], Json(KeySet { keys })))
}

/// Make a new signing key before its time. It signs in a day, when every verifier knows it.
#[utoipa::path(post, path = "/api/v2/signing-keys", operation_id = "create_signing_key", tag = "workload identity",
    responses(
        (status = 201, body = Document<Resource<Wire>>),
        (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument),
    ),
    security(("token" = ["site.manage"])))]
async fn create_signing_key(ctx: Ctx) -> Result<impl IntoResponse> {
    Ok(created(resource(service::rotate(&ctx).await?)))
}

fn resource(key: SigningKey) -> Resource<Wire> {
    let attributes = Wire {
        algorithm: key.public.alg,
        created_at: key.created_at,
        signs_from: key.signs_from,
    };
    Resource::new(key.id, attributes)
}
