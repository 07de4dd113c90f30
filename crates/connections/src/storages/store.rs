//! All queries on `storages`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{IntegrationId, OrganizationId, StorageId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, KIND, Storage};
use crate::integrations::store::containing;

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0095_storages",
    steps: || {
        vec![Step::Table(
            Table::new("storages")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("labels", Type::Json)
                .col("integration_id", Type::Id)
                .col("kind", Type::Id)
                .col("place", Type::Json)
                .col("status", Type::Id)
                .col("task", Type::Id)
                .col("is_working", Type::Boolean)
                .col("is_begun", Type::Boolean)
                .col("is_made", Type::Boolean)
                .opt("problem", Type::Text)
                .col("differences", Type::Json)
                .opt("checked_at", Type::Time)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("asked", Type::Integer)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("storages_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Rows that one sweep looks at.
const AT_ONCE: u64 = 200;

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of this kind of place.
    pub kind: Option<&'a str>,
    /// With this status.
    pub status: Option<&'a str>,
    /// Made with this integration.
    pub integration: Option<IntegrationId>,
    /// With this in the name, any case.
    pub name: Option<&'a str>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, storage: &Storage) -> Result<()> {
    Entity::insert(ActiveModel::from(storage.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists(KIND, &storage.name))?;
    Ok(())
}

/// Writes what people change of the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, next: &Storage) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::Description, Expr::value(next.description.as_str()))
        .col_expr(Column::Labels, Expr::value(json(&next.labels)?))
        .col_expr(Column::UpdatedAt, Expr::value(next.updated_at))
        .col_expr(Column::Version, Expr::value(next.version))
        .filter(Column::Id.eq(next.id))
        .filter(Column::Version.eq(next.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes what the server is to do, or what became of it, of one that it was last asked about `asked` times; says whether it was
/// not asked meanwhile.
pub(crate) async fn set_state(tx: &Tx, next: &Storage, asked: i64) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::Status, Expr::value(next.status))
        .col_expr(Column::Task, Expr::value(next.task))
        .col_expr(Column::IsWorking, Expr::value(next.is_working))
        .col_expr(Column::IsBegun, Expr::value(next.is_begun))
        .col_expr(Column::IsMade, Expr::value(next.is_made))
        .col_expr(Column::Problem, Expr::value(next.problem.clone()))
        .col_expr(Column::Differences, Expr::value(json(&next.differences)?))
        .col_expr(Column::CheckedAt, Expr::value(next.checked_at))
        .col_expr(Column::UpdatedAt, Expr::value(next.updated_at))
        .col_expr(Column::Asked, Expr::value(next.asked))
        .filter(Column::Id.eq(next.id))
        .filter(Column::Asked.eq(asked))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

fn json(value: &impl serde::Serialize) -> Result<serde_json::Value> {
    serde_json::to_value(value).map_err(Error::internal)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: StorageId) -> Result<Option<Storage>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// A page of an organization's that may be seen, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Storage>> {
    let wanted = Condition::all()
        .add_option(filter.kind.map(|kind| Column::Kind.eq(kind)))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
        .add_option(filter.integration.map(|id| Column::IntegrationId.eq(id)))
        .add_option(
            filter
                .name
                .filter(|name| !name.is_empty())
                .map(|name| containing(Column::Name, name)),
        );
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // They stand in no project: only grants on the organization or on the storage itself count.
        .filter(visible.condition(Column::Id, Column::Id))
        .filter(wanted);
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|after| Column::Name.gt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Storage>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// Some that the server has worked at since before a moment.
pub(crate) async fn working_since(connection: &impl ConnectionTrait, before: Timestamp) -> Result<Vec<Storage>> {
    Ok(Entity::find()
        .filter(Column::IsWorking.eq(true))
        .filter(Column::UpdatedAt.lt(before))
        .order_by_asc(Column::UpdatedAt)
        .limit(AT_ONCE)
        .all(connection)
        .await?)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: StorageId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}
