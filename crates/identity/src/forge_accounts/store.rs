//! All queries on `forge_accounts`.

use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder, entity::prelude::*};
use slipway_api::ids::{ForgeAccountId, UserId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result, Tx};

use super::model::{Column, Entity, ForgeAccount};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0090_forge_accounts",
    steps: || {
        vec![Step::Table(
            Table::new("forge_accounts")
                .col("id", Type::Id)
                .col("user_id", Type::Id)
                .col("host", Type::Name)
                .col("login", Type::Name)
                .opt("account_id", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("forge_accounts_host_login_key", &["host", "login"])
                .index("forge_accounts_user_id_idx", &["user_id"])
                .belongs_to("user_id", "users"),
        )]
    },
};

/// What an account has to write to prove that it is meant.
pub(crate) const CODES: Migration = Migration {
    name: "identity_0091_forge_account_codes",
    steps: || vec![Step::Sql("ALTER TABLE forge_accounts ADD COLUMN code_hash TEXT")],
};

pub(crate) async fn insert(tx: &Tx, account: &ForgeAccount) -> Result<()> {
    let taken = || {
        Error::new(
            slipway_api::Code::AlreadyExists,
            format!(
                "The account {} at {} is linked already. Whoever linked it can unlink it; if that is not you and the account \
                 is yours, sign in here by the forge.",
                account.login, account.host
            ),
        )
    };
    Entity::insert(account.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(taken)?;
    Ok(())
}

/// The links of a user, oldest first.
pub(crate) async fn of_user(connection: &impl ConnectionTrait, user: UserId) -> Result<Vec<ForgeAccount>> {
    Ok(Entity::find()
        .filter(Column::UserId.eq(user))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// The link of a login.
pub(crate) async fn of_login(
    connection: &impl ConnectionTrait,
    host: &str,
    login: &str,
) -> Result<Option<ForgeAccount>> {
    Ok(Entity::find()
        .filter(Column::Host.eq(host))
        .filter(Column::Login.eq(login))
        .one(connection)
        .await?)
}

/// Keeps the forge's own id of an account that proved to be meant; says whether it was the first.
pub(crate) async fn set_proved(tx: &Tx, id: ForgeAccountId, account: &str) -> Result<bool> {
    let set = Entity::update_many()
        .col_expr(Column::AccountId, Expr::value(account))
        .col_expr(Column::CodeHash, Expr::value(None::<String>))
        .filter(Column::Id.eq(id))
        .filter(Column::AccountId.is_null())
        .exec(&**tx)
        .await?;
    Ok(set.rows_affected == 1)
}

/// Takes away a link that nobody proved: whoever wants the account now may be who it belongs to.
pub(crate) async fn delete_unproved(tx: &Tx, host: &str, login: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Host.eq(host))
        .filter(Column::Login.eq(login))
        .filter(Column::AccountId.is_null())
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, user: UserId, id: ForgeAccountId) -> Result<bool> {
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(deleted.rows_affected == 1)
}
