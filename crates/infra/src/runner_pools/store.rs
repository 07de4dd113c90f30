//! All queries on `runner_pools` and `runners`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, RunnerId, RunnerPoolId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{Column, Entity, Pool, Runner, runners};
use crate::workspaces::model::Workspace;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0001_runner_pools",
    steps: || {
        vec![
            Step::Table(
                Table::new("runner_pools")
                    .col("id", Type::Id)
                    .opt("organization_id", Type::Id)
                    .col("name", Type::Name)
                    .col("organization_scoped", Type::Boolean)
                    .col("created_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("runner_pools_organization_id_name_key", &["organization_id", "name"]),
            ),
            Step::Table(
                Table::new("runners")
                    .col("id", Type::Id)
                    .col("pool_id", Type::Id)
                    .col("name", Type::Name)
                    .col("program_version", Type::Name)
                    .col("platform", Type::Id)
                    .col("sandbox", Type::Id)
                    .col("slots", Type::Integer)
                    .col("running", Type::Integer)
                    .col("last_seen_at", Type::Time)
                    .opt("exited_at", Type::Time)
                    .primary(&["id"])
                    .index("runners_pool_id_idx", &["pool_id", "last_seen_at"])
                    .belongs_to("pool_id", "runner_pools"),
            ),
        ]
    },
};

pub(crate) async fn insert(tx: &Tx, pool: &Pool) -> Result<()> {
    Entity::insert(pool.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await
        .map(|_| ())
        .on_unique(|| Error::already_exists("runner pool", &pool.name))
}

/// Writes a pool that was changed from the version it carries, which grows by one.
///
/// # Errors
///
/// `Conflict` when somebody else changed it in the meantime.
pub(crate) async fn update(tx: &Tx, pool: &mut Pool) -> Result<()> {
    let seen = pool.version;
    pool.version += 1;
    let mut row = pool.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(pool.id);
    let updated = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(pool.id))
        .filter(Column::Version.eq(seen))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("runner pool", &pool.name))?;
    if updated.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::conflict(
        "The runner pool changed while you changed it. Look at it and try again.",
    ))
}

pub(crate) async fn delete(tx: &Tx, id: RunnerPoolId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn get(connection: &impl ConnectionTrait, id: RunnerPoolId) -> Result<Pool> {
    let pool = Entity::find_by_id(id).one(connection).await?;
    pool.ok_or_else(|| Error::not_found("runner pool", id))
}

/// The site's pool, once it was made.
pub(crate) async fn site_pool(connection: &impl ConnectionTrait) -> Result<Option<Pool>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.is_null())
        .order_by_asc(Column::Id)
        .one(connection)
        .await?)
}

/// The pool that a workspace's runs go to: its own, or the site's.
///
/// # Errors
///
/// When neither is there.
pub(crate) async fn of_workspace(connection: &impl ConnectionTrait, workspace: &Workspace) -> Result<RunnerPoolId> {
    if let Some(pool) = workspace.runner_pool_id {
        return Ok(pool);
    }
    let site = site_pool(connection).await?;
    site.map(|pool| pool.id)
        .ok_or_else(|| Error::internal("the site has no runner pool"))
}

/// A page of an organization's pools, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    page: &Page,
) -> Result<Listed<Pool>> {
    // Pools stand in no project: only grants on the organization or on the pool itself count.
    let query = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::Id, Column::Id));
    let counted = query.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let mut rows = query.order_by_asc(Column::Name);
    if let Some(after) = &page.after {
        rows = rows.filter(Column::Name.gt(after.as_str()));
    }
    let rows = rows.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed {
        rows,
        total: counted.count(connection).await?,
    })
}

pub(crate) async fn insert_runner(tx: &Tx, runner: &Runner) -> Result<()> {
    runners::Entity::insert(runner.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn find_runner(connection: &impl ConnectionTrait, id: RunnerId) -> Result<Option<Runner>> {
    Ok(runners::Entity::find_by_id(id).one(connection).await?)
}

/// Whether a runner said goodbye, or is not known.
pub(crate) async fn has_left(connection: &impl ConnectionTrait, id: RunnerId) -> Result<bool> {
    let runner = find_runner(connection, id).await?;
    Ok(runner.is_none_or(|runner| runner.exited_at.is_some()))
}

/// Runners of a pool, last heard of first.
pub(crate) async fn runners_of(connection: &impl ConnectionTrait, pool: RunnerPoolId) -> Result<Vec<Runner>> {
    let query = runners::Entity::find()
        .filter(runners::Column::PoolId.eq(pool))
        .order_by_desc(runners::Column::LastSeenAt);
    Ok(query.limit(1_000).all(connection).await?)
}

/// How many runners of a pool were heard of since `since` and have not said goodbye.
pub(crate) async fn connected(connection: &impl ConnectionTrait, pool: RunnerPoolId, since: Timestamp) -> Result<u64> {
    let query = runners::Entity::find()
        .filter(runners::Column::PoolId.eq(pool))
        .filter(runners::Column::LastSeenAt.gte(since))
        .filter(runners::Column::ExitedAt.is_null());
    Ok(query.count(connection).await?)
}

/// A runner was heard of, and runs so many items.
pub(crate) async fn seen(tx: &Tx, id: RunnerId, running: i64, now: Timestamp) -> Result<()> {
    runners::Entity::update_many()
        .col_expr(runners::Column::Running, Expr::value(running))
        .col_expr(runners::Column::LastSeenAt, Expr::value(now))
        .filter(runners::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A runner said goodbye.
pub(crate) async fn exited(tx: &Tx, id: RunnerId, now: Timestamp) -> Result<()> {
    runners::Entity::update_many()
        .col_expr(runners::Column::ExitedAt, Expr::value(now))
        .filter(runners::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Forgets runners that were last heard of before `before`.
pub(crate) async fn forget_runners(tx: &Tx, before: Timestamp) -> Result<u64> {
    let deleted = runners::Entity::delete_many()
        .filter(runners::Column::LastSeenAt.lt(before))
        .exec(&**tx)
        .await?;
    Ok(deleted.rows_affected)
}
