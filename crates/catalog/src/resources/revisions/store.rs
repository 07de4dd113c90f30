//! Queries for revisions in `resource_changes`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{ResourceChangeId, ResourceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::resources::OpenChange;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use crate::resource_changes::ResourceChange;
use crate::resource_changes::model::{Column, Entity};

/// The change that made a revision.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    resource: ResourceId,
    revision: i64,
) -> Result<Option<ResourceChange>> {
    Ok(Entity::find()
        .filter(Column::ResourceId.eq(resource))
        .filter(Column::Revision.eq(revision))
        .one(connection)
        .await?)
}

/// The changes of these resources that are not over, by resource.
pub(crate) async fn open(
    connection: &impl ConnectionTrait,
    resources: &[ResourceId],
) -> Result<HashMap<ResourceId, OpenChange>> {
    if resources.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = Entity::find()
        .filter(Column::OpenOf.is_in(resources.iter().copied()))
        .all(connection)
        .await?;
    let shown = rows.into_iter().map(|change| {
        let open = OpenChange {
            id: change.id,
            kind: change.kind,
            status: change.status,
            error: change.error,
        };
        (change.resource_id, open)
    });
    Ok(shown.collect())
}

/// A page of the changes that made revisions, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    resource: ResourceId,
    page: &Page,
) -> Result<Listed<ResourceChange>> {
    let mut matching = Entity::find()
        .filter(Column::ResourceId.eq(resource))
        .filter(Column::Revision.is_not_null());
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let total = total.count(connection).await?;
    if let Some(after) = &page.after {
        let refused =
            |_| Error::malformed_parameter("page[after]", "Pass what the page before gave as \"next-after\".");
        let after: i64 = after.parse().map_err(refused)?;
        matching = matching.filter(Column::Revision.lt(after));
    }
    let rows = matching
        .order_by_desc(Column::Revision)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection)
        .await?;
    Ok(Listed { rows, total })
}

/// All changes of a resource.
pub(crate) async fn changes(connection: &impl ConnectionTrait, resource: ResourceId) -> Result<Vec<ResourceChangeId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ResourceId.eq(resource))
        .into_tuple()
        .all(connection)
        .await?)
}
