//! All queries on `tokens`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, TokenId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Entity, Token};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0006_tokens",
    steps: || {
        vec![Step::Table(
            Table::new("tokens")
                .col("id", Type::Id)
                .col("kind", Type::Id)
                .col("subject", Type::Id)
                .opt("organization_id", Type::Id)
                .col("description", Type::Name)
                .col("hash", Type::Id)
                .opt("scopes", Type::Json)
                .col("created_at", Type::Time)
                .opt("expires_at", Type::Time)
                .opt("last_used_at", Type::Time)
                .opt("revoked_at", Type::Time)
                .primary(&["id"])
                .unique("tokens_hash_key", &["hash"])
                .index("tokens_subject_idx", &["subject"])
                .index("tokens_organization_id_idx", &["organization_id"])
                .references("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: TokenId) -> Result<Option<Token>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn by_hash(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<Token>> {
    Ok(Entity::find().filter(Column::Hash.eq(hash)).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, token: &Token) -> Result<()> {
    let row = ActiveModel {
        id: Set(token.id),
        kind: Set(token.kind),
        subject: Set(token.subject.clone()),
        organization_id: Set(token.organization_id),
        description: Set(token.description.clone()),
        hash: Set(token.hash.clone()),
        scopes: Set(token.scopes.clone()),
        created_at: Set(token.created_at),
        expires_at: Set(token.expires_at),
        last_used_at: Set(token.last_used_at),
        revoked_at: Set(token.revoked_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Revokes the token; says whether it was not revoked yet.
pub(crate) async fn revoke(tx: &Tx, id: TokenId, now: Timestamp) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Notes when the token was used; never earlier than what is noted.
pub(crate) async fn set_last_used(tx: &Tx, id: TokenId, at: Timestamp) -> Result<()> {
    let is_older = Condition::any()
        .add(Column::LastUsedAt.is_null())
        .add(Column::LastUsedAt.lt(at));
    Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(at))
        .filter(Column::Id.eq(id))
        .filter(is_older)
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes every token of a subject.
pub(crate) async fn delete_of(tx: &Tx, subject: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Subject.eq(subject))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes every token that goes with an organization.
pub(crate) async fn delete_within(tx: &Tx, organization: OrganizationId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// A page of a subject's tokens that are not revoked, oldest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, subject: &str, page: &Page) -> Result<Listed<Token>> {
    let condition = || {
        Condition::all()
            .add(Column::Subject.eq(subject))
            .add(Column::RevokedAt.is_null())
    };
    let after = page.after.as_ref().map(|id| Column::Id.gt(id));
    let rows = Entity::find()
        .filter(condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Id)
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
