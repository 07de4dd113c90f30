//! All queries on `runs` and `run_comments`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, Iterable, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ProjectId, RunId, UserId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::runs::RunStatus;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::comments;
use super::model::{Column, Entity, Run};
use crate::workspaces;
use crate::workspaces::model::Column as WorkspaceColumn;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0006_runs",
    steps: || {
        vec![
            Step::Table(
                Table::new("runs")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("workspace_id", Type::Id)
                    .col("configuration_version_id", Type::Id)
                    .col("status", Type::Id)
                    .col("history", Type::Json)
                    .col("options", Type::Json)
                    .col("message", Type::Text)
                    .col("source", Type::Id)
                    .opt("created_by", Type::Id)
                    .opt("request_key", Type::Name)
                    .col("has_changes", Type::Boolean)
                    .opt("error_message", Type::Text)
                    .opt("cancel_requested_at", Type::Time)
                    .col("unaccounted", Type::Json)
                    .col("created_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("runs_request_key_key", &["request_key"])
                    .index("runs_workspace_id_idx", &["workspace_id", "id"])
                    .index("runs_workspace_id_status_idx", &["workspace_id", "status"])
                    .index("runs_organization_id_idx", &["organization_id", "id"])
                    .belongs_to("workspace_id", "workspaces"),
            ),
            Step::Table(
                Table::new("run_comments")
                    .col("id", Type::Id)
                    .col("run_id", Type::Id)
                    .col("author", Type::Name)
                    .col("body", Type::Text)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .index("run_comments_run_id_idx", &["run_id", "id"])
                    .belongs_to("run_id", "runs"),
            ),
        ]
    },
};

/// Runs of an organization are looked for by status, most of all those that wait for somebody.
pub(crate) const BY_STATUS: Migration = Migration {
    name: "infra_0012_runs_by_status",
    steps: || {
        vec![Step::Sql(
            "CREATE INDEX runs_organization_id_status_idx ON runs (organization_id, status, id)",
        )]
    },
};

/// Statuses in which nothing will happen any more.
pub(crate) fn final_statuses() -> Vec<RunStatus> {
    use RunStatus::{Applied, Canceled, Discarded, Errored, ForceCanceled, PlannedAndFinished};
    vec![Applied, Canceled, Discarded, Errored, ForceCanceled, PlannedAndFinished]
}

pub(crate) async fn insert(tx: &Tx, run: &Run) -> Result<()> {
    Entity::insert(run.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await
        .map(|_| ())
        .on_unique(|| Error::conflict("The same request is being carried out already. Ask again in a moment."))
}

/// Writes a run that was changed from the version it carries, which grows by one.
///
/// # Errors
///
/// `Conflict` when somebody else changed it in the meantime.
pub(crate) async fn update(tx: &Tx, run: &mut Run) -> Result<()> {
    let seen = run.version;
    run.version += 1;
    let mut row = run.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(run.id);
    let updated = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(run.id))
        .filter(Column::Version.eq(seen))
        .exec(&**tx)
        .await?;
    if updated.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "Run {} changed while you changed it. Look at it and try again.",
        run.id
    )))
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: RunId) -> Result<Option<Run>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Several runs, in no order.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[RunId]) -> Result<Vec<Run>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// The run that a request with this key started.
pub(crate) async fn of_request(connection: &impl ConnectionTrait, key: &str) -> Result<Option<Run>> {
    Ok(Entity::find()
        .filter(Column::RequestKey.eq(key))
        .one(connection)
        .await?)
}

pub(crate) async fn get(connection: &impl ConnectionTrait, id: RunId) -> Result<Run> {
    find(connection, id).await?.ok_or_else(|| Error::not_found("run", id))
}

/// Pending runs of a workspace, oldest first.
pub(crate) async fn pending(connection: &impl ConnectionTrait, workspace: WorkspaceId, limit: u64) -> Result<Vec<Run>> {
    let query = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::Status.eq(RunStatus::Pending))
        .order_by_asc(Column::Id);
    Ok(query.limit(limit).all(connection).await?)
}

/// How many runs of the workspace wait before this one.
pub(crate) async fn pending_before(connection: &impl ConnectionTrait, run: &Run) -> Result<u64> {
    let query = Entity::find()
        .filter(Column::WorkspaceId.eq(run.workspace_id))
        .filter(Column::Status.eq(RunStatus::Pending))
        .filter(Column::Id.lt(run.id));
    Ok(query.count(connection).await?)
}

/// Runs of the workspace that are not done.
pub(crate) async fn active(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Vec<Run>> {
    let query = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::Status.is_not_in(final_statuses()))
        .order_by_asc(Column::Id);
    Ok(query.limit(1_000).all(connection).await?)
}

/// The workspace's newest run that was applied.
pub(crate) async fn last_applied(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<Run>> {
    Ok(Entity::find()
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::Status.eq(RunStatus::Applied))
        .order_by_desc(Column::Id)
        .one(connection)
        .await?)
}

