//! Resources as they are stored: pure.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use slipway_api::ids::{
    OrganizationId, ProjectId, ResourceChangeId, ResourceId, SourceCodeVersionId, TemplateId, WorkspaceId,
};
use slipway_api::resources::{ResourceSpecification, ResourceState};
use slipway_api::{Name, Timestamp};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::secrets::Place;

use crate::permissions::RESOURCE_READ;
use crate::templates::model::joined;

/// The word for resources in the directory, in events and in documents.
pub const KIND: &str = "resource";

/// A resource as it is stored.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "resources")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ResourceId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// What it is of.
    pub template_id: TemplateId,
    /// Unique among those of its template in its project.
    pub name: Name,
    /// The version that its specification names, to be searched for.
    pub source_code_version_id: Option<SourceCodeVersionId>,
    /// Its labels, each between line ends, to be searched for.
    pub labels: String,
    /// What stands behind it; none for one of an abstract template, and none before the first run.
    pub workspace_id: Option<WorkspaceId>,
    /// Whether anything is behind it.
    pub state: ResourceState,
    /// As it was last applied; before that, as it was ordered.
    pub specification: Specification,
    /// Values of its secrets, by variable, as they were last applied: a [`Secrets`] in JSON, sealed.
    pub sealed: Option<Vec<u8>>,
    /// What it puts out; of secrets only that they are there.
    pub outputs: Outputs,
    /// Why it should be brought up to date, if it should.
    pub stale: Stale,
    /// The change that is not over, if there is one.
    pub change_id: Option<ResourceChangeId>,
    /// The number of its last applied change that had a specification, from 1; 0 before.
    pub revision: i64,
    /// Who ordered it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Counts changes of the row, from 1.
    pub version: i64,
}

/// A resource as it is stored.
pub type Resource = Model;

/// None; what stands on what is asked for by its own queries.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What somebody decided about it, at rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Specification(pub ResourceSpecification);

/// Values of secrets, by variable; never stored but sealed.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secrets(pub BTreeMap<String, Value>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// What a resource puts out, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Outputs(pub BTreeMap<String, Output>);

/// An output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Output {
    /// Its type, as OpenTofu writes it in JSON: `"string"`, `["list", "string"]`.
    #[serde(rename = "type")]
    pub value_type: Value,
    /// Whether it is a secret.
    pub is_sensitive: bool,
    /// Its value; none of a secret, which is read from the state by whoever may.
    pub value: Option<Value>,
    /// Whether nobody knows its value: of a demo, what only an apply would say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_unknown: bool,
    /// Differs when the value does.
    pub digest: String,
}

/// Why a resource should be brought up to date; not at all when empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Stale(pub Vec<StaleReason>);

/// What changed below it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct StaleReason {
    /// What it stands on; none for its project.
    pub parent: Option<ResourceId>,
    /// `output`, `setting` or `tag`.
    pub what: String,
    /// Its name.
    pub name: String,
    /// The parent's revision that brought it; of a project, the version of its rules.
    pub revision: i64,
    /// When.
    pub since: Timestamp,
}

/// Rows of what stands on what.
pub mod links {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{OrganizationId, ResourceId};

    /// A resource that stands on another: as applied, and as wanted by a change that is not over, so that nobody takes away
    /// what it will need.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resource_parents")]
    pub struct Model {
        /// What stands on the other.
        #[sea_orm(primary_key, auto_increment = false)]
        pub resource_id: ResourceId,
        /// What the other stands on.
        #[sea_orm(primary_key, auto_increment = false)]
        pub parent_id: ResourceId,
        /// The organization of both.
        pub organization_id: OrganizationId,
        /// Its place among the parents, from 0.
        pub position: i64,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A resource that stands on another.
pub type Link = links::Model;

/// Values that no two resources of a template may both have.
pub mod unique_values {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{OrganizationId, ResourceId, TemplateId};

    /// A value of a variable that is said to be unique: of the resource as it is, or as a change wants it.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "resource_unique_values")]
    pub struct Model {
        /// The template.
        #[sea_orm(primary_key, auto_increment = false)]
        pub template_id: TemplateId,
        /// The variable.
        #[sea_orm(primary_key, auto_increment = false)]
        pub variable: String,
        /// SHA-256 of the value in canonical JSON, in hexadecimal.
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        /// Whose it is.
        pub resource_id: ResourceId,
        /// The organization.
        pub organization_id: OrganizationId,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A value that is taken.
pub type UniqueValue = unique_values::Model;

/// What a resource needs to begin.
#[derive(Debug, Clone)]
pub struct Beginning {
    /// Its id.
    pub id: ResourceId,
    /// Where it stands.
    pub organization: OrganizationId,
    /// Where it stands.
    pub project: ProjectId,
    /// What it is of.
    pub template: TemplateId,
    /// Who ordered it.
    pub by: String,
    /// When.
    pub now: Timestamp,
}

impl Model {
    /// A resource that was ordered, and of which nothing is there.
    #[must_use]
    pub fn ordered(beginning: Beginning, specification: ResourceSpecification) -> Self {
        let blank = Self {
            id: beginning.id,
            organization_id: beginning.organization,
            project_id: beginning.project,
            template_id: beginning.template,
            name: specification.name.clone(),
            source_code_version_id: None,
            labels: String::new(),
            workspace_id: None,
            state: ResourceState::Requested,
            specification: Specification(specification.clone()),
            sealed: None,
            outputs: Outputs::default(),
            stale: Stale::default(),
            change_id: None,
            revision: 0,
            created_by: beginning.by,
            created_at: beginning.now,
            updated_at: beginning.now,
            version: 0,
        };
        blank.described(specification, None, beginning.now)
    }

    /// The next version of the row, with another specification.
    #[must_use]
    pub fn described(mut self, specification: ResourceSpecification, sealed: Option<Vec<u8>>, now: Timestamp) -> Self {
        self.name = specification.name.clone();
        self.source_code_version_id = specification.source_code_version;
        self.labels = joined(&specification.labels);
        self.specification = Specification(specification);
        self.sealed = sealed;
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// The next version of the row, after a change with a specification was applied.
    #[must_use]
    pub fn applied(self, specification: ResourceSpecification, sealed: Option<Vec<u8>>, now: Timestamp) -> Self {
        let mut next = self.described(specification, sealed, now);
        next.state = ResourceState::Provisioned;
        next.change_id = None;
        next.revision += 1;
        next
    }

    /// The next version of the row, when nothing is behind it any more. What it was stays, to be looked at and restored.
    #[must_use]
    pub fn destroyed(mut self, now: Timestamp) -> Self {
        self.state = ResourceState::Destroyed;
        self.outputs = Outputs::default();
        self.stale = Stale::default();
        self.change_id = None;
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// The next version of the row, with a change that is not over, or none.
    #[must_use]
    pub fn with_change(mut self, change: Option<ResourceChangeId>, now: Timestamp) -> Self {
        self.change_id = change;
        self.updated_at = now;
        self.version += 1;
        self
    }

    /// What it stands on as it is: nothing when it was destroyed.
    #[must_use]
    pub fn holding(&self) -> Option<&ResourceSpecification> {
        (self.state != ResourceState::Destroyed).then_some(&self.specification.0)
    }

    /// Where its sealed values lie.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new("resources", "sealed", self.id)
    }

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
            read: RESOURCE_READ,
        }
    }
}
