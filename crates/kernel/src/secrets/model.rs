//! A data key as it is stored: wrapped by the master key.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;

/// One version of the data key of an organization or of the site.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "data_keys")]
pub struct Model {
    /// The organization's id, or `site`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// Grows by one with each rotation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i64,
    /// Fingerprint of the master key that wraps it.
    pub master_key: String,
    /// The key, sealed with the master key.
    pub wrapped: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Keys relate to nothing: an organization's go with it.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}
