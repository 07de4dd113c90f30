//! All queries on `data_keys`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};
use slipway_api::Timestamp;
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

/// Master keys that a transit engine wrapped.
pub(crate) const WRAPPED: Migration = Migration {
    name: "kernel_0015_wrapped_master_keys",
    steps: || {
        vec![Step::Table(
            Table::new("wrapped_master_keys")
                .col("fingerprint", Type::Id)
                .col("wrapped", Type::Text)
                .col("created_at", Type::Time)
                .primary(&["fingerprint"]),
        )]
    },
};

mod wrapped {
    use sea_orm::entity::prelude::*;
    use slipway_api::Timestamp;

    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "wrapped_master_keys")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub fingerprint: String,
        pub wrapped: String,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// The master key with this fingerprint as a transit engine wrapped it.
pub(super) async fn wrapped_master_key(connection: &impl ConnectionTrait, fingerprint: &str) -> Result<Option<String>> {
    let row = wrapped::Entity::find_by_id(fingerprint.to_owned())
        .one(connection)
        .await?;
    Ok(row.map(|row| row.wrapped))
}

/// Keeps a wrapped master key.
pub(super) async fn insert_wrapped_master_key(
    connection: &impl ConnectionTrait,
    fingerprint: &str,
    text: String,
    now: Timestamp,
) -> Result<()> {
    let row = wrapped::ActiveModel {
        fingerprint: Set(fingerprint.to_owned()),
        wrapped: Set(text),
        created_at: Set(now),
    };
    wrapped::Entity::insert(row).exec_without_returning(connection).await?;
    Ok(())
}

/// The scope as it is stored.
pub(super) fn scope_text(organization: Option<OrganizationId>) -> String {
    organization.map_or_else(|| "site".to_owned(), |id| id.to_string())
}

/// The newest key of a scope, or the one of `version`.
pub(crate) async fn find(
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

/// The scopes that have keys, to be asked for within another query.
pub(crate) fn scopes() -> SelectStatement {
    Query::select().column(Column::Scope).from(Entity).to_owned()
}

/// Every key there is, by scope and version.
pub(super) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .order_by_asc(Column::Scope)
        .order_by_asc(Column::Version)
        .all(connection)
        .await?)
}

/// Keeps the master key from being exchanged before the transaction ends; false when it was, already.
pub(super) async fn hold_master_key(connection: &impl ConnectionTrait, fingerprint: &str) -> Result<bool> {
    let held = Entity::update_many()
        .col_expr(Column::MasterKey, Expr::value(fingerprint))
        .filter(Column::Scope.eq(scope_text(None)))
        .filter(Column::MasterKey.eq(fingerprint))
        .exec(connection)
        .await?;
    Ok(held.rows_affected > 0)
}

/// Replaces how a key is wrapped.
pub(super) async fn rewrap(connection: &impl ConnectionTrait, key: &Model) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::MasterKey, Expr::value(key.master_key.as_str()))
        .col_expr(Column::Wrapped, Expr::value(key.wrapped.clone()))
        .filter(Column::Scope.eq(key.scope.as_str()))
        .filter(Column::Version.eq(key.version))
        .exec(connection)
        .await?;
    Ok(())
}

/// Removes the versions between the first, which addresses blobs, and `version`.
pub(super) async fn remove_between(connection: &impl ConnectionTrait, scope: &str, version: i64) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Scope.eq(scope))
        .filter(Column::Version.gt(1))
        .filter(Column::Version.lt(version))
        .exec(connection)
        .await?;
    Ok(())
}
