//! All queries on `pull_requests` and `pull_request_workspaces`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, Query};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, PullRequestId, RepositoryId, RunId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::pull_requests::PullRequestState;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Link, PullRequest, State, links};

/// Workspaces of the requests of a page that are read.
const MOST_LINKS: u64 = 10_000;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0023_pull_requests",
    steps: || {
        vec![
            Step::Table(
                Table::new("pull_requests")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("repository_id", Type::Id)
                    .col("number", Type::Integer)
                    .col("title", Type::Text)
                    .col("url", Type::Text)
                    .col("author", Type::Name)
                    .col("head_commit", Type::Id)
                    .col("head_branch", Type::Text)
                    .col("head_ref", Type::Text)
                    .col("base_branch", Type::Text)
                    .col("is_fork", Type::Boolean)
                    .col("is_draft", Type::Boolean)
                    .col("state", Type::Id)
                    .opt("base_commit", Type::Id)
                    .opt("merge_commit", Type::Id)
                    .opt("conflicts", Type::Json)
                    .opt("planned_commit", Type::Id)
                    .opt("allowed_commit", Type::Id)
                    .opt("allowed_by", Type::Name)
                    .opt("note", Type::Text)
                    .opt("comment_id", Type::Name)
                    .opt("comment_digest", Type::Id)
                    .col("comment_due", Type::Boolean)
                    .col("position", Type::Integer)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .primary(&["id"])
                    .unique("pull_requests_repository_id_number_key", &["repository_id", "number"]),
            ),
            Step::Table(
                Table::new("pull_request_workspaces")
                    .col("pull_request_id", Type::Id)
                    .col("workspace_id", Type::Id)
                    .opt("plan_run_id", Type::Id)
                    .opt("apply_run_id", Type::Id)
                    .col("reason", Type::Text)
                    .opt("skipped", Type::Text)
                    .primary(&["pull_request_id", "workspace_id"])
                    .index("pull_request_workspaces_workspace_id_idx", &["workspace_id"])
                    .belongs_to("pull_request_id", "pull_requests")
                    .belongs_to("workspace_id", "workspaces"),
            ),
        ]
    },
};

/// Plans that are kept to be applied, and what people were told.
pub(crate) const KEPT_PLANS: Migration = Migration {
    name: "infra_0034_kept_plans",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE pull_request_workspaces ADD COLUMN shown_run_id VARCHAR(64)"),
            Step::Sql(
                "ALTER TABLE pull_request_workspaces ADD COLUMN is_applied_before BOOLEAN NOT NULL DEFAULT FALSE",
            ),
            Step::Sql("ALTER TABLE pull_requests ADD COLUMN has_answered_stranger BOOLEAN NOT NULL DEFAULT FALSE"),
            Step::Sql("CREATE INDEX pull_requests_organization_id_idx ON pull_requests (organization_id, id)"),
            Step::Sql("CREATE INDEX pull_requests_repository_id_idx ON pull_requests (repository_id, id)"),
        ]
    },
};

pub(crate) async fn find(connection: &impl ConnectionTrait, id: PullRequestId) -> Result<Option<PullRequest>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn of_number(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
    number: i64,
) -> Result<Option<PullRequest>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .filter(Column::Number.eq(number))
        .one(connection)
        .await?)
}

/// Open requests to a branch that were planned, the newest first.
pub(crate) async fn open_to(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
    branch: &str,
    limit: u64,
) -> Result<Vec<PullRequest>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .filter(Column::State.eq(State::Open))
        .filter(Column::BaseBranch.eq(branch))
        .filter(Column::PlannedCommit.is_not_null())
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

pub(crate) async fn insert(tx: &Tx, request: &PullRequest) -> Result<()> {
    Entity::insert(request.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::conflict("The same pull request is being written already."))?;
    Ok(())
}

