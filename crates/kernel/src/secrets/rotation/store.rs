//! All queries on `key_rotations`, and the walk over columns with sealed values.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, OnConflict, Query, SelectStatement};
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};
use serde_json::Value as Json;

use super::model::{ActiveModel, Column, Entity, Rotation, RotationState};
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::{Error, Result};
use crate::secrets::columns::{Form, SealedColumn};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0014_key_rotations",
    steps: || {
        vec![Step::Table(
            Table::new("key_rotations")
                .col("scope", Type::Id)
                .col("version", Type::Integer)
                .col("state", Type::Id)
                .col("place", Type::Name)
                .col("cursor", Type::Name)
                .col("resealed", Type::Integer)
                .col("resealed_in_pass", Type::Integer)
                .col("started_at", Type::Time)
                .col("changed_at", Type::Time)
                .primary(&["scope"]),
        )]
    },
};

/// Writes a rotation, whatever was there.
pub(super) async fn put(tx: &Tx, rotation: &Rotation) -> Result<()> {
    let row = ActiveModel {
        scope: Set(rotation.scope.clone()),
        version: Set(rotation.version),
        state: Set(rotation.state),
        place: Set(rotation.place.clone()),
        cursor: Set(rotation.cursor.clone()),
        resealed: Set(rotation.resealed),
        resealed_in_pass: Set(rotation.resealed_in_pass),
        started_at: Set(rotation.started_at),
        changed_at: Set(rotation.changed_at),
    };
    let replace = OnConflict::column(Column::Scope)
        .update_columns([
            Column::Version,
            Column::State,
            Column::Place,
            Column::Cursor,
            Column::Resealed,
            Column::ResealedInPass,
            Column::StartedAt,
            Column::ChangedAt,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The rotation of a scope.
pub(super) async fn find(connection: &impl ConnectionTrait, scope: &str) -> Result<Option<Rotation>> {
    Ok(Entity::find_by_id(scope.to_owned()).one(connection).await?)
}

/// Every rotation that there was, by scope.
pub(super) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Rotation>> {
    Ok(Entity::find().order_by_asc(Column::Scope).all(connection).await?)
}

/// Those that are not done.
pub(super) async fn open(connection: &impl ConnectionTrait) -> Result<Vec<Rotation>> {
    let query = Entity::find().filter(Column::State.ne(RotationState::Done));
    Ok(query.order_by_asc(Column::Scope).all(connection).await?)
}

/// Forgets the rotation of an organization that is gone.
pub(super) async fn remove(tx: &Tx, scope: &str) -> Result<()> {
    Entity::delete_by_id(scope.to_owned()).exec(&**tx).await?;
    Ok(())
}

/// A sealed value where it lies.
pub(super) struct Found {
    pub key: String,
    pub row: String,
    pub sealed: Vec<u8>,
    /// The whole object, where the value is a field of one.
    json: Option<Json>,
}

/// The sealed values of a scope in a column after a key, in the order of keys, at most so many rows; and the last key.
pub(super) async fn sealed_after(
    connection: &impl ConnectionTrait,
    column: &SealedColumn,
    scope: &str,
    cursor: &str,
    limit: u64,
) -> Result<Vec<Found>> {
    let query = selection(column, scope, cursor, limit);
    let mut found = Vec::new();
    for row in connection.query_all(&query).await? {
        let key: String = row.try_get("", "k")?;
        let place_row: String = row.try_get("", "r")?;
        let (sealed, json) = match column.form {
            Form::Bytes => (row.try_get("", "v")?, None),
            Form::JsonField(field) => {
                let json: Json = row.try_get("", "v")?;
                let text = json.get(field).and_then(Json::as_str).unwrap_or_default();
                (hex::decode(text).unwrap_or_default(), Some(json))
            }
        };
        found.push(Found {
            key,
            row: place_row,
            sealed,
            json,
        });
    }
    Ok(found)
}

fn selection(column: &SealedColumn, scope: &str, cursor: &str, limit: u64) -> SelectStatement {
    let name = |text: &'static str| Expr::col(Alias::new(text));
    let mut query = Query::select();
    query
        .expr_as(name(column.key), Alias::new("k"))
        .expr_as(name(column.place_row), Alias::new("r"))
        .expr_as(name(column.column), Alias::new("v"))
        .from(Alias::new(column.table))
        .and_where(name(column.key).gt(cursor))
        .and_where(name(column.column).is_not_null())
        .order_by(Alias::new(column.key), sea_orm::Order::Asc)
        .limit(limit);
    match column.organization {
        Some(sql) if scope == "site" => query.and_where(Expr::cust(sql).is_null()),
        Some(sql) => query.and_where(Expr::cust(sql).eq(scope)),
        None => &mut query,
    };
    if let Some(sql) = column.only {
        query.and_where(Expr::cust(sql));
    }
    query
}

/// Replaces a sealed value, unless somebody replaced it meanwhile; says whether.
pub(super) async fn replace(tx: &Tx, column: &SealedColumn, found: &Found, sealed: Vec<u8>) -> Result<bool> {
    let name = |text: &'static str| Expr::col(Alias::new(text));
    let mut update = Query::update();
    update
        .table(Alias::new(column.table))
        .and_where(name(column.key).eq(found.key.as_str()));
    match (column.form, &found.json) {
        (Form::JsonField(field), Some(json)) => {
            let mut json = json.clone();
            if let Some(object) = json.as_object_mut() {
                object.insert(field.to_owned(), hex::encode(&sealed).into());
            }
            // Never changed by anybody else: written once with its row.
            update.value(Alias::new(column.column), json);
        }
        _ => {
            update
                .value(Alias::new(column.column), sealed)
                .and_where(name(column.column).eq(found.sealed.clone()));
        }
    }
    Ok(tx.execute(&update).await?.rows_affected() == 1)
}

/// The id of a scope that is not the site.
pub(super) fn organization(scope: &str) -> Result<Option<slipway_api::ids::OrganizationId>> {
    if scope == "site" {
        return Ok(None);
    }
    scope.parse().map(Some).map_err(Error::internal)
}
