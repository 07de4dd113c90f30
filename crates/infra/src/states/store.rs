//! All queries on `state_versions`, `state_contents`, `state_outputs` and `state_evidence`.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{RunId, StateOutputId, StateVersionId, WorkspaceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::states::StateResource;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, blobs};

use super::model::{ActiveModel, Column, Entity, Resources, StateVersion, contents, evidence, output};
use crate::workspaces::Workspace;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0005_states",
    steps: || {
        vec![
            Step::Table(
                Table::new("state_versions")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("workspace_id", Type::Id)
                    .col("serial", Type::Integer)
                    .col("lineage", Type::Id)
                    .col("sha256", Type::Id)
                    .col("size_bytes", Type::Integer)
                    .col("blob", Type::Id)
                    .opt("run_id", Type::Id)
                    .col("created_by", Type::Name)
                    .opt("terraform_version", Type::Id)
                    .col("resource_count", Type::Integer)
                    .col("encrypted", Type::Boolean)
                    .col("intermediate", Type::Boolean)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .index("state_versions_workspace_id_idx", &["workspace_id", "id"])
                    .index("state_versions_run_id_idx", &["run_id", "sha256"])
                    .references("workspace_id", "workspaces"),
            ),
            Step::Table(
                Table::new("state_contents")
                    .col("state_version_id", Type::Id)
                    .col("resources", Type::Json)
                    .primary(&["state_version_id"])
                    .belongs_to("state_version_id", "state_versions"),
            ),
            Step::Table(
                Table::new("state_outputs")
                    .col("id", Type::Id)
                    .col("state_version_id", Type::Id)
                    .col("name", Type::Text)
                    .col("sensitive", Type::Boolean)
                    .col("kind", Type::Id)
                    .opt("value", Type::Json)
                    .opt("sealed", Type::Bytes)
                    .primary(&["id"])
                    .index("state_outputs_state_version_id_idx", &["state_version_id"])
                    .belongs_to("state_version_id", "state_versions"),
            ),
            Step::Table(
                Table::new("state_evidence")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("workspace_id", Type::Id)
                    .col("run_id", Type::Id)
                    .col("sha256", Type::Id)
                    .col("size_bytes", Type::Integer)
                    .col("blob", Type::Id)
                    .col("reason", Type::Text)
                    .col("created_at", Type::Time)
                    .primary(&["id"])
                    .unique("state_evidence_run_id_sha256_key", &["run_id", "sha256"])
                    .index("state_evidence_workspace_id_idx", &["workspace_id", "id"])
                    .references("workspace_id", "workspaces"),
            ),
        ]
    },
};

/// Rows of outputs in one statement; databases bound the number of parameters.
const CHUNK: usize = 500;

/// Adds a state version with what is in it.
///
/// # Errors
///
/// Those of the database.
pub async fn insert(
    tx: &Tx,
    version: &StateVersion,
    resources: Vec<StateResource>,
    outputs: Vec<output::Model>,
) -> Result<()> {
    Entity::insert(ActiveModel::from(version.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await?;
    let contents = contents::ActiveModel {
        state_version_id: Set(version.id),
        resources: Set(Resources(resources)),
    };
    contents::Entity::insert(contents).exec_without_returning(&**tx).await?;
    for chunk in outputs.chunks(CHUNK) {
        let rows = chunk
            .iter()
            .map(|row| output::ActiveModel::from(row.clone()).reset_all());
        output::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(())
}

/// The state version, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: StateVersionId) -> Result<Option<StateVersion>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The state version.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get(connection: &impl ConnectionTrait, id: StateVersionId) -> Result<StateVersion> {
    let found = find(connection, id).await?;
    found.ok_or_else(|| Error::not_found("state version", id))
}

/// A workspace's current state version, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn current_of(connection: &impl ConnectionTrait, workspace: &Workspace) -> Result<Option<StateVersion>> {
    match workspace.current_state_version_id {
        Some(id) => find(connection, id).await,
        None => Ok(None),
    }
}

/// Whether a state version, if there is one, is encrypted by its configuration.
///
/// # Errors
///
/// Those of the database.
pub async fn is_encrypted(connection: &impl ConnectionTrait, id: Option<StateVersionId>) -> Result<bool> {
    match id {
        Some(id) => Ok(find(connection, id).await?.is_some_and(|version| version.encrypted)),
        None => Ok(false),
    }
}

/// What a run brought already, by its digest.
///
/// # Errors
///
/// Those of the database.
pub async fn of_run_with_digest(
    connection: &impl ConnectionTrait,
    run: RunId,
    sha256: &str,
) -> Result<Option<StateVersion>> {
    Ok(Entity::find()
        .filter(Column::RunId.eq(run))
        .filter(Column::Sha256.eq(sha256))
        .one(connection)
        .await?)
}

/// The version before this one in its workspace.
///
/// # Errors
///
/// Those of the database.
pub async fn before(connection: &impl ConnectionTrait, version: &StateVersion) -> Result<Option<StateVersion>> {
    Ok(Entity::find()
        .filter(Column::WorkspaceId.eq(version.workspace_id))
        .filter(Column::Id.lt(version.id))
        .order_by_desc(Column::Id)
        .one(connection)
        .await?)
}

/// A page of a workspace's state versions, newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    page: &Page,
) -> Result<Listed<StateVersion>> {
    let matching = Entity::find().filter(Column::WorkspaceId.eq(workspace));
    let total = matching
        .clone()
        .select_only()
        .column(Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let mut query = matching.order_by_desc(Column::Id);
    if let Some(cursor) = &page.after {
        query = query.filter(Column::Id.lt(cursor.as_str()));
    }
    let rows = query.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed { rows, total })
}

