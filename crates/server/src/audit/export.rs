//! Exporting the audit log as JSON lines.

use axum::body::Body;
use axum::http::{Uri, header};
use axum::response::{IntoResponse, Response};
use slipway_api::Name;
use slipway_api::audit::AuditLine;
use slipway_api::jsonapi::ErrorDocument;
use slipway_identity::organizations;
use slipway_kernel::events::chain::Chain;
use slipway_kernel::events::{EXPORT, export};
use slipway_kernel::grants::Scope;
use slipway_kernel::http::{Known, ListQuery, Params, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(export_audit_log))
        .routes(routes!(export_site_audit_log))
}

/// Export an organization's audit log: JSON lines in the order of events, hashed and signed, so that `slipway audit verify`
/// proves them without a server. `after` goes on with a position that was seen.
#[utoipa::path(get, path = "/api/v2/organizations/{organization}/audit-export", operation_id = "export_audit_log",
    tag = "audit",
    params(("organization" = String, Path, description = "Name of the organization"),
        ("after" = Option<i64>, Query, description = "Only events after this position")),
    responses((status = 200, body = AuditLine, content_type = "application/x-ndjson"),
        (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument),
        (status = 404, body = ErrorDocument)),
    security(("token" = ["event.export"])))]
async fn export_audit_log(ctx: Ctx, params: Params, uri: Uri) -> Result<Response> {
    let name: Name = params.get("organization")?;
    let organization = organizations::find_visible(&ctx, &name).await?;
    organizations::require(&ctx, EXPORT, &organization).await?;
    answer(ctx, Some(organization.id), name.to_string(), &uri).await
}

/// Export what happened at the site and in no organization, as an organization's audit log is exported.
#[utoipa::path(get, path = "/api/v2/admin/audit-export", operation_id = "export_site_audit_log", tag = "audit",
    params(("after" = Option<i64>, Query, description = "Only events after this position")),
    responses((status = 200, body = AuditLine, content_type = "application/x-ndjson"),
        (status = 400, body = ErrorDocument), (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn export_site_audit_log(ctx: Ctx, uri: Uri) -> Result<Response> {
    require_at_site(&ctx).await?;
    answer(ctx, None, "site".to_owned(), &uri).await
}

/// Refuses whoever does not manage the site.
pub(crate) async fn require_at_site(ctx: &Ctx) -> Result<()> {
    let permission = slipway_identity::permissions::SITE_MANAGE;
    if ctx.granted().await?.allows(permission, &Scope::site()) {
        return Ok(());
    }
    Err(Error::forbidden(permission.as_str()))
}

async fn answer(ctx: Ctx, chain: Chain, name: String, uri: &Uri) -> Result<Response> {
    let known = Known {
        filters: &["after"],
        ..Known::default()
    };
    let after: i64 = ListQuery::parse(uri, known)?.parsed_filter("after")?.unwrap_or(0);
    if after < 0 {
        return Err(Error::malformed_parameter(
            "after",
            "after must be a position, which is 0 or more.",
        ));
    }
    export::note(&ctx, chain, &name, after).await?;
    let pieces = export::pieces(ctx, chain, name, after).await?;
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((kind, Body::from_stream(pieces)).into_response())
}
