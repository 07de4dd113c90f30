//! All queries on `workspace_sources` and `configuration_commits`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::ids::{ConfigurationVersionId, RepositoryId, WorkspaceId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::commit::{self, Commit};
use super::model::{ActiveModel, Column, Entity, Source};
use crate::workspaces;
use crate::workspaces::model::{Column as WorkspaceColumn, Workspace};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0020_workspace_sources",
    steps: || {
        vec![
            Step::Table(
                Table::new("workspace_sources")
                    .col("workspace_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .opt("repository_id", Type::Id)
                    .col("branch", Type::Text)
                    .opt("tags_regex", Type::Text)
                    .col("submodules", Type::Boolean)
                    .col("large_files", Type::Boolean)
                    .col("file_triggers_enabled", Type::Boolean)
                    .col("trigger_prefixes", Type::Json)
                    .col("trigger_patterns", Type::Json)
                    .col("speculative_enabled", Type::Boolean)
                    .col("queue_all_runs", Type::Boolean)
                    .col("apply_policy", Type::Id)
                    .col("fork_policy", Type::Id)
                    .opt("commit_sha", Type::Name)
                    .col("position", Type::Integer)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .primary(&["workspace_id"])
                    .index(
                        "workspace_sources_repository_id_idx",
                        &["repository_id", "workspace_id"],
                    )
                    .belongs_to("workspace_id", "workspaces"),
            ),
            Step::Table(
                Table::new("configuration_commits")
                    .col("configuration_version_id", Type::Id)
                    .col("workspace_id", Type::Id)
                    .col("repository_id", Type::Id)
                    .col("commit_sha", Type::Name)
                    .opt("branch", Type::Text)
                    .opt("tag", Type::Text)
                    .col("message", Type::Text)
                    .col("author", Type::Text)
                    .col("committed_at", Type::Time)
                    .opt("url", Type::Text)
                    .opt("sender", Type::Text)
                    .col("on_default_branch", Type::Boolean)
                    .opt("pull_request_number", Type::Integer)
                    .opt("pull_request_url", Type::Text)
                    .opt("head_sha", Type::Name)
                    .opt("notice", Type::Text)
                    .primary(&["configuration_version_id"])
                    .index(
                        "configuration_commits_workspace_id_idx",
                        &["workspace_id", "commit_sha"],
                    )
                    .index(
                        "configuration_commits_repository_id_idx",
                        &["repository_id", "commit_sha"],
                    )
                    .belongs_to("configuration_version_id", "configuration_versions"),
            ),
        ]
    },
};

/// What a workspace takes from Git, if anything was ever said about that.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, workspace: WorkspaceId) -> Result<Option<Source>> {
    Ok(Entity::find_by_id(workspace).one(connection).await?)
}

