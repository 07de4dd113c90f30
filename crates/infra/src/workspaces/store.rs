//! All queries on `workspaces`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, FromQueryResult, JoinType, Order, QueryOrder, QuerySelect, Select,
};
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, ProjectId, RepositoryId, RunnerPoolId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, directory};

use super::model::{ActiveModel, Column, Entity, Workspace};
use crate::sources;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0001_workspaces",
    steps: || {
        vec![Step::Table(
            Table::new("workspaces")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("name", Type::Name)
                .opt("description", Type::Text)
                .col("execution_mode", Type::Id)
                .opt("runner_pool_id", Type::Id)
                .col("engine", Type::Id)
                .col("engine_version", Type::Name)
                .col("working_directory", Type::Text)
                .col("auto_apply", Type::Boolean)
                .col("allow_destroy_plan", Type::Boolean)
                .col("global_remote_state", Type::Boolean)
                .col("tags", Type::Json)
                .col("labels", Type::Text)
                .opt("lock", Type::Json)
                .opt("current_state_version_id", Type::Id)
                .opt("current_run_id", Type::Id)
                .opt("latest_run_id", Type::Id)
                .opt("latest_run_status", Type::Id)
                .col("resource_count", Type::Integer)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("latest_change_at", Type::Time)
                .col("version", Type::Integer)
                .col("revision", Type::Integer)
                .primary(&["id"])
                .unique("workspaces_organization_id_name_key", &["organization_id", "name"])
                .index(
                    "workspaces_organization_id_latest_change_at_idx",
                    &["organization_id", "latest_change_at", "id"],
                )
                .index("workspaces_organization_id_id_idx", &["organization_id", "id"])
                .index("workspaces_project_id_idx", &["project_id"])
                .index("workspaces_runner_pool_id_idx", &["runner_pool_id"])
                .references("organization_id", "organizations")
                .references("project_id", "projects"),
        )]
    },
};

pub(crate) const MANAGED: Migration = Migration {
    name: "infra_0040_managed_workspaces",
    steps: || vec![Step::Sql("ALTER TABLE workspaces ADD COLUMN managed_by VARCHAR(64)")],
};

/// Which workspaces to list.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Of this organization.
    pub organization: OrganizationId,
    /// Those that the caller may see.
    pub visible: Visibility,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// All of these tag keys.
    pub tags: Vec<String>,
    /// Only of this project.
    pub project: Option<ProjectId>,
    /// Only those that come from this repository.
    pub repository: Option<RepositoryId>,
    /// Only with one of these statuses of the newest run, or `none` for those without a run; empty for any.
    pub statuses: Vec<String>,
    /// Only those that are locked, or that are not.
    pub is_locked: Option<bool>,
}

/// The word for workspaces without a run among the statuses of newest runs.
pub const NO_RUN: &str = "none";

/// How many workspaces stand where.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Counted {
    /// Status of the newest run, if there is one.
    pub status: Option<String>,
    /// How many.
    pub count: i64,
    /// How many of them are locked.
    pub locked: i64,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By which field.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

/// Fields that a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    Name,
    /// Time of creation, which ids sort by.
    CreatedAt,
    /// Time of the newest run or state.
    LatestChangeAt,
}

impl SortBy {
    /// Where a row stands in the order, as text for `page[after]`.
    #[must_use]
    pub fn cursor(self, workspace: &Workspace) -> String {
        match self {
            Self::Name => workspace.name.to_string(),
            Self::CreatedAt => workspace.id.to_string(),
            Self::LatestChangeAt => format!("{}.{}", workspace.latest_change_at.unix_ms(), workspace.id),
        }
    }
}

/// Adds a workspace.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub async fn insert(tx: &Tx, workspace: &Workspace) -> Result<()> {
    let row = ActiveModel::from(workspace.clone()).reset_all();
    Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("workspace", &workspace.name))?;
    Ok(())
}

/// The workspace, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: WorkspaceId) -> Result<Option<Workspace>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The workspace.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: WorkspaceId) -> Result<Workspace> {
    find(connection, id)
        .await?
        .ok_or_else(|| Error::not_found("workspace", id))
}

/// The workspace of this name, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find_named(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<Workspace>> {
    let query = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.clone()));
    Ok(query.one(connection).await?)
}

