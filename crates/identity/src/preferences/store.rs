//! All queries on `preferences`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::UserId;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, MOST, Preference};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0081_preferences",
    steps: || {
        vec![Step::Table(
            Table::new("preferences")
                .col("user_id", Type::Id)
                .col("key", Type::Id)
                .col("value", Type::Text)
                .col("updated_at", Type::Time)
                .primary(&["user_id", "key"])
                .belongs_to("user_id", "users"),
        )]
    },
};

pub(crate) async fn find(connection: &impl ConnectionTrait, user: UserId, key: &str) -> Result<Option<Preference>> {
    Ok(Entity::find_by_id((user, key.to_owned())).one(connection).await?)
}

/// Writes a preference, over one with its key.
pub(crate) async fn put(tx: &Tx, preference: &Preference) -> Result<()> {
    let updated = Entity::update_many()
        .col_expr(Column::Value, Expr::value(preference.value.clone()))
        .col_expr(Column::UpdatedAt, Expr::value(preference.updated_at))
        .filter(Column::UserId.eq(preference.user_id))
        .filter(Column::Key.eq(preference.key.as_str()))
        .exec(&**tx)
        .await?;
    if updated.rows_affected > 0 {
        return Ok(());
    }
    let row = ActiveModel {
        user_id: Set(preference.user_id),
        key: Set(preference.key.clone()),
        value: Set(preference.value.clone()),
        updated_at: Set(preference.updated_at),
    };
    let meanwhile = || Error::conflict("This was written by another page at the same moment. Send it again.");
    Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .on_unique(meanwhile)?;
    Ok(())
}

/// How many a user has.
pub(crate) async fn count(connection: &impl ConnectionTrait, user: UserId) -> Result<u64> {
    Ok(Entity::find().filter(Column::UserId.eq(user)).count(connection).await?)
}

/// Deletes a preference; says whether there was one.
pub(crate) async fn delete(tx: &Tx, user: UserId, key: &str) -> Result<bool> {
    let deleted = Entity::delete_by_id((user, key.to_owned())).exec(&**tx).await?;
    Ok(deleted.rows_affected == 1)
}

/// A page of a user's preferences by key.
pub(crate) async fn list(connection: &impl ConnectionTrait, user: UserId, page: &Page) -> Result<Listed<Preference>> {
    let after = page.after.as_ref().map(|key| Column::Key.gt(key));
    let rows = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Key)
        .offset(page.offset())
        .limit(page.limit().min(MOST + 1))
        .all(connection);
    Ok(Listed {
        rows: rows.await?,
        total: count(connection, user).await?,
    })
}
