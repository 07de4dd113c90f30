//! All queries on `clusters` and `cluster_connections`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder};
use slipway_api::Timestamp;
use slipway_api::ids::{ClusterId, OrganizationId};
use slipway_api::pools::ClusterStatus;
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{ActiveModel, Cluster, Column, Connection, Entity, connections};
use crate::owner;

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

pub(crate) const CONNECTIONS: Migration = Migration {
    name: "apps_0020_cluster_connections",
    steps: || {
        vec![Step::Table(
            Table::new("cluster_connections")
                .col("cluster_id", Type::Id)
                .col("settings", Type::Json)
                .opt("kubeconfig", Type::Bytes)
                .primary(&["cluster_id"])
                .belongs_to("cluster_id", "clusters"),
        )]
    },
};

pub(crate) const IMAGES: Migration = Migration {
    name: "apps_0128_clusters_images_refusal",
    steps: || vec![Step::Column("clusters", ("images_refusal", Type::Text))],
};

/// How every cluster is reached that people connected.
pub(crate) async fn connections(connection: &impl ConnectionTrait) -> Result<Vec<Connection>> {
    Ok(connections::Entity::find().all(connection).await?)
}

/// How a cluster is reached.
pub(crate) async fn connection(connection: &impl ConnectionTrait, id: ClusterId) -> Result<Option<Connection>> {
    Ok(connections::Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn insert_connection(tx: &Tx, connection: &Connection) -> Result<()> {
    let row = connections::ActiveModel::from(connection.clone()).reset_all();
    connections::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

pub(crate) async fn update_connection(tx: &Tx, connection: &Connection) -> Result<()> {
    let row = connections::ActiveModel::from(connection.clone()).reset_all();
    let one = connections::Entity::update_many()
        .set(row)
        .filter(connections::Column::ClusterId.eq(connection.cluster_id));
    one.exec(&**tx).await?;
    Ok(())
}

/// Writes the next version of one; false when somebody changed it since.
pub(crate) async fn update(tx: &Tx, cluster: &Cluster) -> Result<bool> {
    let row = ActiveModel {
        name: Set(cluster.name.clone()),
        version: Set(cluster.version),
        ..Default::default()
    };
    let one = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(cluster.id))
        .filter(Column::Version.eq(cluster.version - 1));
    Ok(one.exec(&**tx).await?.rows_affected == 1)
}

/// Takes one away, with how it is reached.
pub(crate) async fn delete(tx: &Tx, id: ClusterId) -> Result<()> {
    connections::Entity::delete_by_id(id).exec(&**tx).await?;
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

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
    let seen = owner::store::seen_by(Column::OrganizationId, organization);
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

/// Notes why images of builds are not deleted, or that they are.
pub(crate) async fn note_images(tx: &Tx, id: ClusterId, refusal: Option<String>) -> Result<()> {
    let row = ActiveModel {
        images_refusal: Set(refusal),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}
