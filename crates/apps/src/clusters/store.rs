//! All queries on `clusters`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder};
use slipway_api::Timestamp;
use slipway_api::ids::{ClusterId, OrganizationId};
use slipway_api::pools::ClusterStatus;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Cluster, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0001_clusters",
    steps: || {
        vec![Step::Table(
            Table::new("clusters")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("driver", Type::Id)
                .col("status", Type::Id)
                .col("reason", Type::Text)
                .opt("checked_at", Type::Time)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("clusters_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, cluster: &Cluster) -> Result<()> {
    let row = ActiveModel::from(cluster.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: ClusterId) -> Result<Option<Cluster>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Every one.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Cluster>> {
    Ok(Entity::find().order_by_asc(Column::Name).all(connection).await?)
}

/// Those that an organization sees, by name: its own and the site's.
pub(crate) async fn seen_by(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Cluster>> {
    let seen = Condition::any()
        .add(Column::OrganizationId.is_null())
        .add(Column::OrganizationId.eq(organization));
    let query = Entity::find().filter(seen).order_by_asc(Column::Name);
    Ok(query.all(connection).await?)
}

/// Notes what was found out about one.
pub(crate) async fn note(tx: &Tx, id: ClusterId, status: ClusterStatus, reason: &str, now: Timestamp) -> Result<()> {
    let row = ActiveModel {
        status: Set(status),
        reason: Set(reason.to_owned()),
        checked_at: Set(Some(now)),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}
