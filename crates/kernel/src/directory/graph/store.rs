//! Queries of the graph: a bounded number of ids in each.

use std::collections::BTreeSet;

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::OrganizationId;

use super::super::store::{Kinds, edges, objects, of_kinds, with_text};
use super::{Link, Wanted};
use crate::errors::Result;

/// Ids in one query.
const TOGETHER: usize = 500;

/// So many of the objects that are asked for, by kind and name.
pub(super) async fn nodes(
    connection: &impl ConnectionTrait,
    wanted: &Wanted<'_>,
    limit: usize,
) -> Result<Vec<objects::Model>> {
    use objects::Column;
    let text = (!wanted.text.is_empty()).then(|| with_text(wanted.text));
    let rows = objects::Entity::find()
        .filter(Column::OrganizationId.eq(wanted.organization))
        .filter(of_kinds(wanted.kinds))
        .filter(
            Condition::all()
                .add_option(wanted.project.map(|project| Column::ProjectId.eq(project)))
                .add_option(text),
        )
        .order_by_asc(Column::Kind)
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(u64::try_from(limit).unwrap_or(u64::MAX));
    Ok(rows.all(connection).await?)
}

/// On what these depend.
pub(super) async fn links_from(connection: &impl ConnectionTrait, ids: &BTreeSet<&str>) -> Result<Vec<Link>> {
    let ids: Vec<&str> = ids.iter().copied().collect();
    let mut links = Vec::new();
    for some in ids.chunks(TOGETHER) {
        let rows = edges::Entity::find().filter(edges::Column::FromId.is_in(some.iter().copied()));
        links.extend(rows.all(connection).await?.into_iter().map(link));
    }
    Ok(links)
}

/// What depends on these and may be seen, with on which, by kind and name.
pub(super) async fn dependents(
    connection: &impl ConnectionTrait,
    (organization, kinds): (OrganizationId, &Kinds),
    ids: &BTreeSet<String>,
) -> Result<Vec<(objects::Model, Link)>> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut found = Vec::new();
    for some in ids.chunks(TOGETHER) {
        let rows = edges::Entity::find()
            .inner_join(objects::Entity)
            .filter(edges::Column::ToId.is_in(some.iter().copied()))
            .filter(objects::Column::OrganizationId.eq(organization))
            .filter(of_kinds(kinds))
            .select_also(objects::Entity)
            .order_by_asc(objects::Column::Kind)
            .order_by_asc(objects::Column::Name)
            .order_by_asc(edges::Column::FromId);
        let rows = rows.all(connection).await?;
        found.extend(
            rows.into_iter()
                .filter_map(|(edge, object)| Some((object?, link(edge)))),
        );
    }
    Ok(found)
}

fn link(edge: edges::Model) -> Link {
    Link {
        from: edge.from_id,
        to: edge.to_id,
        why: edge.why,
    }
}
