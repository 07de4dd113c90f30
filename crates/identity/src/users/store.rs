//! All queries on `users`.

use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::UserId;
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, User};
use crate::organizations::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0005_users",
    steps: || {
        vec![Step::Table(
            Table::new("users")
                .col("id", Type::Id)
                .col("username", Type::Name)
                .opt("email", Type::Name)
                .col("is_service_account", Type::Boolean)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("users_username_key", &["username"]),
        )]
    },
};

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<User>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn by_name(connection: &impl ConnectionTrait, username: &Name) -> Result<Option<User>> {
    Ok(Entity::find()
        .filter(Column::Username.eq(username.as_str()))
        .one(connection)
        .await?)
}

pub(crate) async fn insert(tx: &Tx, user: &User) -> Result<()> {
    let row = ActiveModel {
        id: Set(user.id),
        username: Set(user.username.clone()),
        email: Set(user.email.clone()),
        is_service_account: Set(user.is_service_account),
        created_at: Set(user.created_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await.on_unique(|| {
        let detail = format!("There is a user \"{}\" already; choose another name.", user.username);
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/username")
    })?;
    Ok(())
}

/// Deletes the user; says whether there was one.
pub(crate) async fn delete(tx: &Tx, id: UserId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Those of `ids` that there are.
pub(crate) async fn by_ids(connection: &impl ConnectionTrait, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// A page of users by name; `name` is a part of it, any case.
pub(crate) async fn list(connection: &impl ConnectionTrait, name: Option<&str>, page: &Page) -> Result<Listed<User>> {
    let matching = || Condition::all().add_option(name.map(|text| contains(Column::Username, text)));
    let after = page.after.as_ref().map(|name| Column::Username.gt(name));
    let rows = Entity::find()
        .filter(matching())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Username)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(matching())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}