/// Which runs to list.
#[derive(Clone)]
pub(crate) struct Filter {
    /// Of this organization.
    pub organization: OrganizationId,
    /// Workspaces whose runs the caller may see; none when that was found out for the one workspace.
    pub visible: Option<Visibility>,
    /// Only of this workspace.
    pub workspace: Option<WorkspaceId>,
    /// Only of workspaces of this project.
    pub project: Option<ProjectId>,
    /// Only those that this user started.
    pub created_by: Option<UserId>,
    /// Only those made since.
    pub since: Option<Timestamp>,
    /// In one of these statuses; empty for any.
    pub statuses: Vec<RunStatus>,
    /// Only of workspaces that these are, too.
    pub may: Option<Visibility>,
    /// Only of workspaces that nothing manages.
    pub is_own: bool,
    /// Only the newest of its workspace.
    pub is_newest: bool,
    /// Nothing at all: what was asked for contradicts itself.
    pub is_empty: bool,
}

impl Filter {
    /// All runs of an organization, whoever asks.
    pub(crate) fn of(organization: OrganizationId) -> Self {
        Self {
            organization,
            visible: None,
            workspace: None,
            project: None,
            created_by: None,
            since: None,
            statuses: Vec::new(),
            may: None,
            is_own: false,
            is_newest: false,
            is_empty: false,
        }
    }

    fn condition(&self) -> Condition {
        let of = match self.workspace {
            Some(workspace) => Column::WorkspaceId.eq(workspace),
            None => Column::OrganizationId.eq(self.organization),
        };
        let mut condition = Condition::all()
            .add(of)
            .add_option(self.created_by.map(|user| Column::CreatedBy.eq(user)))
            .add_option(self.since.map(|since| Column::CreatedAt.gte(since)));
        if self.is_empty {
            condition = condition.add(Expr::value(1).eq(0));
        }
        if !self.statuses.is_empty() {
            condition = condition.add(Column::Status.is_in(self.statuses.iter().copied()));
        }
        if self.is_newest {
            condition = condition.add(Column::Id.in_subquery(self.workspaces(WorkspaceColumn::LatestRunId)));
        } else if self.asks_workspaces() {
            condition = condition.add(Column::WorkspaceId.in_subquery(self.workspaces(WorkspaceColumn::Id)));
        }
        condition
    }

    /// Whether the runs' workspaces decide about something.
    fn asks_workspaces(&self) -> bool {
        let sees_all = self.visible.as_ref().is_none_or(|visible| *visible == Visibility::All);
        let names_one = self.visible.is_some() && self.workspace.is_some();
        !sees_all || names_one || self.project.is_some() || self.may.is_some() || self.is_own
    }

    /// A column of the workspaces whose runs are wanted.
    fn workspaces(&self, column: WorkspaceColumn) -> SelectStatement {
        let of = |visible: &Visibility| visible.condition(WorkspaceColumn::ProjectId, WorkspaceColumn::Id);
        let condition = Condition::all()
            .add(WorkspaceColumn::OrganizationId.eq(self.organization))
            .add_option(self.project.map(|project| WorkspaceColumn::ProjectId.eq(project)))
            .add_option(self.visible.as_ref().map(of))
            .add_option(self.may.as_ref().map(of))
            .add_option(self.is_own.then(|| WorkspaceColumn::ManagedBy.is_null()));
        Query::select()
            .column(column)
            .from(workspaces::model::Entity)
            .cond_where(condition)
            .to_owned()
    }
}

/// The statuses of a group, TFE's word; none for another word.
pub(crate) fn statuses_of(group: &str) -> Option<Vec<RunStatus>> {
    use RunStatus::{Pending, Planned, PlannedAndSaved, PolicyChecked};
    let open = || RunStatus::iter().filter(|status| !status.is_final());
    match group {
        "final" => Some(final_statuses()),
        "non_final" => Some(open().collect()),
        "discardable" => Some(vec![Pending, Planned, PolicyChecked, PlannedAndSaved]),
        _ => None,
    }
}

/// A page of runs, newest first.
pub(crate) async fn list(ctx: &Ctx, filter: &Filter, page: &Page) -> Result<Listed<Run>> {
    let mut query = Entity::find().filter(filter.condition()).order_by_desc(Column::Id);
    if let Some(after) = &page.after {
        query = query.filter(Column::Id.lt(after.as_str()));
    }
    let query = query.offset(page.offset()).limit(page.limit());
    let rows = query.all(ctx.db.reader()).await?;
    let counted = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1);
    Ok(Listed {
        rows,
        total: ctx.totals.count(ctx, counted).await?,
    })
}

pub(crate) async fn add_comment(tx: &Tx, comment: &comments::Model) -> Result<()> {
    comments::Entity::insert(comment.clone().into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Comments on a run, oldest first; at most a thousand.
pub(crate) async fn comments(connection: &impl ConnectionTrait, run: RunId) -> Result<Vec<comments::Model>> {
    let query = comments::Entity::find()
        .filter(comments::Column::RunId.eq(run))
        .order_by_asc(comments::Column::Id);
    Ok(query.limit(1_000).all(connection).await?)
}
