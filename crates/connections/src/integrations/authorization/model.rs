//! An authorization that is under way, as it is stored.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{IntegrationId, OrganizationId, UserId};
use slipway_kernel::secrets::Place;

/// An authorization that somebody began and a forge has not answered yet.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "integration_authorizations")]
pub struct Model {
    /// SHA-256 of the state.
    #[sea_orm(primary_key, auto_increment = false)]
    pub hash: String,
    /// For which integration.
    pub integration_id: IntegrationId,
    /// Its organization, whose key seals the verifier.
    pub organization_id: OrganizationId,
    /// Who began, and alone may end it.
    pub user_id: UserId,
    /// What the code is exchanged with (RFC 7636), sealed.
    pub verifier: Vec<u8>,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// An authorization that is under way.
pub type Authorization = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether this person may end it now.
    #[must_use]
    pub fn is_for(&self, user: UserId, now: Timestamp) -> bool {
        self.user_id == user && now < self.expires_at
    }
}

/// Where the verifier lies.
#[must_use]
pub fn place(hash: &str) -> Place {
    Place::new("integration_authorizations", "verifier", hash)
}
