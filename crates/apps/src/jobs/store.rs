//! All queries on `jobs`.

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{AppPlanId, JobId, OrganizationId, PoolId, ProjectId, ScheduleId};
use slipway_api::jobs::JobStatus;
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Job};
use crate::apps::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0080_jobs",
    steps: || {
        vec![Step::Table(
            Table::new("jobs")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("labels", Type::Text)
                .col("pool_id", Type::Id)
                .col("plan_id", Type::Id)
                .col("status", Type::Id)
                .col("current_version", Type::Integer)
                .col("env_number", Type::Integer)
                .col("run_count", Type::Integer)
                .opt("cron", Type::Text)
                .col("time_zone", Type::Name)
                .opt("schedule_id", Type::Id)
                .col("concurrency", Type::Id)
                .col("deadline_seconds", Type::Integer)
                .col("retries", Type::Integer)
                .col("start_within_seconds", Type::Integer)
                .col("kept_runs", Type::Integer)
                .col("is_paused", Type::Boolean)
                .opt("last_run_id", Type::Id)
                .opt("last_run_at", Type::Time)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("jobs_organization_id_name_key", &["organization_id", "name"])
                .index("jobs_organization_id_id_idx", &["organization_id", "id"])
                .index("jobs_project_id_idx", &["project_id"])
                .index("jobs_pool_id_idx", &["pool_id"])
                .index("jobs_schedule_id_idx", &["schedule_id"])
                .references("organization_id", "organizations")
                .references("project_id", "projects")
                .references("pool_id", "pools")
                .references("plan_id", "app_plans"),
        )]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, the description or a label, any case.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// In this pool.
    pub pool: Option<PoolId>,
    /// Whose last run went so.
    pub status: Option<JobStatus>,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// The newest first.
    Newest,
}

impl Sort {
    /// Where a row stands in it.
    #[must_use]
    pub fn cursor(self, job: &Job) -> String {
        match self {
            Self::Name => job.name.to_string(),
            Self::Newest => job.id.to_string(),
        }
    }
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, job: &Job) -> Result<()> {
    Entity::insert(ActiveModel::from(job.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = format!("The name \"{}\" is taken by another job; choose another.", job.name);
            Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
        })?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first. What runs change is not touched.
pub(crate) async fn update(tx: &Tx, job: &Job) -> Result<bool> {
    let row = ActiveModel {
        status: NotSet,
        env_number: NotSet,
        run_count: NotSet,
        last_run_id: NotSet,
        last_run_at: NotSet,
        ..ActiveModel::from(job.clone()).reset_all()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(job.id))
        .filter(Column::Version.eq(job.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes what runs and changes of variables change. The row is held.
pub(crate) async fn note(tx: &Tx, job: &Job) -> Result<()> {
    let row = ActiveModel {
        status: Set(job.status),
        env_number: Set(job.env_number),
        run_count: Set(job.run_count),
        last_run_id: Set(job.last_run_id),
        last_run_at: Set(job.last_run_at),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(job.id));
    one.exec(&**tx).await?;
    Ok(())
}

/// How many are in a pool.
pub(crate) async fn count_in_pool(connection: &impl ConnectionTrait, pool: PoolId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PoolId.eq(pool)).count(connection).await?)
}

/// How many have a plan.
pub(crate) async fn count_with_plan(connection: &impl ConnectionTrait, plan: AppPlanId) -> Result<u64> {
    Ok(Entity::find().filter(Column::PlanId.eq(plan)).count(connection).await?)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: JobId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: JobId) -> Result<Option<Job>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one of this name.
pub(crate) async fn by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<Job>> {
    let named = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.clone()));
    Ok(named.one(connection).await?)
}

/// The one that a schedule is of.
pub(crate) async fn of_schedule(connection: &impl ConnectionTrait, schedule: ScheduleId) -> Result<Option<Job>> {
    let one = Entity::find().filter(Column::ScheduleId.eq(schedule));
    Ok(one.one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: JobId) -> Result<Option<Job>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those that are being deleted.
pub(crate) async fn leaving(connection: &impl ConnectionTrait) -> Result<Vec<Job>> {
    let those = Entity::find().filter(Column::Status.eq(JobStatus::Deleting));
    Ok(those.all(connection).await?)
}

/// Those that have these ids, by name.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[JobId]) -> Result<Vec<Job>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let those = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(those.order_by_asc(Column::Name).all(connection).await?)
}

/// Those of an organization or a project.
pub(crate) async fn of(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    project: Option<ProjectId>,
) -> Result<Vec<Job>> {
    let those = Condition::all()
        .add(Column::OrganizationId.eq(organization))
        .add_option(project.map(|project| Column::ProjectId.eq(project)));
    Ok(Entity::find().filter(those).all(connection).await?)
}

/// A page of an organization's that may be seen.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    (sort, page): (Sort, &Page),
) -> Result<Listed<Job>> {
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .filter(condition(filter));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_deref().map(|after| match sort {
        Sort::Name => Expr::col(Column::Name).gt(after),
        Sort::Newest => Expr::col(Column::Id).lt(after),
    });
    let rows = matching.filter(Condition::all().add_option(after));
    let rows = match sort {
        Sort::Name => rows.order_by_asc(Column::Name),
        // Ids grow with time.
        Sort::Newest => rows.order_by_desc(Column::Id),
    };
    Ok(Listed {
        rows: rows.offset(page.offset()).limit(page.limit()).all(connection).await?,
        total: total.count(connection).await?,
    })
}

fn condition(filter: &Filter<'_>) -> Condition {
    let text = filter.text.filter(|text| !text.is_empty()).map(|text| {
        Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Description, text))
            .add(contains(Column::Labels, text))
    });
    let label = filter.label.filter(|label| !label.is_empty());
    Condition::all()
        .add_option(text)
        .add_option(label.map(|label| contains(Column::Labels, &format!("\n{label}\n"))))
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(filter.pool.map(|pool| Column::PoolId.eq(pool)))
        .add_option(filter.status.map(|status| Column::Status.eq(status)))
}