/// The workspace, which nobody else changes until the transaction ends.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn hold(tx: &Tx, id: WorkspaceId) -> Result<Workspace> {
    // SQLite has one writer and needs no row lock; the statement goes there without.
    let held = Entity::find_by_id(id).lock_exclusive().one(&**tx).await?;
    held.ok_or_else(|| Error::not_found("workspace", id))
}

/// A workspace with the name of its organization, which is the organization's id on the wire.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Shown {
    /// The workspace.
    #[sea_orm(nested)]
    pub workspace: Workspace,
    /// Its organization's name.
    pub organization_name: String,
}

/// The workspace with its organization's name, in one query, because this is what is read most.
///
/// # Errors
///
/// Those of the database.
pub async fn find_shown(connection: &impl ConnectionTrait, id: WorkspaceId) -> Result<Option<Shown>> {
    use directory::store::objects;
    let to_organization: RelationDef = Entity::belongs_to(objects::Entity)
        .from(Column::OrganizationId)
        .to(objects::Column::Id)
        .into();
    Ok(Entity::find_by_id(id)
        .column_as(objects::Column::Name, "organization_name")
        .join(JoinType::InnerJoin, to_organization)
        .into_model::<Shown>()
        .one(connection)
        .await?)
}

/// The workspaces of these ids, in no order.
///
/// # Errors
///
/// Those of the database.
pub async fn of_ids(connection: &impl ConnectionTrait, ids: &[WorkspaceId]) -> Result<Vec<Workspace>> {
    let query = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// How many workspaces run on a pool.
///
/// # Errors
///
/// Those of the database.
pub async fn count_using_pool(connection: &impl ConnectionTrait, pool: RunnerPoolId) -> Result<u64> {
    Ok(Entity::find()
        .filter(Column::RunnerPoolId.eq(pool))
        .count(connection)
        .await?)
}

/// A page of workspaces, in two queries.
///
/// # Errors
///
/// `MalformedRequest` for a cursor that no page gave, or those of the database.
pub async fn list(ctx: &Ctx, filter: &Filter, sort: Sort, page: &Page) -> Result<Listed<Workspace>> {
    let matching = matching(filter);
    let counted = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let total = ctx.totals.count(ctx, counted).await?;
    let mut query = matching;
    if let Some(cursor) = &page.after {
        query = query.filter(beyond(sort, cursor)?);
    }
    let order = if sort.descending { Order::Desc } else { Order::Asc };
    let query = match sort.by {
        SortBy::Name => query.order_by(Column::Name, order),
        SortBy::CreatedAt => query.order_by(Column::Id, order),
        SortBy::LatestChangeAt => query
            .order_by(Column::LatestChangeAt, order.clone())
            .order_by(Column::Id, order),
    };
    let rows = query
        .offset(page.offset())
        .limit(page.limit())
        .all(ctx.db.reader())
        .await?;
    Ok(Listed { rows, total })
}

fn matching(filter: &Filter) -> Select<Entity> {
    let mut query = Entity::find()
        .filter(Column::OrganizationId.eq(filter.organization))
        .filter(filter.visible.condition(Column::ProjectId, Column::Id));
    if let Some(name) = filter.name.as_deref().filter(|name| !name.is_empty()) {
        query = query.filter(contains(Column::Name, &name.to_lowercase()));
    }
    for key in &filter.tags {
        let key = key.to_lowercase();
        let tagged = Condition::any()
            .add(contains(Column::Labels, &format!("\n{key}\n")))
            .add(contains(Column::Labels, &format!("\n{key}=")));
        query = query.filter(tagged);
    }
    if let Some(project) = filter.project {
        query = query.filter(Column::ProjectId.eq(project));
    }
    if let Some(repository) = filter.repository {
        query = query.filter(Column::Id.in_subquery(sources::store::workspaces_of(repository)));
    }
    if !filter.statuses.is_empty() {
        let (without, named): (Vec<_>, Vec<_>) = filter.statuses.iter().partition(|status| *status == NO_RUN);
        let mut any = Condition::any();
        if !named.is_empty() {
            any = any.add(Column::LatestRunStatus.is_in(named));
        }
        if !without.is_empty() {
            any = any.add(Column::LatestRunStatus.is_null());
        }
        query = query.filter(any);
    }
    match filter.is_locked {
        Some(true) => query.filter(Column::Lock.is_not_null()),
        Some(false) => query.filter(Column::Lock.is_null()),
        None => query,
    }
}

/// How many of the workspaces have which status of the newest run, in one query.
///
/// # Errors
///
/// Those of the database.
pub async fn count_by_status(connection: &impl ConnectionTrait, filter: &Filter) -> Result<Vec<Counted>> {
    let query = matching(filter)
        .select_only()
        .column_as(Column::LatestRunStatus, "status")
        .column_as(Column::Id.count(), "count")
        .column_as(Column::Lock.count(), "locked")
        .group_by(Column::LatestRunStatus);
    Ok(query.into_model::<Counted>().all(connection).await?)
}

/// Whether a column has `text` (in lower case) in it, in any case.
fn contains(column: Column, text: &str) -> Expr {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// The rows behind a cursor.
fn beyond(sort: Sort, cursor: &str) -> Result<Condition> {
    let refused = || Error::malformed_parameter("page[after]", "Pass what the page before gave as \"next-after\".");
    let behind = |column: Column, value: sea_orm::Value| {
        if sort.descending {
            Expr::col(column).lt(value)
        } else {
            Expr::col(column).gt(value)
        }
    };
    let condition = match sort.by {
        SortBy::Name => Condition::all().add(behind(Column::Name, cursor.into())),
        SortBy::CreatedAt => Condition::all().add(behind(Column::Id, cursor.into())),
        SortBy::LatestChangeAt => {
            let (at, id) = cursor.split_once('.').ok_or_else(refused)?;
            let at: i64 = at.parse().map_err(|_| refused())?;
            Condition::any().add(behind(Column::LatestChangeAt, at.into())).add(
                Condition::all()
                    .add(Column::LatestChangeAt.eq(at))
                    .add(behind(Column::Id, id.into())),
            )
        }
    };
    Ok(condition)
}

/// Writes changed settings, if nobody else has changed them since `before` was read; says whether.
///
/// # Errors
///
/// `AlreadyExists` when the new name is taken.
pub async fn save_settings(tx: &Tx, before: &Workspace, after: &Workspace) -> Result<bool> {
    let row = ActiveModel {
        project_id: Set(after.project_id),
        name: Set(after.name.clone()),
        description: Set(after.description.clone()),
        execution_mode: Set(after.execution_mode),
        runner_pool_id: Set(after.runner_pool_id),
        engine: Set(after.engine),
        engine_version: Set(after.engine_version.clone()),
        working_directory: Set(after.working_directory.clone()),
        auto_apply: Set(after.auto_apply),
        allow_destroy_plan: Set(after.allow_destroy_plan),
        global_remote_state: Set(after.global_remote_state),
        tags: Set(after.tags.clone()),
        labels: Set(after.labels.clone()),
        updated_at: Set(after.updated_at),
        version: Set(after.version),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(before.id))
        .filter(Column::Version.eq(before.version))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("workspace", &after.name))?;
    Ok(saved.rows_affected == 1)
}

/// Writes lock, runs and state, if nobody else has written them since the workspace was read; counts its revision on.
///
/// # Errors
///
/// `Conflict` when somebody has: read it again, by [`hold`] in the transaction that writes it.
pub async fn update(tx: &Tx, workspace: &mut Workspace) -> Result<()> {
    let row = ActiveModel {
        lock: Set(workspace.lock.clone()),
        current_state_version_id: Set(workspace.current_state_version_id),
        current_run_id: Set(workspace.current_run_id),
        latest_run_id: Set(workspace.latest_run_id),
        latest_run_status: Set(workspace.latest_run_status.clone()),
        resource_count: Set(workspace.resource_count),
        latest_change_at: Set(workspace.latest_change_at),
        revision: Set(workspace.revision + 1),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(workspace.id))
        .filter(Column::Revision.eq(workspace.revision))
        .exec(&**tx)
        .await?;
    if saved.rows_affected == 0 {
        return Err(Error::conflict(
            "Somebody else worked on the workspace at the same moment. Try again.",
        ));
    }
    workspace.revision += 1;
    Ok(())
}

/// Removes the row, if no run has the workspace; says whether.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(tx: &Tx, id: WorkspaceId) -> Result<bool> {
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::CurrentRunId.is_null())
        .exec(&**tx)
        .await?;
    Ok(deleted.rows_affected == 1)
}
