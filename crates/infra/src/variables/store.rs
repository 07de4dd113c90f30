//! All queries on `variables`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::VariableId;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Variable};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0002_variables",
    steps: || {
        vec![Step::Table(
            Table::new("variables")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("owner_id", Type::Id)
                .col("category", Type::Id)
                .col("key", Type::Name)
                .opt("value", Type::Text)
                .opt("sealed", Type::Bytes)
                .col("hcl", Type::Boolean)
                .col("sensitive", Type::Boolean)
                .col("description", Type::Text)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("variables_owner_id_category_key_key", &["owner_id", "category", "key"]),
        )]
    },
};

/// Adds a variable.
///
/// # Errors
///
/// `AlreadyExists` when its owner has one of this category and name.
pub async fn insert(tx: &Tx, variable: &Variable) -> Result<()> {
    let row = ActiveModel::from(variable.clone()).reset_all();
    Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(variable))?;
    Ok(())
}

/// Writes a changed variable, if it still has the version before; says whether.
///
/// # Errors
///
/// `AlreadyExists` when its owner has another of this category and name.
pub async fn update(tx: &Tx, variable: &Variable) -> Result<bool> {
    let row = ActiveModel {
        category: Set(variable.category),
        key: Set(variable.key.clone()),
        value: Set(variable.value.clone()),
        sealed: Set(variable.sealed.clone()),
        hcl: Set(variable.hcl),
        sensitive: Set(variable.sensitive),
        description: Set(variable.description.clone()),
        version: Set(variable.version),
        ..Default::default()
    };
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(variable.id))
        .filter(Column::Version.eq(variable.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(variable))?;
    Ok(saved.rows_affected == 1)
}

fn taken(variable: &Variable) -> Error {
    Error::new(
        slipway_api::Code::AlreadyExists,
        format!(
            "There is a variable \"{}\" of this category already; change that one, or choose another name.",
            variable.key
        ),
    )
    .at_field("/data/attributes/key")
}

/// The variable of this owner, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, owner_id: &str, id: VariableId) -> Result<Option<Variable>> {
    Ok(Entity::find_by_id(id)
        .filter(Column::OwnerId.eq(owner_id))
        .one(connection)
        .await?)
}

/// All variables of these owners, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn of_owners(connection: &impl ConnectionTrait, owner_ids: &[String]) -> Result<Vec<Variable>> {
    Ok(Entity::find()
        .filter(Column::OwnerId.is_in(owner_ids.iter().cloned()))
        .order_by_asc(Column::Key)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// How many variables these owners have; owners without any are missing.
///
/// # Errors
///
/// Those of the database.
pub async fn counts(connection: &impl ConnectionTrait, owner_ids: &[String]) -> Result<HashMap<String, i64>> {
    let rows: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::OwnerId)
        .column_as(Column::Id.count(), "count")
        .filter(Column::OwnerId.is_in(owner_ids.iter().cloned()))
        .group_by(Column::OwnerId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Removes a variable.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(tx: &Tx, id: VariableId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// Gives all variables of an owner to another.
///
/// # Errors
///
/// `Conflict` when the other has one of them.
pub async fn give_to(tx: &Tx, from: &str, to: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::OwnerId, Expr::value(to))
        .filter(Column::OwnerId.eq(from))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes all variables of an owner.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_owner(tx: &Tx, owner_id: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OwnerId.eq(owner_id))
        .exec(&**tx)
        .await?;
    Ok(())
}
