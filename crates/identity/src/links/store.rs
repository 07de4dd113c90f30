//! All queries on `links`.

use sea_orm::{ActiveValue::Set, ConnectionTrait, entity::prelude::*};
use slipway_api::Timestamp;
use slipway_api::ids::{LinkId, MembershipId, UserId};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{ActiveModel, Column, Entity, Link, LinkKind};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0010_links",
    steps: || {
        vec![Step::Table(
            Table::new("links")
                .col("id", Type::Id)
                .col("kind", Type::Id)
                .col("hash", Type::Id)
                .opt("user_id", Type::Id)
                .opt("membership_id", Type::Id)
                .opt("sent_to", Type::Name)
                .opt("created_by", Type::Id)
                .col("created_at", Type::Time)
                .col("expires_at", Type::Time)
                .primary(&["id"])
                .unique("links_hash_key", &["hash"])
                .index("links_user_id_idx", &["user_id"])
                .index("links_membership_id_idx", &["membership_id"])
                .belongs_to("user_id", "users"),
        )]
    },
};

pub(crate) async fn by_hash(connection: &impl ConnectionTrait, hash: &str) -> Result<Option<Link>> {
    Ok(Entity::find().filter(Column::Hash.eq(hash)).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, link: &Link) -> Result<()> {
    let row = ActiveModel {
        id: Set(link.id),
        kind: Set(link.kind),
        hash: Set(link.hash.clone()),
        user_id: Set(link.user_id),
        membership_id: Set(link.membership_id),
        sent_to: Set(link.sent_to.clone()),
        created_by: Set(link.created_by),
        created_at: Set(link.created_at),
        expires_at: Set(link.expires_at),
    };
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Deletes the link; says whether it was there, so that only one of two who use it at once succeeds.
pub(crate) async fn delete(tx: &Tx, id: LinkId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Deletes every link that sets this user's password.
pub(crate) async fn delete_of_user(tx: &Tx, user: UserId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::UserId.eq(user))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes every link to this membership.
pub(crate) async fn delete_of_membership(tx: &Tx, membership: MembershipId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::MembershipId.eq(membership))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Deletes every link of a kind.
pub(crate) async fn delete_of_kind(tx: &Tx, kind: LinkKind) -> Result<()> {
    Entity::delete_many().filter(Column::Kind.eq(kind)).exec(&**tx).await?;
    Ok(())
}

pub(crate) async fn delete_expired(tx: &Tx, now: Timestamp) -> Result<()> {
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(now))
        .exec(&**tx)
        .await?;
    Ok(())
}
