//! The work queue over HTTP: what waits, who has what, and what failed too often.

use std::collections::BTreeMap;

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::{OrganizationId, WorkItemId};
use slipway_api::jsonapi::{Document, ErrorDocument, ListDocument, Resource};
use slipway_api::site::WorkItem as Wire;
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Params, Routes, list, ok};
use slipway_kernel::queue::attention::{self, Filter};
use slipway_kernel::queue::{ItemState, WorkItem};
use slipway_kernel::routes;
use slipway_kernel::{Ctx, Error, Result};

use crate::audit::require_at_site;

pub(super) fn routes() -> Routes {
    Routes::new()
        .routes(routes!(list_work_items))
        .routes(routes!(retry_work_item))
        .routes(routes!(drop_work_item))
}

const KNOWN: Known = Known {
    filters: &["filter[state]", "filter[kind]", "filter[pool]"],
    sorts: &[],
    includes: &[],
};

/// The words for the states.
const STATES: [(&str, ItemState); 5] = [
    ("queued", ItemState::Queued),
    ("leased", ItemState::Leased),
    ("lost", ItemState::Lost),
    ("dead", ItemState::Dead),
    ("done", ItemState::Done),
];

/// List what the server and the runners have to do, the oldest first: what is queued, who has what, and what failed too
/// often (`dead`).
#[utoipa::path(get, path = "/api/v2/admin/work-items", operation_id = "list_work_items", tag = "site",
    params(
        ("filter[state]" = Option<String>, Query, description = "`queued`, `leased`, `lost`, `dead` or `done`, separated by \
            commas; all but `done` when absent"),
        ("filter[kind]" = Option<String>, Query, description = "Only of this kind"),
        ("filter[pool]" = Option<String>, Query, description = "Only of this pool: `server`, or a runner pool's id"),
        ("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query), ("page[after]" = Option<String>, Query)),
    responses((status = 200, body = ListDocument<Resource<Wire>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn list_work_items(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    let query = ListQuery::parse(&uri, KNOWN)?;
    let filter = Filter {
        states: states(query.filter("filter[state]").unwrap_or_default())?,
        kind: query.filter("filter[kind]").map(str::to_owned),
        pool: query.filter("filter[pool]").map(str::to_owned),
    };
    let listed = attention::list(ctx.db.reader(), &filter, &query.page).await?;
    let names = names(&ctx, &listed.rows).await?;
    Ok(list(query.document(
        listed,
        |item| item.id.to_string(),
        |item| resource(&ctx, item, &names),
    )))
}

fn states(text: &str) -> Result<Vec<ItemState>> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let found = STATES.iter().find(|(name, _)| *name == word);
            let refused =
                || Error::malformed_parameter("filter[state]", format!("\"{word}\" is no state of a work item."));
            found.map(|(_, state)| *state).ok_or_else(refused)
        })
        .collect()
}

/// Have a work item that failed too often tried again from the beginning.
#[utoipa::path(post, path = "/api/v2/admin/work-items/{work_item}/actions/retry", operation_id = "retry_work_item",
    tag = "site", params(("work_item" = WorkItemId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn retry_work_item(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    let item = attention::retry(&ctx, params.get("work_item")?).await?;
    let names = names(&ctx, std::slice::from_ref(&item)).await?;
    Ok(ok(resource(&ctx, item, &names)))
}

/// Drop a work item that failed too often: it is never tried again.
#[utoipa::path(post, path = "/api/v2/admin/work-items/{work_item}/actions/drop", operation_id = "drop_work_item",
    tag = "site", params(("work_item" = WorkItemId, Path)),
    responses((status = 200, body = Document<Resource<Wire>>), (status = 401, body = ErrorDocument),
        (status = 403, body = ErrorDocument), (status = 404, body = ErrorDocument), (status = 409, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn drop_work_item(ctx: Ctx, params: Params) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    let item = attention::drop_item(&ctx, params.get("work_item")?).await?;
    let names = names(&ctx, std::slice::from_ref(&item)).await?;
    Ok(ok(resource(&ctx, item, &names)))
}

/// The names of the items' organizations, which are their ids on the wire.
async fn names(ctx: &Ctx, items: &[WorkItem]) -> Result<BTreeMap<OrganizationId, String>> {
    let mut names = BTreeMap::new();
    for id in items.iter().filter_map(|item| item.organization_id) {
        if !names.contains_key(&id)
            && let Ok(organization) = organizations::by_id(ctx, id).await
        {
            names.insert(id, organization.name.to_string());
        }
    }
    Ok(names)
}

fn resource(ctx: &Ctx, item: WorkItem, names: &BTreeMap<OrganizationId, String>) -> Resource<Wire> {
    let state = STATES.iter().find(|(_, state)| *state == item.state);
    let is_held = item.state == ItemState::Leased;
    let organization = item.organization_id.and_then(|id| names.get(&id));
    let attributes = Wire {
        kind: item.kind,
        subject: item.subject,
        pool: item.pool,
        state: state.map_or("", |(name, _)| name).to_owned(),
        attempt: item.attempt,
        max_attempts: item.max_attempts,
        last_error: item.last_error,
        run_after: item.run_after,
        created_at: item.created_at,
        claimed_at: item.claimed_at,
        lease_until: item.lease_until.filter(|_| is_held),
        is_silent: is_held && item.lease_until.is_some_and(|until| until < ctx.now()),
        is_retryable: item.state == ItemState::Dead,
    };
    Resource::new(item.id, attributes).with_option("organization", "organizations", organization)
}
