//! Projects: parts of an organization that access and workspaces are grouped by.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A project.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Project {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether new workspaces land here when no project is named.
    pub is_default: bool,
    /// What the caller may do with it.
    pub permissions: ProjectPermissions,
}

impl Attributes for Project {
    const TYPE: &'static str = "projects";
}

/// What the caller may do with a project.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ProjectPermissions {
    /// Change its name and description.
    pub can_update: bool,
    /// Delete it.
    pub can_destroy: bool,
    /// Create workspaces in it.
    pub can_create_workspace: bool,
}

/// What a new project needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewProject {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Attributes for NewProject {
    const TYPE: &'static str = Project::TYPE;
}

/// Changes to a project; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProjectChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for; null for nothing.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub description: Option<Option<String>>,
}

impl Attributes for ProjectChanges {
    const TYPE: &'static str = Project::TYPE;
}
