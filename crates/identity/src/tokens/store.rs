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

use super::model::{ActiveModel, Column, Entity, Token, TokenKind};

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

/// What rotation needs.
pub(crate) const ROTATION: Migration = Migration {
    name: "identity_0022_token_rotation",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE tokens ADD COLUMN previous_hash VARCHAR(64)"),
            Step::Sql("ALTER TABLE tokens ADD COLUMN previous_expires_at BIGINT"),
            Step::Sql("ALTER TABLE tokens ADD COLUMN created_by VARCHAR(64)"),
            Step::Sql("CREATE INDEX tokens_previous_hash_idx ON tokens (previous_hash)"),
        ]
    },
};

/// Where a token came from that nobody made.
pub(crate) const ORIGIN: Migration = Migration {
    name: "identity_0071_token_origin",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE tokens ADD COLUMN origin VARCHAR(200)"),
            Step::Sql("CREATE INDEX tokens_origin_idx ON tokens (origin)"),
        ]
    },
};

/// Which tokens to list; those that were revoked never, and those that were given for others neither: there are many, each
/// lives for minutes, and the audit log has them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub organization: Option<OrganizationId>,
    pub subject: Option<String>,
    pub kind: Option<TokenKind>,
}

impl Filter {
    fn condition(&self) -> Condition {
        Condition::all()
            .add(Column::RevokedAt.is_null())
            .add(Column::Origin.is_null())
            .add_option(self.organization.map(|id| Column::OrganizationId.eq(id)))
            .add_option(
                self.subject
                    .as_ref()
                    .map(|subject| Column::Subject.eq(subject.as_str())),
            )
            .add_option(self.kind.map(|kind| Column::Kind.eq(kind)))
    }
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: TokenId) -> Result<Option<Token>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The token whose text has this hash, or had it before it was last rotated.
pub(crate) async fn by_hash(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<Token>> {
    if let Some(token) = Entity::find().filter(Column::Hash.eq(hash)).one(connection).await? {
        return Ok(Some(token));
    }
    Ok(Entity::find()
        .filter(Column::PreviousHash.eq(hash))
        .one(connection)
        .await?)
}

/// The tokens of a subject that has one of a kind without description: TFE's single token of a team or organization.
pub(crate) async fn single(connection: &impl ConnectionTrait, subject: &str) -> Result<Option<Token>> {
    Ok(Entity::find()
        .filter(Column::Subject.eq(subject))
        .filter(Column::Description.eq(""))
        .filter(Column::RevokedAt.is_null())
        .order_by_desc(Column::Id)
        .one(connection)
        .await?)
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
        previous_hash: Set(token.previous_hash.clone()),
        previous_expires_at: Set(token.previous_expires_at),
        created_by: Set(token.created_by.clone()),
        origin: Set(token.origin.clone()),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Writes the texts of a rotated token, if it still has the one that `seen` had; says whether.
pub(crate) async fn set_rotated(tx: &Tx, seen: &Token, rotated: &Token) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::Hash, Expr::value(rotated.hash.clone()))
        .col_expr(Column::PreviousHash, Expr::value(rotated.previous_hash.clone()))
        .col_expr(Column::PreviousExpiresAt, Expr::value(rotated.previous_expires_at))
        .col_expr(Column::ExpiresAt, Expr::value(rotated.expires_at))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Hash.eq(seen.hash.as_str()))
        .filter(Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// How many tokens a subject ever had that were not removed.
pub(crate) async fn count_of(connection: &impl ConnectionTrait, subject: &str) -> Result<u64> {
    Ok(Entity::find()
        .filter(Column::Subject.eq(subject))
        .count(connection)
        .await?)
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

/// Revokes what was given by these origins; says whether there was anything.
pub(crate) async fn revoke_given(tx: &Tx, origins: &[String], now: Timestamp) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(now))
        .filter(Column::Origin.is_in(origins))
        .filter(Column::RevokedAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected > 0)
}

/// Deletes what was given by any origin in an organization and has expired before.
pub(crate) async fn delete_given_before(tx: &Tx, organization: OrganizationId, before: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Origin.is_not_null())
        .filter(Column::ExpiresAt.lt(before))
        .exec(&**tx)
        .await?;
    Ok(())
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

/// A page of tokens that are not revoked, oldest first.
pub(crate) async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Listed<Token>> {
    let after = page.after.as_ref().map(|id| Column::Id.gt(id));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Id)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}
