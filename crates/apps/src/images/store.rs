//! All queries on `app_images_left`: apps that are gone, of which images may still be there.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, ClusterId};
use slipway_kernel::Result;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0091_app_images_left",
    steps: || {
        vec![Step::Table(
            Table::new("app_images_left")
                .col("app_id", Type::Id)
                .col("cluster_id", Type::Id)
                .col("deleted_at", Type::Time)
                .primary(&["app_id"])
                .index("app_images_left_cluster_id_idx", &["cluster_id"])
                .belongs_to("cluster_id", "clusters"),
        )]
    },
};

/// An app that is gone.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_images_left")]
pub struct Model {
    /// It.
    #[sea_orm(primary_key, auto_increment = false)]
    pub app_id: AppId,
    /// Where its images are.
    pub cluster_id: ClusterId,
    /// When it was deleted.
    pub deleted_at: Timestamp,
}

/// An app that is gone.
pub(super) type Left = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

pub(super) async fn insert(tx: &Tx, left: &Left) -> Result<()> {
    let row = ActiveModel::from(left.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(())
}

/// Those that left images in a cluster.
pub(super) async fn of_cluster(connection: &impl ConnectionTrait, cluster: ClusterId) -> Result<Vec<Left>> {
    let those = Entity::find().filter(Column::ClusterId.eq(cluster));
    Ok(those.all(connection).await?)
}

pub(super) async fn delete(tx: &Tx, app: AppId) -> Result<()> {
    Entity::delete_by_id(app).exec(&**tx).await?;
    Ok(())
}