/// Writes what the forge says of the request, from the event at its position.
pub(crate) async fn set_offered(tx: &Tx, request: &PullRequest) -> Result<()> {
    let offered = request.clone();
    let row = ActiveModel {
        title: Set(offered.title),
        url: Set(offered.url),
        author: Set(offered.author),
        head_commit: Set(offered.head_commit),
        head_branch: Set(offered.head_branch),
        head_ref: Set(offered.head_ref),
        base_branch: Set(offered.base_branch),
        is_fork: Set(offered.is_fork),
        is_draft: Set(offered.is_draft),
        state: Set(offered.state),
        position: Set(offered.position),
        updated_at: Set(offered.updated_at),
        ..Default::default()
    };
    set(tx, request.id, row).await
}

/// Writes what became of merging and planning the commit that the request offered; nothing when it offers another by now.
pub(crate) async fn set_planned(tx: &Tx, request: &PullRequest) -> Result<()> {
    let planned = request.clone();
    let row = ActiveModel {
        base_commit: Set(planned.base_commit),
        merge_commit: Set(planned.merge_commit),
        conflicts: Set(planned.conflicts),
        planned_commit: Set(planned.planned_commit),
        ..Default::default()
    };
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(request.id))
        .filter(Column::HeadCommit.eq(request.head_commit.as_str()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Notes who let a commit be planned.
pub(crate) async fn set_allowed(tx: &Tx, request: &PullRequest) -> Result<()> {
    let row = ActiveModel {
        allowed_commit: Set(request.allowed_commit.clone()),
        allowed_by: Set(request.allowed_by.clone()),
        ..Default::default()
    };
    set(tx, request.id, row).await
}

/// Notes that all that follows from its end was done.
pub(crate) async fn set_ended(tx: &Tx, id: PullRequestId, state: State) -> Result<()> {
    let row = ActiveModel {
        state: Set(state),
        planned_commit: Set(None),
        note: Set(None),
        ..Default::default()
    };
    set(tx, id, row).await
}

/// Notes what a command came to, and whether a stranger was answered.
pub(crate) async fn set_note(tx: &Tx, request: &PullRequest) -> Result<()> {
    let row = ActiveModel {
        note: Set(request.note.clone()),
        has_answered_stranger: Set(request.has_answered_stranger),
        ..Default::default()
    };
    set(tx, request.id, row).await
}

async fn set(tx: &Tx, id: PullRequestId, row: ActiveModel) -> Result<()> {
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Asks for the comment to be written anew; says whether nobody had asked already.
pub(crate) async fn set_due(tx: &Tx, id: PullRequestId, is_due: bool) -> Result<bool> {
    let set = Entity::update_many()
        .col_expr(Column::CommentDue, Expr::value(is_due))
        .filter(Column::Id.eq(id))
        .filter(Column::CommentDue.eq(!is_due))
        .exec(&**tx)
        .await?;
    Ok(set.rows_affected == 1)
}

/// Notes what comment the forge has, and what it says.
pub(crate) async fn set_comment(tx: &Tx, id: PullRequestId, comment: &str, digest: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::CommentId, Expr::value(comment))
        .col_expr(Column::CommentDigest, Expr::value(digest))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn links_of(connection: &impl ConnectionTrait, id: PullRequestId) -> Result<Vec<Link>> {
    Ok(links::Entity::find()
        .filter(links::Column::PullRequestId.eq(id))
        .order_by_asc(links::Column::WorkspaceId)
        .all(connection)
        .await?)
}

pub(crate) async fn put_link(tx: &Tx, link: &Link) -> Result<()> {
    let replace = OnConflict::columns([links::Column::PullRequestId, links::Column::WorkspaceId])
        .update_columns([
            links::Column::PlanRunId,
            links::Column::Reason,
            links::Column::Skipped,
            links::Column::IsAppliedBefore,
        ])
        .to_owned();
    links::Entity::insert(link.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Notes the apply for which the request keeps a workspace; none when it gave it back.
pub(crate) async fn set_apply(tx: &Tx, id: PullRequestId, workspace: WorkspaceId, run: Option<RunId>) -> Result<()> {
    links::Entity::update_many()
        .col_expr(links::Column::ApplyRunId, Expr::value(run))
        .filter(links::Column::PullRequestId.eq(id))
        .filter(links::Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Whether the request applied something to a workspace that it did not give back yet.
pub(crate) async fn has_applied(tx: &Tx, id: PullRequestId, workspace: WorkspaceId) -> Result<bool> {
    let link = links::Entity::find_by_id((id, workspace)).one(&**tx).await?;
    Ok(link.is_some_and(|link| link.apply_run_id.is_some()))
}

/// Notes that the comment shows a workspace's plan, if that is still its newest.
pub(crate) async fn set_shown(tx: &Tx, link: &Link) -> Result<()> {
    links::Entity::update_many()
        .col_expr(links::Column::ShownRunId, Expr::value(link.plan_run_id))
        .filter(links::Column::PullRequestId.eq(link.pull_request_id))
        .filter(links::Column::WorkspaceId.eq(link.workspace_id))
        .filter(links::Column::PlanRunId.eq(link.plan_run_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn remove_link(tx: &Tx, link: &Link) -> Result<()> {
    links::Entity::delete_by_id((link.pull_request_id, link.workspace_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The workspaces of several requests.
pub(crate) async fn links_of_all(connection: &impl ConnectionTrait, ids: &[PullRequestId]) -> Result<Vec<Link>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = links::Entity::find()
        .filter(links::Column::PullRequestId.is_in(ids.iter().copied()))
        .order_by_asc(links::Column::PullRequestId)
        .order_by_asc(links::Column::WorkspaceId);
    Ok(query.limit(MOST_LINKS).all(connection).await?)
}

/// Which requests to list.
pub(crate) struct Filter<'a> {
    /// Of this organization.
    pub organization: OrganizationId,
    /// To this repository.
    pub repository: Option<RepositoryId>,
    /// That concern this workspace.
    pub workspace: Option<WorkspaceId>,
    /// In this state.
    pub state: Option<PullRequestState>,
    /// Opened by this account of the forge.
    pub author: Option<&'a str>,
}

impl Filter<'_> {
    fn condition(&self, visible: &Visibility) -> Condition {
        let of_workspace = self.workspace.map(|workspace| {
            Column::Id.in_subquery(
                Query::select()
                    .column(links::Column::PullRequestId)
                    .from(links::Entity)
                    .and_where(links::Column::WorkspaceId.eq(workspace))
                    .to_owned(),
            )
        });
        Condition::all()
            .add(Column::OrganizationId.eq(self.organization))
            // Repositories stand in no project: only grants on the organization or on the repository itself count.
            .add(visible.condition(Column::RepositoryId, Column::RepositoryId))
            .add_option(self.repository.map(|repository| Column::RepositoryId.eq(repository)))
            .add_option(self.author.map(|author| Column::Author.eq(author)))
            .add_option(of_workspace)
            .add_option(self.state.map(in_state))
    }
}

fn in_state(state: PullRequestState) -> Condition {
    let is = |states: &[State]| Condition::all().add(Column::State.is_in(states.iter().copied()));
    match state {
        PullRequestState::Open => is(&[State::Open]).add(Column::IsDraft.eq(false)),
        PullRequestState::Draft => is(&[State::Open]).add(Column::IsDraft.eq(true)),
        PullRequestState::Merged => is(&[State::Merged]),
        PullRequestState::Closed => is(&[State::Ending, State::Closed]),
    }
}

/// A page of requests, the newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    visible: &Visibility,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<PullRequest>> {
    let matching = Entity::find().filter(filter.condition(visible));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|after| Column::Id.lt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Removes what ended before then; says how many.
pub(crate) async fn remove_ended_before(tx: &Tx, before: Timestamp, limit: u64) -> Result<usize> {
    let ended = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::State.is_in([State::Closed, State::Merged]))
        .filter(Column::UpdatedAt.lt(before))
        .limit(limit);
    let ids: Vec<PullRequestId> = ended.into_tuple().all(&**tx).await?;
    if !ids.is_empty() {
        links::Entity::delete_many()
            .filter(links::Column::PullRequestId.is_in(ids.iter().copied()))
            .exec(&**tx)
            .await?;
        Entity::delete_many()
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(&**tx)
            .await?;
    }
    Ok(ids.len())
}
