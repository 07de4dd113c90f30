//! Terraform Enterprise's audit trail: the same events in the shape that its clients read.

use axum::http::Uri;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::OrganizationId;
use slipway_api::jsonapi::ErrorDocument;
use slipway_api::page::EXACT_TOTAL;
use slipway_identity::organizations;
use slipway_kernel::events::search::{self, Filter};
use slipway_kernel::events::{EXPORT, Event};
use slipway_kernel::http::{Known, ListQuery, Routes};
use slipway_kernel::routes;
use slipway_kernel::{Actor, Ctx, Error, Result};
use utoipa::ToSchema;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list_audit_trail))
}

/// A page of the trail.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrail {
    data: Vec<AuditTrailEntry>,
    pagination: AuditTrailPagination,
}

/// Where the page stands; here the names have underscores.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrailPagination {
    current_page: u32,
    prev_page: Option<u32>,
    next_page: Option<u32>,
    total_pages: u32,
    total_count: u64,
}

/// An event.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrailEntry {
    id: String,
    version: String,
    #[serde(rename = "type")]
    kind: String,
    timestamp: Timestamp,
    auth: AuditTrailAuth,
    request: AuditTrailRequest,
    resource: AuditTrailResource,
}

/// Who did it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrailAuth {
    accessor_id: Option<String>,
    description: String,
    #[serde(rename = "type")]
    kind: String,
    impersonator_id: Option<String>,
    organization_id: Option<String>,
}

/// The request.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrailRequest {
    id: Option<String>,
}

/// What it was done to.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuditTrailResource {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    action: String,
    #[schema(value_type = Object)]
    meta: serde_json::Value,
}

/// List an organization's events in the shape of Terraform Enterprise's audit trail, newest first. An organization's token
/// names the organization; whoever else calls says it by `organization`.
#[utoipa::path(get, path = "/api/v2/organization/audit-trail", operation_id = "list_audit_trail", tag = "audit",
    params(("organization" = Option<String>, Query, description = "Name of the organization"),
        ("since" = Option<String>, Query, description = "Not before this moment (RFC 3339)"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query)),
    responses((status = 200, body = AuditTrail), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument)),
    security(("token" = ["event.export"])))]
async fn list_audit_trail(ctx: Ctx, uri: Uri) -> Result<axum::Json<AuditTrail>> {
    let known = Known {
        filters: &["organization", "since"],
        ..Known::default()
    };
    let query = ListQuery::parse(&uri, known)?;
    let filter = Filter {
        organization: Some(organization(&ctx, &query).await?),
        from: query.parsed_filter("since")?,
        ..Filter::default()
    };
    let page = &query.page;
    let mut rows = search::newest(ctx.db.reader(), &filter, page.offset(), page.limit()).await?;
    let total = search::total(&ctx, &filter, EXACT_TOTAL + 1).await?;
    let has_next = u64::try_from(rows.len()).is_ok_and(|count| count == page.limit());
    rows.truncate(usize::try_from(page.size).unwrap_or(usize::MAX));
    let pagination = AuditTrailPagination {
        current_page: page.number,
        prev_page: (page.number > 1).then(|| page.number - 1),
        next_page: has_next.then(|| page.number + 1),
        total_pages: u32::try_from(total.div_ceil(u64::from(page.size)))
            .unwrap_or(u32::MAX)
            .max(1),
        total_count: total,
    };
    let data = rows.into_iter().map(entry).collect();
    Ok(axum::Json(AuditTrail { data, pagination }))
}

async fn organization(ctx: &Ctx, query: &ListQuery) -> Result<OrganizationId> {
    let named = query.parsed_filter("organization")?;
    let organization = match (named, ctx.actor()) {
        (Some(name), _) => organizations::find_visible(ctx, &name).await?,
        (None, Actor::Organization { name, .. }) => organizations::find_visible(ctx, name).await?,
        (None, _) => {
            let detail = "Say which organization: ?organization=NAME, or call with the organization's own token.";
            return Err(Error::malformed_parameter("organization", detail));
        }
    };
    organizations::require(ctx, EXPORT, &organization).await?;
    Ok(organization.id)
}

fn entry(event: Event) -> AuditTrailEntry {
    let action = event.action.rsplit('.').next().unwrap_or_default().to_owned();
    AuditTrailEntry {
        id: event.id.to_string(),
        version: "0".to_owned(),
        kind: "Resource".to_owned(),
        timestamp: event.created_at,
        auth: AuditTrailAuth {
            accessor_id: event.actor_id,
            description: event.actor_name,
            kind: if event.actor_kind == "system" {
                "System"
            } else {
                "Client"
            }
            .to_owned(),
            impersonator_id: None,
            organization_id: event.organization_id.map(|id| id.to_string()),
        },
        request: AuditTrailRequest { id: event.request_id },
        resource: AuditTrailResource {
            id: event.object_id,
            kind: event.object_kind.replace('-', "_"),
            action,
            meta: event.changes,
        },
    }
}