/// The resources of a state version.
///
/// # Errors
///
/// Those of the database.
pub async fn resources(connection: &impl ConnectionTrait, id: StateVersionId) -> Result<Vec<StateResource>> {
    let found = contents::Entity::find_by_id(id).one(connection).await?;
    Ok(found.map(|contents| contents.resources.0).unwrap_or_default())
}

/// The outputs of a state version, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn outputs(connection: &impl ConnectionTrait, id: StateVersionId) -> Result<Vec<output::Model>> {
    let mut rows = output::Entity::find()
        .filter(output::Column::StateVersionId.eq(id))
        .all(connection)
        .await?;
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(rows)
}

/// One output, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn output(connection: &impl ConnectionTrait, id: StateOutputId) -> Result<Option<output::Model>> {
    Ok(output::Entity::find_by_id(id).one(connection).await?)
}

/// Marks the states of a run's apply as final: the apply ended well.
///
/// # Errors
///
/// Those of the database.
pub async fn settle(tx: &Tx, run: RunId) -> Result<()> {
    let row = ActiveModel {
        intermediate: Set(false),
        ..Default::default()
    };
    Entity::update_many()
        .set(row)
        .filter(Column::RunId.eq(run))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Keeps a state that cannot become the workspace's.
///
/// # Errors
///
/// Those of the database.
pub async fn insert_evidence(tx: &Tx, kept: &evidence::Model) -> Result<()> {
    let row = evidence::ActiveModel::from(kept.clone()).reset_all();
    evidence::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// How many states of a run are kept, and how many bytes they have.
///
/// # Errors
///
/// Those of the database.
pub async fn count_evidence(connection: &impl ConnectionTrait, run: RunId) -> Result<(u64, u64)> {
    let sizes: Vec<i64> = evidence::Entity::find()
        .select_only()
        .column(evidence::Column::SizeBytes)
        .filter(evidence::Column::RunId.eq(run))
        .into_tuple()
        .all(connection)
        .await?;
    let bytes = sizes.iter().map(|size| u64::try_from(*size).unwrap_or(0)).sum();
    Ok((sizes.len() as u64, bytes))
}

/// A kept state, by the run that produced it and its digest.
///
/// # Errors
///
/// Those of the database.
pub async fn find_evidence(
    connection: &impl ConnectionTrait,
    run: RunId,
    sha256: &str,
) -> Result<Option<evidence::Model>> {
    Ok(evidence::Entity::find()
        .filter(evidence::Column::RunId.eq(run))
        .filter(evidence::Column::Sha256.eq(sha256))
        .one(connection)
        .await?)
}

/// A kept state.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn get_evidence(connection: &impl ConnectionTrait, id: StateVersionId) -> Result<evidence::Model> {
    let found = evidence::Entity::find_by_id(id).one(connection).await?;
    found.ok_or_else(|| Error::not_found("kept state", id))
}

/// The kept states of a workspace, newest first; of one run only, if it is given.
///
/// # Errors
///
/// Those of the database.
pub async fn list_evidence(
    connection: &impl ConnectionTrait,
    workspace: WorkspaceId,
    run: Option<RunId>,
) -> Result<Vec<evidence::Model>> {
    let mut query = evidence::Entity::find().filter(evidence::Column::WorkspaceId.eq(workspace));
    if let Some(run) = run {
        query = query.filter(evidence::Column::RunId.eq(run));
    }
    Ok(query
        .order_by_desc(evidence::Column::Id)
        .limit(1_000)
        .all(connection)
        .await?)
}

/// Removes all states of a workspace and lets go of their bytes.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_workspace(tx: &Tx, workspace: WorkspaceId) -> Result<()> {
    let versions = Entity::find()
        .filter(Column::WorkspaceId.eq(workspace))
        .all(&**tx)
        .await?;
    let kept = evidence::Entity::find()
        .filter(evidence::Column::WorkspaceId.eq(workspace))
        .all(&**tx)
        .await?;
    let owners = versions
        .iter()
        .map(StateVersion::owner)
        .chain(kept.iter().map(evidence::Model::owner));
    for owner in owners {
        blobs::release(tx, &owner).await?;
    }
    output::Entity::delete_many()
        .filter(output::Column::StateVersionId.in_subquery(of_workspace(workspace)))
        .exec(&**tx)
        .await?;
    contents::Entity::delete_many()
        .filter(contents::Column::StateVersionId.in_subquery(of_workspace(workspace)))
        .exec(&**tx)
        .await?;
    evidence::Entity::delete_many()
        .filter(evidence::Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    Entity::delete_many()
        .filter(Column::WorkspaceId.eq(workspace))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn of_workspace(workspace: WorkspaceId) -> sea_orm::sea_query::SelectStatement {
    sea_orm::sea_query::Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::WorkspaceId.eq(workspace))
        .to_owned()
}
