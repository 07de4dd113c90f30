//! Secret outputs of a resource of a demo, as they are stored.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, ResourceId};
use slipway_kernel::secrets::Place;

/// Those of a resource.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "resource_planned_secrets")]
pub struct Model {
    /// The resource.
    #[sea_orm(primary_key, auto_increment = false)]
    pub resource_id: ResourceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Values by output: a `Secrets` in JSON, sealed.
    pub sealed: Vec<u8>,
}

/// Secret outputs of a resource of a demo.
pub type PlannedSecrets = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where those of a resource are sealed for.
#[must_use]
pub fn place(resource: ResourceId) -> Place {
    Place::new("resource_planned_secrets", "sealed", resource)
}
