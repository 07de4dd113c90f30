//! The chain of one organization, or of the site, read in its order.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::OrganizationId;

use super::model::{Column, Entity, Event};
use super::store::of_organization;
use crate::errors::Result;

/// Whose chain: an organization's, or with none the site's.
pub type Chain = Option<OrganizationId>;

/// The chain's name in exports and tables.
#[must_use]
pub fn text(chain: Chain) -> String {
    chain.map_or_else(|| "site".to_owned(), |id| id.to_string())
}

/// Events of the chain after a position, in order.
///
/// # Errors
///
/// Those of the database.
pub async fn after(connection: &impl ConnectionTrait, chain: Chain, position: i64, limit: u64) -> Result<Vec<Event>> {
    Ok(Entity::find()
        .filter(of_organization(chain))
        .filter(Column::Position.gt(position))
        .order_by_asc(Column::Position)
        .limit(limit)
        .all(connection)
        .await?)
}

/// Position and hash of the chain's last event up to a position.
///
/// # Errors
///
/// Those of the database.
pub async fn last_until(
    connection: &impl ConnectionTrait,
    chain: Chain,
    position: i64,
) -> Result<Option<(i64, String)>> {
    let last: Option<(Option<i64>, Option<String>)> = Entity::find()
        .select_only()
        .column(Column::Position)
        .column(Column::Hash)
        .filter(of_organization(chain))
        .filter(Column::Position.lte(position))
        .order_by_desc(Column::Position)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(last.and_then(|(position, hash)| Some((position?, hash?))))
}

/// How many events the chain has after one position and up to another.
///
/// # Errors
///
/// Those of the database.
pub async fn count_between(connection: &impl ConnectionTrait, chain: Chain, after: i64, until: i64) -> Result<i64> {
    let count = Entity::find()
        .filter(of_organization(chain))
        .filter(Column::Position.gt(after))
        .filter(Column::Position.lte(until))
        .count(connection)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The chains that there are, each with its last position.
///
/// # Errors
///
/// Those of the database.
pub async fn all(connection: &impl ConnectionTrait) -> Result<Vec<(Chain, i64)>> {
    let rows: Vec<(Chain, Option<i64>)> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .column_as(Column::Position.max(), "last")
        .filter(Column::Position.is_not_null())
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(chain, last)| Some((chain, last?)))
        .collect())
}
