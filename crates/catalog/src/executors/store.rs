//! All queries on `executors` and `executor_runs`.

use std::collections::HashMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::executors::ExecutorStatus;
use slipway_api::ids::{ExecutorId, OrganizationId, ProjectId, RunId, SourceCodeId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::runs::RunStatus;
use slipway_api::{Code, Name, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Executor, run_statuses};
use super::runs::model::{ActiveModel as RunRow, Column as RunColumn, Entity as Runs, Started};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0050_executors",
    steps: || {
        vec![
            Step::Table(
                Table::new("executors")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("project_id", Type::Id)
                    .col("name", Type::Name)
                    .col("description", Type::Text)
                    .col("labels", Type::Text)
                    .col("source_code_id", Type::Id)
                    .col("ref_kind", Type::Id)
                    .col("ref_name", Type::Name)
                    .col("directory", Type::Name)
                    .col("engine", Type::Id)
                    .col("engine_version", Type::Name)
                    .col("arguments", Type::Json)
                    .col("integrations", Type::Json)
                    .col("auto_apply", Type::Boolean)
                    .col("is_enabled", Type::Boolean)
                    .col("workspace_id", Type::Id)
                    .opt("latest_run_id", Type::Id)
                    .opt("latest_run_status", Type::Id)
                    .opt("latest_run_at", Type::Time)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("executors_organization_id_name_key", &["organization_id", "name"])
                    .index("executors_organization_id_id_idx", &["organization_id", "id"])
                    .index("executors_project_id_idx", &["project_id"])
                    .index("executors_source_code_id_idx", &["source_code_id"])
                    .references("organization_id", "organizations")
                    .references("project_id", "projects")
                    .references("source_code_id", "source_codes"),
            ),
            Step::Table(
                Table::new("executor_runs")
                    .col("run_id", Type::Id)
                    .col("executor_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("operation", Type::Id)
                    .opt("ref_kind", Type::Id)
                    .opt("ref_name", Type::Name)
                    .opt("commit_sha", Type::Id)
                    .col("configuration_version_id", Type::Id)
                    .col("auto_apply", Type::Boolean)
                    .opt("request_key", Type::Name)
                    .col("created_at", Type::Time)
                    .primary(&["run_id"])
                    .unique("executor_runs_request_key_key", &["request_key"])
                    .index("executor_runs_executor_id_idx", &["executor_id", "run_id"])
                    .belongs_to("executor_id", "executors"),
            ),
        ]
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
    /// Of this source code.
    pub source_code: Option<SourceCodeId>,
    /// Whose newest run stands there, as far as was heard.
    pub status: Option<ExecutorStatus>,
    /// Those that can be run, or that cannot.
    pub is_enabled: Option<bool>,
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
    pub fn cursor(self, executor: &Executor) -> String {
        match self {
            Self::Name => executor.name.to_string(),
            Self::Newest => executor.id.to_string(),
        }
    }
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, executor: &Executor) -> Result<()> {
    Entity::insert(ActiveModel::from(executor.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(&executor.name))?;
    Ok(())
}

pub(crate) fn taken(name: &Name) -> Error {
    Error::new(
        Code::AlreadyExists,
        format!(
            "The name \"{name}\" is taken by another executor, or by the workspace \"executor-{name}\"; choose another."
        ),
    )
    .at_field("/data/attributes/name")
}

/// Writes the next version of one; says whether nobody else wrote it first. What is known of runs is not touched.
pub(crate) async fn update(tx: &Tx, executor: &Executor) -> Result<bool> {
    let mut row = ActiveModel::from(executor.clone()).reset_all();
    row.latest_run_id = NotSet;
    row.latest_run_status = NotSet;
    row.latest_run_at = NotSet;
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(executor.id))
        .filter(Column::Version.eq(executor.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(&executor.name))?;
    Ok(saved.rows_affected == 1)
}

/// Notes the newest run.
pub(crate) async fn set_latest(tx: &Tx, id: ExecutorId, run: RunId, at: Timestamp, status: RunStatus) -> Result<()> {
    let row = ActiveModel {
        latest_run_id: Set(Some(run)),
        latest_run_at: Set(Some(at)),
        latest_run_status: Set(Some(status)),
        ..Default::default()
    };
    let those = Entity::update_many().set(row).filter(Column::Id.eq(id));
    those.exec(&**tx).await?;
    Ok(())
}

/// Notes where the newest run stands, if it still is the newest and stood elsewhere; says whether.
pub(crate) async fn set_latest_status(tx: &Tx, id: ExecutorId, run: RunId, status: RunStatus) -> Result<bool> {
    let row = ActiveModel {
        latest_run_status: Set(Some(status)),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::LatestRunId.eq(run))
        .filter(Column::LatestRunStatus.ne(status))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: ExecutorId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Whether a project has any.
pub(crate) async fn is_any_in(connection: &impl ConnectionTrait, project: ProjectId) -> Result<bool> {
    let of_project = Entity::find().filter(Column::ProjectId.eq(project));
    Ok(of_project.one(connection).await?.is_some())
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: ExecutorId) -> Result<Option<Executor>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: ExecutorId) -> Result<Option<Executor>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// A page of an organization's that may be seen.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    (sort, page): (Sort, &Page),
) -> Result<Listed<Executor>> {
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
    let status = filter.status.map(|status| match status {
        ExecutorStatus::New => Column::LatestRunStatus.is_null(),
        known => Column::LatestRunStatus.is_in(run_statuses(known)),
    });
    Condition::all()
        .add_option(text)
        .add_option(label.map(|label| contains(Column::Labels, &format!("\n{label}\n"))))
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(filter.source_code.map(|id| Column::SourceCodeId.eq(id)))
        .add_option(filter.is_enabled.map(|is_enabled| Column::IsEnabled.eq(is_enabled)))
        .add_option(status)
}

/// Whether a column has `text` in it, in any case.
fn contains(column: Column, text: &str) -> Expr {
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Adds what is kept of a run.
///
/// # Errors
///
/// `Conflict` when the same request is being carried out already.
pub(crate) async fn insert_run(tx: &Tx, started: &Started) -> Result<()> {
    Runs::insert(RunRow::from(started.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::conflict("The same request is being carried out already. Ask again in a moment."))?;
    Ok(())
}

/// What is kept of a run, if it is one of an executor.
pub(crate) async fn find_run(connection: &impl ConnectionTrait, run: RunId) -> Result<Option<Started>> {
    Ok(Runs::find_by_id(run).one(connection).await?)
}

/// What is kept of these runs.
pub(crate) async fn runs_of(connection: &impl ConnectionTrait, ids: &[RunId]) -> Result<HashMap<RunId, Started>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = Runs::find().filter(RunColumn::RunId.is_in(ids.iter().copied()));
    let found = found.all(connection).await?;
    Ok(found.into_iter().map(|started| (started.run_id, started)).collect())
}

/// The run that a request with this key started.
pub(crate) async fn run_of_request(connection: &impl ConnectionTrait, key: &str) -> Result<Option<Started>> {
    Ok(Runs::find()
        .filter(RunColumn::RequestKey.eq(key))
        .one(connection)
        .await?)
}
