//! All queries on `data_keys`.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};
use slipway_api::ids::OrganizationId;

use super::model::{ActiveModel, Column, Entity, Model};
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::Result;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0005_secrets",
    steps: || {
        vec![Step::Table(
            Table::new("data_keys")
                .col("scope", Type::Id)
                .col("version", Type::Integer)
                .col("master_key", Type::Id)
                .col("wrapped", Type::Bytes)
                .col("created_at", Type::Time)
                .primary(&["scope", "version"]),
        )]
    },
};

/// The scope as it is stored.
pub(super) fn scope_text(organization: Option<OrganizationId>) -> String {
    organization.map_or_else(|| "site".to_owned(), |id| id.to_string())
}

/// The newest key of a scope, or the one of `version`.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    organization: Option<OrganizationId>,
    version: Option<u32>,
) -> Result<Option<Model>> {
    let mut query = Entity::find().filter(Column::Scope.eq(scope_text(organization)));
    if let Some(version) = version {
        query = query.filter(Column::Version.eq(i64::from(version)));
    }
    Ok(query.order_by_desc(Column::Version).one(connection).await?)
}

/// Stores a new key.
pub(super) async fn insert(connection: &impl ConnectionTrait, key: Model) -> Result<(), DbErr> {
    let row = ActiveModel {
        scope: Set(key.scope),
        version: Set(key.version),
        master_key: Set(key.master_key),
        wrapped: Set(key.wrapped),
        created_at: Set(key.created_at),
    };
    Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// Forgets the keys of an organization that is gone: what they sealed can never be opened again.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Scope.eq(scope_text(Some(organization))))
        .exec(connection)
        .await?;
    Ok(())
}
