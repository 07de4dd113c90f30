//! All queries on `job_runs`.

use sea_orm::ActiveValue::NotSet;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{JobId, JobRunId, WorkItemId};
use slipway_api::jobs::{JobRunStatus, JobTrigger};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};

use super::model::{ActiveModel, Column, Entity, JobRun};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0083_job_runs",
    steps: || {
        vec![Step::Table(
            Table::new("job_runs")
                .col("id", Type::Id)
                .col("job_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("number", Type::Integer)
                .col("job_version", Type::Integer)
                .col("env_number", Type::Integer)
                .col("wanted_by", Type::Id)
                .col("status", Type::Id)
                .col("reason", Type::Text)
                .col("attempt", Type::Integer)
                .col("arguments", Type::Json)
                .opt("exit_code", Type::Integer)
                .col("log_id", Type::Id)
                .col("started_by", Type::Name)
                .col("is_cancel_requested", Type::Boolean)
                .col("is_late", Type::Boolean)
                .opt("tick", Type::Id)
                .opt("due_at", Type::Time)
                .col("created_at", Type::Time)
                .col("not_before", Type::Time)
                .opt("started_at", Type::Time)
                .opt("ended_at", Type::Time)
                .primary(&["id"])
                .unique("job_runs_job_id_number_key", &["job_id", "number"])
                .unique("job_runs_tick_key", &["tick"])
                .index("job_runs_status_idx", &["status"])
                .belongs_to("job_id", "jobs"),
        )]
    },
};

/// Where those stand that are not over.
const ACTIVE: [JobRunStatus; 2] = [JobRunStatus::Waiting, JobRunStatus::Running];

/// Which of a job's.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter {
    /// That stand there.
    pub status: Option<JobRunStatus>,
    /// That were wanted by this.
    pub wanted_by: Option<JobTrigger>,
}

pub(crate) async fn insert(tx: &Tx, run: &JobRun) -> Result<()> {
    let row = ActiveModel::from(run.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes that one began, unless it did, or shall not any more; says whether it was so.
pub(crate) async fn begin(tx: &Tx, run: &JobRun) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::Status, Expr::value(run.status))
        .col_expr(Column::StartedAt, Expr::value(run.started_at))
        .filter(Column::Id.eq(run.id))
        .filter(Column::Status.eq(JobRunStatus::Waiting))
        .filter(Column::IsCancelRequested.eq(false))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes how one ended, unless it had; says whether it was so. The wish that it stops is not touched.
pub(crate) async fn save(tx: &Tx, run: &JobRun) -> Result<bool> {
    let row = ActiveModel {
        is_cancel_requested: NotSet,
        is_late: NotSet,
        ..ActiveModel::from(run.clone()).reset_all()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(run.id))
        .filter(Column::EndedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Notes the wish that one stops, and why; of several wishes the first counts.
pub(crate) async fn request_cancel(tx: &Tx, id: JobRunId, why: &str) -> Result<()> {
    let one = Entity::update_many()
        .col_expr(Column::IsCancelRequested, Expr::value(true))
        .col_expr(Column::Reason, Expr::value(why))
        .filter(Column::Id.eq(id))
        .filter(Column::EndedAt.is_null())
        .filter(Column::IsCancelRequested.eq(false));
    one.exec(&**tx).await?;
    Ok(())
}

/// Notes that one took too long.
pub(crate) async fn note_late(tx: &Tx, id: JobRunId) -> Result<()> {
    let one = Entity::update_many()
        .col_expr(Column::IsLate, Expr::value(true))
        .filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: JobRunId) -> Result<Option<JobRun>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Whether a tick made one already.
pub(crate) async fn is_of_tick(connection: &impl ConnectionTrait, tick: WorkItemId) -> Result<bool> {
    let one = Entity::find().filter(Column::Tick.eq(tick));
    Ok(one.one(connection).await?.is_some())
}

/// Those of a job that are not over, the oldest first.
pub(crate) async fn active(connection: &impl ConnectionTrait, job: JobId) -> Result<Vec<JobRun>> {
    let those = Entity::find()
        .filter(Column::JobId.eq(job))
        .filter(Column::Status.is_in(ACTIVE));
    Ok(those.order_by_asc(Column::Number).all(connection).await?)
}

/// Every one that goes on, or could.
pub(crate) async fn all_active(connection: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<JobRun>> {
    let those = Entity::find()
        .filter(Column::Status.is_in(ACTIVE))
        .filter(Column::NotBefore.lte(now));
    Ok(those.all(connection).await?)
}

/// Every one of a job.
pub(crate) async fn of_job(connection: &impl ConnectionTrait, job: JobId) -> Result<Vec<JobRun>> {
    Ok(Entity::find().filter(Column::JobId.eq(job)).all(connection).await?)
}

/// Those of a job that ended, but for the newest ones.
pub(crate) async fn beyond(connection: &impl ConnectionTrait, job: JobId, kept: u64) -> Result<Vec<JobRun>> {
    let those = Entity::find()
        .filter(Column::JobId.eq(job))
        .filter(Column::Status.is_not_in(ACTIVE))
        .order_by_desc(Column::Number)
        .offset(kept)
        .limit(100);
    Ok(those.all(connection).await?)
}

pub(crate) async fn delete(tx: &Tx, id: JobRunId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// A page of a job's, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    job: JobId,
    filter: Filter,
    page: &Page,
) -> Result<Listed<JobRun>> {
    let wanted = Condition::all()
        .add(Column::JobId.eq(job))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
        .add_option(filter.wanted_by.map(|wanted_by| Column::WantedBy.eq(wanted_by)));
    let matching = Entity::find().filter(wanted);
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let rows = match page.after.as_deref().and_then(|after| after.parse::<i64>().ok()) {
        Some(after) => matching.filter(Column::Number.lt(after)),
        None => matching,
    };
    Ok(Listed {
        rows: rows
            .order_by_desc(Column::Number)
            .offset(page.offset())
            .limit(page.limit())
            .all(connection)
            .await?,
        total: total.count(connection).await?,
    })
}
