//! Services: templates of the catalog that developers order by a name, and what they ordered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::ids::{IntegrationId, ProjectId, ResourceId, ServiceId};
use crate::jsonapi::Attributes;
use crate::resources::{ResourceReference, ResourceState};
use crate::templates::TemplateKey;
use crate::{Name, Timestamp};

/// A template that is offered as a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Service {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// The template that is ordered.
    pub template: TemplateKey,
    /// Which outputs apps are given, each under which variable; where it is empty, those that the template
    /// names, or else all of them, each under its name in capitals.
    pub outputs: BTreeMap<String, String>,
    /// Projects in which it can be ordered; empty for all of them.
    pub projects: Vec<ProjectId>,
    /// What the caller may do with it.
    pub permissions: ServicePermissions,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Service {
    const TYPE: &'static str = "services";
}

/// What the caller may do with a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServicePermissions {
    /// Change and delete it.
    pub can_manage: bool,
}

/// A service that shall be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewService {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The key of a template.
    pub template: TemplateKey,
    /// Which outputs apps are given, each under which variable; where it is empty, those that the template
    /// names, or else all of them, each under its name in capitals.
    #[serde(default)]
    pub outputs: BTreeMap<String, String>,
    /// Projects in which it can be ordered; empty for all of them.
    #[serde(default)]
    pub projects: Vec<ProjectId>,
}

impl Attributes for NewService {
    const TYPE: &'static str = Service::TYPE;
}

/// Changes of a service; what is absent stays. Binds that are there keep the variables that they have.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceChanges {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All outputs that apps are given, each under which variable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<BTreeMap<String, String>>,
    /// All projects in which it can be ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub projects: Option<Vec<ProjectId>>,
}

impl Attributes for ServiceChanges {
    const TYPE: &'static str = Service::TYPE;
}

/// What somebody ordered of a service.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceInstance {
    /// Unique in its organization; its resource has it, too.
    pub name: Name,
    /// The service.
    pub service: ServiceName,
    /// The resource that stands behind it; null while it is ordered, and where the caller may not see it.
    pub resource: Option<InstanceResource>,
    /// Apps that are bound to it and that the caller may see.
    pub apps: Vec<Name>,
    /// Jobs that are bound to it and that the caller may see.
    pub jobs: Vec<Name>,
    /// Whether it goes once its resource is destroyed.
    pub is_leaving: bool,
    /// What the caller may do with it.
    pub permissions: ServiceInstancePermissions,
    /// Who ordered it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Attributes for ServiceInstance {
    const TYPE: &'static str = "service-instances";
}

/// A service by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceName {
    /// Its id.
    pub id: ServiceId,
    /// Its name.
    pub name: Name,
}

/// The resource behind a service instance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct InstanceResource {
    /// Its id.
    pub id: ResourceId,
    /// Whether anything is behind it.
    pub state: ResourceState,
    /// Whether a change of it is not over.
    pub is_changing: bool,
}

/// What the caller may do with a service instance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceInstancePermissions {
    /// Have it destroyed and deleted.
    pub can_delete: bool,
}

/// An order of a service: what a resource of its template is ordered with.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewServiceInstance {
    /// Unique in its organization, and among the resources of the template in the project.
    pub name: Name,
    /// The name of the service.
    pub service: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Its project; the organization's default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// What its resource stands on.
    #[serde(default)]
    pub parents: Vec<ResourceId>,
    /// What its runs sign in with.
    #[serde(default)]
    pub integrations: Vec<IntegrationId>,
    /// Values of the template's variables, secrets included.
    #[serde(default)]
    pub values: BTreeMap<String, Value>,
    /// Variables whose values are outputs of certain resources that its resource stands on.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, ResourceReference>,
    /// Why, for those who decide on it.
    #[serde(default)]
    pub reason: String,
    /// Whether the plan is applied without a further yes, where no rule wants anybody's approval.
    #[serde(default)]
    pub auto_apply: bool,
}

impl Attributes for NewServiceInstance {
    const TYPE: &'static str = ServiceInstance::TYPE;
}
