//! A pool as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{ClusterId, OrganizationId, PoolId};
use slipway_api::{Name, Timestamp};

/// A pool as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pools")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PoolId,
    /// Its organization; none for the site's, which every organization sees.
    pub organization_id: Option<OrganizationId>,
    /// Its cluster.
    pub cluster_id: ClusterId,
    /// Unique among those that an organization sees.
    pub name: Name,
    /// Whether apps are put here that name no pool.
    pub is_default: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// Grows with every change.
    pub version: i64,
}

/// A pool.
pub type Pool = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
