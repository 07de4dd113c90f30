//! All queries on `pull_requests` and `pull_request_workspaces`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};
use slipway_api::ids::{PullRequestId, RepositoryId, RunId, WorkspaceId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result, Tx};

use super::model::{Column, Entity, Link, PullRequest, links};

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

pub(crate) async fn insert(tx: &Tx, request: &PullRequest) -> Result<()> {
    Entity::insert(request.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::conflict("The same pull request is being written already."))?;
    Ok(())
}

/// Writes what is known of the request; the comment's columns are the comment's own.
pub(crate) async fn update(tx: &Tx, request: &PullRequest) -> Result<()> {
    let mut row = request.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(request.id);
    row.comment_id = sea_orm::ActiveValue::NotSet;
    row.comment_digest = sea_orm::ActiveValue::NotSet;
    row.comment_due = sea_orm::ActiveValue::NotSet;
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(request.id))
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
        .update_columns([links::Column::PlanRunId, links::Column::Reason, links::Column::Skipped])
        .to_owned();
    links::Entity::insert(link.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Notes the apply of a workspace before the merge.
pub(crate) async fn set_apply(tx: &Tx, id: PullRequestId, workspace: WorkspaceId, run: RunId) -> Result<()> {
    links::Entity::update_many()
        .col_expr(links::Column::ApplyRunId, Expr::value(run))
        .filter(links::Column::PullRequestId.eq(id))
        .filter(links::Column::WorkspaceId.eq(workspace))
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
