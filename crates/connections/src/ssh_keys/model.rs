//! An SSH key as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, SshKeyId};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::secrets::Place;

use crate::permissions::INTEGRATION_READ;

/// An SSH key as it is stored.
#[derive(Clone, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "ssh_keys")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SshKeyId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Unique in the organization.
    pub name: Name,
    /// The kind of key: `ssh-ed25519`.
    pub algorithm: String,
    /// Of its public key.
    pub fingerprint: String,
    /// The private key, sealed.
    pub private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes, from 1.
    pub version: i64,
}

/// An SSH key.
pub type SshKey = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Sealed bytes are not shown either.
impl std::fmt::Debug for Model {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SshKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Model {
    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: "SSH key",
            name: self.id.to_string().into(),
            scope: Scope::organization(self.organization_id).object(self.id),
            read: INTEGRATION_READ,
        }
    }
}

/// Where the private key lies.
#[must_use]
pub fn place(id: SshKeyId) -> Place {
    Place::new("ssh_keys", "private_key", id)
}
