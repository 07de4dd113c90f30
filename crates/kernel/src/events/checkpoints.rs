//! Checkpoints: what the site vouches for about a chain, so that its end cannot be cut off and its beginning may go.

use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, ConnectionTrait, QueryOrder};
use slipway_api::audit::Checkpoint;

use super::chain::{self, Chain};
use super::signing::Signer;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::Result;

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0012_event_checkpoints",
    steps: || {
        vec![Step::Table(
            Table::new("event_checkpoints")
                .col("chain", Type::Id)
                .col("position", Type::Integer)
                .col("hash", Type::Id)
                .col("count", Type::Integer)
                .col("is_beginning", Type::Boolean)
                .col("created_at", Type::Time)
                .col("public_key", Type::Id)
                .col("signature", Type::Name)
                .primary(&["chain", "position"]),
        )]
    },
};

/// A stored checkpoint.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event_checkpoints")]
pub struct Model {
    /// The organization's id, or `site`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub chain: String,
    /// Of the last event that it speaks of.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i64,
    /// Of that event; empty when there was none.
    pub hash: String,
    /// Events until there.
    pub count: i64,
    /// Whether all until there may have been removed, so that the chain begins after it.
    pub is_beginning: bool,
    /// When it was signed.
    pub created_at: slipway_api::Timestamp,
    /// What it verifies with.
    pub public_key: String,
    /// Over the other fields.
    pub signature: String,
}

/// Checkpoints relate to nothing: organizations may be gone.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Checkpoint {
    fn from(row: Model) -> Self {
        Self {
            organization: row.chain,
            position: row.position,
            hash: row.hash,
            count: row.count,
            created_at: row.created_at,
            public_key: row.public_key,
            signature: row.signature,
        }
    }
}

/// A new checkpoint at the chain's last event up to `position`; it is not stored.
///
/// # Errors
///
/// Those of the database.
pub async fn sign(ctx: &Ctx, signer: &Signer, chain: Chain, position: i64) -> Result<Checkpoint> {
    let reader = ctx.db.reader();
    let before = last_stored(reader, chain, position).await?;
    let (base, mut count, mut hash) = before.map_or((0, 0, String::new()), |row| (row.position, row.count, row.hash));
    let mut at = base;
    if let Some((last, last_hash)) = chain::last_until(reader, chain, position).await?
        && last > base
    {
        count += chain::count_between(reader, chain, base, last).await?;
        (at, hash) = (last, last_hash);
    }
    Ok(signer.sign(Checkpoint {
        organization: chain::text(chain),
        position: at,
        hash,
        count,
        created_at: ctx.now(),
        public_key: String::new(),
        signature: String::new(),
    }))
}

/// Stores a checkpoint; one at the same position is replaced, and stays a beginning if it was one.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn store(tx: &Tx, checkpoint: &Checkpoint, is_beginning: bool) -> Result<()> {
    let key = (checkpoint.organization.clone(), checkpoint.position);
    let known = Entity::find_by_id(key.clone()).one(&**tx).await?;
    let was_beginning = known.as_ref().is_some_and(|row| row.is_beginning);
    if known.is_some() {
        Entity::delete_by_id(key).exec(&**tx).await?;
    }
    let row = ActiveModel {
        chain: Set(checkpoint.organization.clone()),
        position: Set(checkpoint.position),
        hash: Set(checkpoint.hash.clone()),
        count: Set(checkpoint.count),
        is_beginning: Set(is_beginning || was_beginning),
        created_at: Set(checkpoint.created_at),
        public_key: Set(checkpoint.public_key.clone()),
        signature: Set(checkpoint.signature.clone()),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// The last stored checkpoint up to a position.
async fn last_stored(connection: &impl ConnectionTrait, chain: Chain, position: i64) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::Chain.eq(chain::text(chain)))
        .filter(Column::Position.lte(position))
        .order_by_desc(Column::Position)
        .one(connection)
        .await?)
}

/// The last stored checkpoint of a chain.
///
/// # Errors
///
/// Those of the database.
pub async fn last(connection: &impl ConnectionTrait, chain: Chain) -> Result<Option<Model>> {
    last_stored(connection, chain, i64::MAX).await
}

/// The checkpoint that a chain begins after, when what was before it was removed.
///
/// # Errors
///
/// Those of the database.
pub async fn beginning(connection: &impl ConnectionTrait, chain: Chain) -> Result<Option<Model>> {
    Ok(Entity::find()
        .filter(Column::Chain.eq(chain::text(chain)))
        .filter(Column::IsBeginning.eq(true))
        .order_by_desc(Column::Position)
        .one(connection)
        .await?)
}

/// The stored checkpoints of a chain after a position, in order.
///
/// # Errors
///
/// Those of the database.
pub async fn after(connection: &impl ConnectionTrait, chain: Chain, position: i64) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::Chain.eq(chain::text(chain)))
        .filter(Column::Position.gt(position))
        .order_by_asc(Column::Position)
        .all(connection)
        .await?)
}
