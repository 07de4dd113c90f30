//! All queries on `sessions`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_api::ids::{SessionId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Entity, Session, Stage};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0009_sessions",
    steps: || {
        vec![Step::Table(
            Table::new("sessions")
                .col("id", Type::Id)
                .col("user_id", Type::Id)
                .col("hash", Type::Id)
                .col("stage", Type::Id)
                .opt("provider_id", Type::Id)
                .opt("id_token", Type::Bytes)
                .opt("remote_address", Type::Id)
                .opt("user_agent", Type::Name)
                .col("created_at", Type::Time)
                .col("seen_at", Type::Time)
                .col("expires_at", Type::Time)
                .primary(&["id"])
                .unique("sessions_hash_key", &["hash"])
                .index("sessions_user_id_idx", &["user_id"])
                .belongs_to("user_id", "users"),
        )]
    },
};

/// Whether a second factor was shown. Of sessions from before it is not known, so it counts as not shown.
pub(crate) const SECOND_FACTOR: Migration = Migration {
    name: "identity_0080_session_second_factor",
    steps: || {
        vec![Step::Sql(
            "ALTER TABLE sessions ADD COLUMN has_second_factor BOOLEAN NOT NULL DEFAULT FALSE",
        )]
    },
};

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: SessionId) -> Result<Option<Session>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn by_hash(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<Session>> {
    Ok(Entity::find().filter(Column::Hash.eq(hash)).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, session: &Session) -> Result<()> {
    let row = ActiveModel {
        id: Set(session.id),
        user_id: Set(session.user_id),
        hash: Set(session.hash.clone()),
        stage: Set(session.stage),
        has_second_factor: Set(session.has_second_factor),
        provider_id: Set(session.provider_id.clone()),
        id_token: Set(session.id_token.clone()),
        remote_address: Set(session.remote_address.clone()),
        user_agent: Set(session.user_agent.clone()),
        created_at: Set(session.created_at),
        seen_at: Set(session.seen_at),
        expires_at: Set(session.expires_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Gives the session another text, stage and end; says whether it was there with the text that it had.
pub(crate) async fn renew(tx: &Tx, session: &Session, before: &str) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::Hash, Expr::value(session.hash.clone()))
        .col_expr(Column::Stage, Expr::value(session.stage.to_value()))
        .col_expr(Column::HasSecondFactor, Expr::value(session.has_second_factor))
        .col_expr(Column::SeenAt, Expr::value(session.seen_at))
        .col_expr(Column::ExpiresAt, Expr::value(session.expires_at))
        .filter(Column::Id.eq(session.id))
        .filter(Column::Hash.eq(before))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Notes the provider that the session came from, and its token.
pub(crate) async fn set_provider(tx: &Tx, session: &Session) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ProviderId, Expr::value(session.provider_id.clone()))
        .col_expr(Column::IdToken, Expr::value(session.id_token.clone()))
        .filter(Column::Id.eq(session.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes every session that came from a provider.
pub(crate) async fn delete_of_provider(tx: &Tx, provider: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ProviderId.eq(provider))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Notes when the session was used; never earlier than what is noted.
pub(crate) async fn set_seen(tx: &Tx, id: SessionId, at: Timestamp) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .filter(Column::SeenAt.lt(at))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes the session; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: SessionId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Deletes every session of a user but one; says how many.
pub(crate) async fn delete_of(tx: &Tx, user: UserId, except: Option<SessionId>) -> Result<u64> {
    let result = Entity::delete_many()
        .filter(Column::UserId.eq(user))
        .filter(Condition::all().add_option(except.map(|id| Column::Id.ne(id))))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected)
}

/// Deletes those that ended, and those that were not used since `idle_since`.
pub(crate) async fn delete_ended(tx: &Tx, now: Timestamp, idle_since: Timestamp) -> Result<()> {
    let ended = Condition::any()
        .add(Column::ExpiresAt.lte(now))
        .add(Column::SeenAt.lte(idle_since));
    Entity::delete_many().filter(ended).exec(&**tx).await?;
    Ok(())
}

/// A page of a user's sessions that count at `now`, newest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    user: UserId,
    now: Timestamp,
    page: &Page,
) -> Result<Listed<Session>> {
    let condition = || {
        Condition::all()
            .add(Column::UserId.eq(user))
            .add(Column::Stage.eq(Stage::Full))
            .add(Column::ExpiresAt.gt(now))
    };
    let after = page.after.as_ref().map(|id| Column::Id.lt(id));
    let rows = Entity::find()
        .filter(condition())
        .filter(Condition::all().add_option(after))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}
