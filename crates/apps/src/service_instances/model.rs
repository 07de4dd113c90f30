//! A service instance as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId, ServiceId, ServiceInstanceId};
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::Object;
use slipway_kernel::grants::{Scope, Target};

use crate::permissions::SERVICE_INSTANCE_READ;

/// The word for service instances in the directory, in events and in documents.
pub const KIND: &str = "service-instance";

/// A service instance as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "service_instances")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceInstanceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project, which is that of its resource.
    pub project_id: ProjectId,
    /// The service.
    pub service_id: ServiceId,
    /// Unique in the organization.
    pub name: Name,
    /// The resource, which is not there before it was ordered, and goes before this.
    pub resource_id: ResourceId,
    /// Whether it goes once its resource is destroyed.
    pub is_leaving: bool,
    /// Who ordered it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

/// A service instance.
pub type ServiceInstance = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: SERVICE_INSTANCE_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: Some(self.project_id),
            name: self.name.to_string(),
            status: if self.is_leaving { "leaving" } else { "" }.to_owned(),
            labels: String::new(),
        }
    }
}
