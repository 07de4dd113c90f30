//! A cluster as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{ClusterId, OrganizationId};
use slipway_api::pools::{ClusterDriver, ClusterStatus};
use slipway_api::{Name, Timestamp};

/// A cluster as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "clusters")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ClusterId,
    /// Its organization; none for the site's, which every organization sees.
    pub organization_id: Option<OrganizationId>,
    /// Unique among those that an organization sees.
    pub name: Name,
    /// What it is driven by.
    pub driver: ClusterDriver,
    /// Whether it answers.
    pub status: ClusterStatus,
    /// What it says of itself, or why it does not.
    pub reason: String,
    /// When that was found out.
    pub checked_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A cluster.
pub type Cluster = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
