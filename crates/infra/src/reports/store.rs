//! All queries on `commit_statuses`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, IntoActiveModel, QueryOrder};
use slipway_api::Timestamp;
use slipway_api::ids::RepositoryId;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Status};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0022_commit_statuses",
    steps: || {
        vec![Step::Table(
            Table::new("commit_statuses")
                .col("repository_id", Type::Id)
                .col("commit_sha", Type::Id)
                .col("context", Type::Name)
                .col("state", Type::Id)
                .col("description", Type::Text)
                .col("target_url", Type::Text)
                .opt("run_id", Type::Id)
                .col("version", Type::Integer)
                .col("sent_version", Type::Integer)
                .col("updated_at", Type::Time)
                .primary(&["repository_id", "commit_sha", "context"])
                .index("commit_statuses_updated_at_idx", &["updated_at"]),
        )]
    },
};

/// All statuses of a commit, by context.
pub(crate) async fn of_commit(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
    commit: &str,
) -> Result<Vec<Status>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .filter(Column::CommitSha.eq(commit))
        .order_by_asc(Column::Context)
        .all(connection)
        .await?)
}

/// The status of a commit with this context, if there is one.
pub(crate) async fn find(connection: &impl ConnectionTrait, like: &Status) -> Result<Option<Status>> {
    let key = (like.repository_id, like.commit_sha.clone(), like.context.clone());
    Ok(Entity::find_by_id(key).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, status: &Status) -> Result<()> {
    Entity::insert(status.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::conflict("The same status is being written already."))?;
    Ok(())
}

/// Writes a status that was changed from the version before its own.
pub(crate) async fn update(tx: &Tx, status: &Status) -> Result<()> {
    let row = ActiveModel {
        state: Set(status.state),
        description: Set(status.description.clone()),
        target_url: Set(status.target_url.clone()),
        run_id: Set(status.run_id.clone()),
        version: Set(status.version),
        updated_at: Set(status.updated_at),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::RepositoryId.eq(status.repository_id))
        .filter(Column::CommitSha.eq(status.commit_sha.as_str()))
        .filter(Column::Context.eq(status.context.as_str()))
        .filter(Column::Version.eq(status.version - 1))
        .exec(&**tx)
        .await?;
    if saved.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::conflict("The status changed at the same moment. Try again."))
}

/// Notes which version of a status the forge took.
pub(crate) async fn set_sent(tx: &Tx, status: &Status) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SentVersion, Expr::value(status.version))
        .filter(Column::RepositoryId.eq(status.repository_id))
        .filter(Column::CommitSha.eq(status.commit_sha.as_str()))
        .filter(Column::Context.eq(status.context.as_str()))
        .filter(Column::SentVersion.lt(status.version))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes what has not changed since a moment; says how much.
pub(crate) async fn remove_before(tx: &Tx, moment: Timestamp) -> Result<u64> {
    let removed = Entity::delete_many()
        .filter(Column::UpdatedAt.lt(moment))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected)
}
