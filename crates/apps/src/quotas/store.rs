//! All queries on `app_quotas`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{Column, Entity, Quota, Used};
use crate::apps::store as apps;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0072_app_quotas",
    steps: || {
        vec![Step::Table(
            Table::new("app_quotas")
                .col("scope_id", Type::Id)
                .col("organization_id", Type::Id)
                .opt("apps", Type::Integer)
                .opt("units", Type::Integer)
                .primary(&["scope_id"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// The limits of these, in one order for everybody; they stay as they are until the transaction ends.
pub(crate) async fn hold(tx: &Tx, scopes: &[String]) -> Result<Vec<Quota>> {
    let those = Entity::find().filter(Column::ScopeId.is_in(scopes.iter().map(String::as_str)));
    // SQLite has one writer and ignores the lock.
    Ok(those.order_by_asc(Column::ScopeId).lock_exclusive().all(&**tx).await?)
}

/// The limits of one; none where nobody set any.
pub(crate) async fn find(connection: &impl ConnectionTrait, scope: &str) -> Result<Option<Quota>> {
    Ok(Entity::find_by_id(scope.to_owned()).one(connection).await?)
}

/// What there is of an organization's, or of a project of it.
pub(crate) async fn used(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    project: Option<ProjectId>,
) -> Result<Used> {
    let (apps, units) = apps::used(connection, organization, project).await?;
    Ok(Used {
        apps: i64::try_from(apps).unwrap_or(i64::MAX),
        units,
    })
}

/// Writes the limits of one.
pub(crate) async fn put(tx: &Tx, quota: &Quota) -> Result<()> {
    let row = quota.clone().into_active_model().reset_all();
    let in_place = OnConflict::column(Column::ScopeId)
        .update_columns([Column::Apps, Column::Units])
        .to_owned();
    Entity::insert(row)
        .on_conflict(in_place)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Removes the limits of an app or a project that is gone.
pub(crate) async fn delete(tx: &Tx, scope: &str) -> Result<()> {
    Entity::delete_by_id(scope.to_owned()).exec(&**tx).await?;
    Ok(())
}

/// Removes those of an organization that is being deleted.
pub(crate) async fn delete_of(tx: &Tx, organization: OrganizationId) -> Result<()> {
    let own = Entity::delete_many().filter(Column::OrganizationId.eq(organization));
    own.exec(&**tx).await?;
    Ok(())
}
