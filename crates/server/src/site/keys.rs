//! Where the data keys stand, over HTTP. Keys themselves never leave the kernel.

use std::collections::BTreeMap;

use axum::http::Uri;
use axum::response::IntoResponse;
use slipway_api::ids::OrganizationId;
use slipway_api::jsonapi::{ErrorDocument, ListDocument, Resource};
use slipway_api::site::{DataKey, DataKeyRotation};
use slipway_identity::organizations;
use slipway_kernel::http::{Known, ListQuery, Listed, Routes, list};
use slipway_kernel::routes;
use slipway_kernel::secrets::rotation::{self, KeyStatus};
use slipway_kernel::{Ctx, Result};

use crate::audit::require_at_site;

pub(super) fn routes() -> Routes {
    Routes::new().routes(routes!(list_data_keys))
}

/// List the data keys of the site and of all organizations, with their rotations; never a key itself.
#[utoipa::path(get, path = "/api/v2/admin/keys", operation_id = "list_data_keys", tag = "site",
    params(("page[number]" = Option<u32>, Query), ("page[size]" = Option<u32>, Query)),
    responses((status = 200, body = ListDocument<Resource<DataKey>>), (status = 400, body = ErrorDocument),
        (status = 401, body = ErrorDocument), (status = 403, body = ErrorDocument)),
    security(("token" = ["site.manage"])))]
async fn list_data_keys(ctx: Ctx, uri: Uri) -> Result<impl IntoResponse> {
    require_at_site(&ctx).await?;
    let query = ListQuery::parse(&uri, Known::default())?;
    let all = rotation::status(&ctx).await?;
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    let behind = query.page.after.as_ref();
    let behind = behind.and_then(|scope| all.iter().position(|key| key.scope == *scope));
    let skipped = behind.map_or(usize::try_from(query.page.offset()).unwrap_or(usize::MAX), |place| {
        place + 1
    });
    let limit = usize::try_from(query.page.limit()).unwrap_or(usize::MAX);
    let rows: Vec<KeyStatus> = all.into_iter().skip(skipped).take(limit).collect();
    let mut names = BTreeMap::new();
    for key in &rows {
        names.insert(key.scope.clone(), name_of(&ctx, &key.scope).await);
    }
    let listed = Listed { rows, total };
    Ok(list(query.document(
        listed,
        |key| key.scope.clone(),
        |key| resource(key, &names),
    )))
}

async fn name_of(ctx: &Ctx, scope: &str) -> String {
    let Ok(id) = scope.parse::<OrganizationId>() else {
        return scope.to_owned();
    };
    let found = organizations::by_id(ctx, id).await;
    found.map_or_else(|_| scope.to_owned(), |organization| organization.name.to_string())
}

fn resource(key: KeyStatus, names: &BTreeMap<String, String>) -> Resource<DataKey> {
    let rotation = key.rotation.map(|rotation| DataKeyRotation {
        version: rotation.version,
        state: rotation.state.as_str().to_owned(),
        resealed: rotation.resealed,
        started_at: rotation.started_at,
        changed_at: rotation.changed_at,
    });
    let attributes = DataKey {
        name: names.get(&key.scope).cloned().unwrap_or_else(|| key.scope.clone()),
        versions: key.versions,
        newest_created_at: key.newest_created_at,
        master_key: key.master_key,
        rotation,
    };
    Resource::new(key.scope, attributes)
}
