//! Parts as they are stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, ResourceId, WorkflowId};
use slipway_api::resources::NewCatalogResource;
use slipway_api::workflows::WorkflowPart;
use slipway_kernel::secrets::Place;

/// What is to be made of a part.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "workflow_parts")]
pub struct Model {
    /// The id that its resource will have.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceId,
    /// The workflow.
    pub workflow_id: WorkflowId,
    /// The organization.
    pub organization_id: OrganizationId,
    /// The name of the part.
    pub name: String,
    /// What its resource will be called; none where the template names it and something is not known yet.
    pub resource_name: Option<String>,
    /// What is ordered, without its secrets.
    pub wanted: Wanted,
    /// Names of its secrets.
    pub secrets: Names,
    /// Values of its secrets: a `Secrets` in JSON, sealed.
    pub sealed: Option<Vec<u8>>,
}

/// What is to be made of a part.
pub type Part = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What is ordered, at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Wanted(pub NewCatalogResource);

/// Names, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Names(pub Vec<String>);

impl Model {
    /// Where its sealed values lie.
    #[must_use]
    pub fn place(&self) -> Place {
        Self::place_of(self.id)
    }

    /// Where those of the part lie whose resource will have this id.
    #[must_use]
    pub fn place_of(id: ResourceId) -> Place {
        Place::new("workflow_parts", "sealed", id)
    }

    /// It as people see it.
    #[must_use]
    pub fn shown(self) -> WorkflowPart {
        let Wanted(wanted) = self.wanted;
        WorkflowPart {
            name: self.name,
            template: wanted.template,
            source_code_version: wanted.source_code_version,
            resource_name: self.resource_name.and_then(|name| name.parse::<Name>().ok()),
            parents: wanted.parents,
            integrations: wanted.integrations,
            values: wanted.values,
            secrets: self.secrets.0,
            references: wanted.references,
            tags: wanted.tags,
            settings: wanted.settings,
        }
    }
}
