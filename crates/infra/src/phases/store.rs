//! All queries on `phases`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{RunId, WorkItemId, WorkspaceId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Error, Result, Tx};

use super::model::{Column, Entity, Phase, PhaseKind};
use crate::runs;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0007_phases",
    steps: || {
        vec![Step::Table(
            Table::new("phases")
                .col("id", Type::Id)
                .col("run_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("kind", Type::Id)
                .col("status", Type::Id)
                .col("status_times", Type::Json)
                .col("log_id", Type::Id)
                .col("events_log_id", Type::Id)
                .opt("work_item_id", Type::Id)
                .opt("runner_id", Type::Id)
                .opt("bundle_address", Type::Id)
                .opt("bundle_digest", Type::Id)
                .opt("plan_json_address", Type::Id)
                .col("logs_removed", Type::Boolean)
                .col("report", Type::Json)
                .primary(&["id"])
                .unique("phases_run_id_kind_key", &["run_id", "kind"])
                .index("phases_work_item_id_idx", &["work_item_id"])
                .belongs_to("run_id", "runs"),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, phase: &Phase) -> Result<()> {
    Entity::insert(phase.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, phase: &Phase) -> Result<()> {
    let mut row = phase.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(phase.id.clone());
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(&phase.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn of_run(connection: &impl ConnectionTrait, run: RunId, kind: PhaseKind) -> Result<Phase> {
    let phase = Entity::find()
        .filter(Column::RunId.eq(run))
        .filter(Column::Kind.eq(kind))
        .one(connection)
        .await?;
    phase.ok_or_else(|| Error::internal(format!("run {run} has no {kind:?} phase")))
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: &str) -> Result<Option<Phase>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Several phases, in no order.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[String]) -> Result<Vec<Phase>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::find().filter(Column::Id.is_in(ids.iter().map(String::as_str)));
    Ok(query.all(connection).await?)
}

pub(crate) async fn of_item(connection: &impl ConnectionTrait, item: WorkItemId) -> Result<Phase> {
    let phase = find_of_item(connection, item).await?;
    phase.ok_or_else(|| Error::not_found("work item", item))
}

pub(crate) async fn find_of_item(connection: &impl ConnectionTrait, item: WorkItemId) -> Result<Option<Phase>> {
    let of_item = Entity::find().filter(Column::WorkItemId.eq(item));
    Ok(of_item.one(connection).await?)
}

/// Finished phases of runs made before `before` that still have a plan.
pub(crate) async fn with_plan_before(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<Phase>> {
    let has_plan = Condition::any()
        .add(Column::BundleAddress.is_not_null())
        .add(Column::PlanJsonAddress.is_not_null())
        .add(Column::ChangesAddress.is_not_null());
    Ok(old(before).filter(has_plan).limit(limit).all(connection).await?)
}

/// Finished phases of runs made before `before` that still have logs.
pub(crate) async fn with_log_before(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<Phase>> {
    Ok(old(before)
        .filter(Column::LogsRemoved.eq(false))
        .limit(limit)
        .all(connection)
        .await?)
}

/// Phases of finished runs made before `before`; a run's id begins with the time it was made.
fn old(before: Timestamp) -> Select<Entity> {
    let oldest_kept = RunId::from_parts(before.unix_ms(), 0);
    let unfinished = Query::select()
        .column(runs::model::Column::Id)
        .from(runs::model::Entity)
        .and_where(runs::model::Column::Status.is_not_in(runs::store::final_statuses()))
        .to_owned();
    Entity::find()
        .filter(Column::RunId.lt(oldest_kept))
        .filter(Expr::col(Column::RunId).in_subquery(unfinished).not())
        .order_by_asc(Column::RunId)
}

/// Every phase of a workspace's runs.
pub(crate) async fn of_workspace(connection: &impl ConnectionTrait, id: WorkspaceId) -> Result<Vec<Phase>> {
    let of_workspace = Query::select()
        .column(runs::model::Column::Id)
        .from(runs::model::Entity)
        .and_where(runs::model::Column::WorkspaceId.eq(id))
        .to_owned();
    Ok(Entity::find()
        .filter(Expr::col(Column::RunId).in_subquery(of_workspace))
        .all(connection)
        .await?)
}
