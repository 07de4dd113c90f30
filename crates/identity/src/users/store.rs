//! All queries on `users`.

use sea_orm::sea_query::{Expr, ExprTrait, Func};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::UserId;
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name, Timestamp};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, User};
use crate::organizations::store::contains;

/// How many people with one mail address are looked at.
const SAME_ADDRESS: u64 = 5;

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

/// What an account needs that people sign in with.
pub(crate) const ACCOUNTS: Migration = Migration {
    name: "identity_0007_user_accounts",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE users ADD COLUMN password_hash VARCHAR(200)"),
            Step::Sql("ALTER TABLE users ADD COLUMN password_changed_at BIGINT"),
            Step::Sql("ALTER TABLE users ADD COLUMN is_suspended BOOLEAN NOT NULL DEFAULT FALSE"),
            Step::Sql("ALTER TABLE users ADD COLUMN is_email_verified BOOLEAN NOT NULL DEFAULT FALSE"),
            Step::Sql("ALTER TABLE users ADD COLUMN organization_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE users ADD COLUMN last_signed_in_at BIGINT"),
            Step::Sql("ALTER TABLE users ADD COLUMN version BIGINT NOT NULL DEFAULT 1"),
            Step::Sql("CREATE INDEX users_email_idx ON users (email)"),
        ]
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

/// The people with this mail address, whatever its case; a few at most.
pub(crate) async fn by_email(connection: &impl ConnectionTrait, email: &str) -> Result<Vec<User>> {
    let lower = Expr::expr(Func::lower(Expr::col(Column::Email)));
    Ok(Entity::find()
        .filter(lower.eq(email.to_lowercase()))
        .filter(Column::IsServiceAccount.eq(false))
        .order_by_asc(Column::Id)
        .limit(SAME_ADDRESS)
        .all(connection)
        .await?)
}

/// Whether there is anybody.
pub(crate) async fn any(connection: &impl ConnectionTrait) -> Result<bool> {
    let first: Option<UserId> = Entity::find()
        .select_only()
        .column(Column::Id)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(first.is_some())
}

pub(crate) async fn insert(tx: &Tx, user: &User) -> Result<()> {
    Entity::insert(row(user))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(user))?;
    Ok(())
}

/// Writes the next version of a user; an error when somebody else wrote it first.
pub(crate) async fn update(tx: &Tx, user: &User) -> Result<()> {
    let result = Entity::update_many()
        .set(row(user))
        .filter(Column::Id.eq(user.id))
        .filter(Column::Version.eq(user.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(user))?;
    if result.rows_affected == 1 {
        return Ok(());
    }
    Err(Error::conflict(
        "The account was changed by somebody else at the same moment. Try again.",
    ))
}

/// Notes a sign-in. It is no change of the account, so the version stays.
pub(crate) async fn set_signed_in(tx: &Tx, id: UserId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::LastSignedInAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn row(user: &User) -> ActiveModel {
    ActiveModel {
        id: Set(user.id),
        username: Set(user.username.clone()),
        email: Set(user.email.clone()),
        is_service_account: Set(user.is_service_account),
        created_at: Set(user.created_at),
        password_hash: Set(user.password_hash.clone()),
        password_changed_at: Set(user.password_changed_at),
        is_suspended: Set(user.is_suspended),
        is_email_verified: Set(user.is_email_verified),
        organization_id: Set(user.organization_id),
        last_signed_in_at: Set(user.last_signed_in_at),
        version: Set(user.version),
    }
}

fn taken(user: &User) -> Error {
    let detail = format!("There is a user \"{}\" already; choose another name.", user.username);
    Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/username")
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