/// The same of many.
///
/// # Errors
///
/// Those of the database.
pub async fn of_workspaces(connection: &impl ConnectionTrait, ids: &[WorkspaceId]) -> Result<Vec<Source>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::find().filter(Column::WorkspaceId.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// Writes it, new or changed; which commits were handled stays.
///
/// # Errors
///
/// Those of the database.
pub async fn put(tx: &Tx, source: &Source) -> Result<()> {
    use Column::{
        ApplyPolicy, Branch, FileTriggersEnabled, ForkPolicy, LargeFiles, QueueAllRuns, RepositoryId,
        SpeculativeEnabled, Submodules, TagsRegex, TriggerPatterns, TriggerPrefixes, UpdatedAt,
    };
    let columns = [
        RepositoryId,
        Branch,
        TagsRegex,
        Submodules,
        LargeFiles,
        FileTriggersEnabled,
        TriggerPrefixes,
        TriggerPatterns,
        SpeculativeEnabled,
        QueueAllRuns,
        ApplyPolicy,
        ForkPolicy,
        UpdatedAt,
    ];
    let replace = OnConflict::column(Column::WorkspaceId)
        .update_columns(columns)
        .to_owned();
    Entity::insert(source.clone().into_active_model().reset_all())
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// All workspaces of a repository with what they take from it, by id.
///
/// # Errors
///
/// Those of the database.
pub async fn of_repository(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
) -> Result<Vec<(Source, Workspace)>> {
    let sources = Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .order_by_asc(Column::WorkspaceId)
        .all(connection)
        .await?;
    // One join would double the columns' names; two queries read as little.
    let workspaces = workspaces::model::Entity::find()
        .filter(WorkspaceColumn::Id.in_subquery(workspaces_of(repository)))
        .order_by_asc(WorkspaceColumn::Id)
        .all(connection)
        .await?;
    let mut workspaces = workspaces.into_iter().peekable();
    let mut pairs = Vec::with_capacity(sources.len());
    for source in sources {
        while workspaces
            .next_if(|workspace| workspace.id < source.workspace_id)
            .is_some()
        {}
        if let Some(workspace) = workspaces.next_if(|workspace| workspace.id == source.workspace_id) {
            pairs.push((source, workspace));
        }
    }
    Ok(pairs)
}

/// The ids of a repository's workspaces, as a part of another query.
#[must_use]
pub fn workspaces_of(repository: RepositoryId) -> SelectStatement {
    Query::select()
        .column(Column::WorkspaceId)
        .from(Entity)
        .and_where(Column::RepositoryId.eq(repository))
        .to_owned()
}

/// Notes that an event started a run in a workspace, unless a newer one did already; says whether it was noted.
///
/// # Errors
///
/// Those of the database.
pub async fn note_started(tx: &Tx, workspace: WorkspaceId, position: i64) -> Result<bool> {
    let noted = Entity::update_many()
        .set(ActiveModel {
            position: sea_orm::ActiveValue::Set(position),
            ..Default::default()
        })
        .filter(Column::WorkspaceId.eq(workspace))
        .filter(Column::Position.lte(position))
        .exec(&**tx)
        .await?;
    Ok(noted.rows_affected == 1)
}

/// Notes the newest commit that a configuration was made of.
///
/// # Errors
///
/// Those of the database.
pub async fn note_commit(tx: &Tx, workspace: WorkspaceId, commit: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::CommitSha, Expr::value(commit))
        .filter(Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Adds the commit of a configuration version.
///
/// # Errors
///
/// Those of the database.
pub async fn add_commit(tx: &Tx, commit: &Commit) -> Result<()> {
    commit::Entity::insert(commit.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The commit of a configuration version, if it is made of one.
///
/// # Errors
///
/// Those of the database.
pub async fn commit_of(connection: &impl ConnectionTrait, id: ConfigurationVersionId) -> Result<Option<Commit>> {
    Ok(commit::Entity::find_by_id(id).one(connection).await?)
}

/// The commits of configuration versions.
///
/// # Errors
///
/// Those of the database.
pub async fn commits_of(connection: &impl ConnectionTrait, ids: &[ConfigurationVersionId]) -> Result<Vec<Commit>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let query = commit::Entity::find().filter(commit::Column::ConfigurationVersionId.is_in(ids.iter().copied()));
    Ok(query.all(connection).await?)
}

/// Configurations that were made of a commit for a workspace, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn made_of(connection: &impl ConnectionTrait, workspace: WorkspaceId, commit: &str) -> Result<Vec<Commit>> {
    Ok(commit::Entity::find()
        .filter(commit::Column::WorkspaceId.eq(workspace))
        .filter(commit::Column::CommitSha.eq(commit))
        .order_by_desc(commit::Column::ConfigurationVersionId)
        .limit(10)
        .all(connection)
        .await?)
}

/// Says on the configurations of these commits of a repository what became of them.
///
/// # Errors
///
/// Those of the database.
pub async fn set_notice(tx: &Tx, repository: RepositoryId, commits: &[String], notice: &str) -> Result<u64> {
    let changed = commit::Entity::update_many()
        .col_expr(commit::Column::Notice, Expr::value(notice))
        .filter(commit::Column::RepositoryId.eq(repository))
        .filter(commit::Column::CommitSha.is_in(commits.iter().map(String::as_str)))
        .filter(commit::Column::Notice.is_null())
        .exec(&**tx)
        .await?;
    Ok(changed.rows_affected)
}
