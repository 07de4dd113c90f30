//! What was brought along with an order, as it is stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ResourceChangeId, ResourceId, WorkspaceId};
use slipway_api::resources::ResourceImported;
use slipway_kernel::blobs::{BlobAddress, Owner};

/// A state that somebody brought along.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_imports")]
pub struct Model {
    /// The change that orders the resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub change_id: ResourceChangeId,
    /// The resource.
    pub resource_id: ResourceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// How far it is.
    pub status: ImportStatus,
    /// The state.
    pub blob: BlobAddress,
    /// The workspace that it was copied from, which is locked for the resource.
    pub from_workspace_id: Option<WorkspaceId>,
    /// Whether the state may have what the module does not.
    pub allow_destroy: bool,
    /// What was found in it.
    pub told: Told,
    /// When.
    pub created_at: Timestamp,
}

/// A state that somebody brought along.
pub type ResourceImportRow = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")]
pub enum ImportStatus {
    /// The order is not over.
    Open,
    /// It came to nothing: the workspace with the copy goes as soon as its last run stopped.
    Leaving,
    /// It came to nothing, and nothing is left of it.
    Gone,
    /// The resource has it.
    Done,
}

/// What was found in the state, at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Told(pub ResourceImported);

impl Model {
    /// What keeps the bytes alive until the workspace has them.
    #[must_use]
    pub fn owner(&self) -> Owner {
        Self::owner_of(self.change_id)
    }

    /// The same of the change with this id.
    #[must_use]
    pub fn owner_of(change: ResourceChangeId) -> Owner {
        Owner::new("resource-import", change)
    }
}
