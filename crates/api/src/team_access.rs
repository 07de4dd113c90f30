//! What a team may do in a workspace or project, in the shapes of TFE. Each is a role assignment.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;

/// What a team may do in one workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TeamWorkspaceAccess {
    /// `read`, `plan`, `write`, `admin`, or `custom`: then the other attributes say what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// `read`, `plan` or `apply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<String>,
    /// `none`, `read` or `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<String>,
    /// `none`, `read-outputs`, `read` or `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_versions: Option<String>,
    /// `none`: there are no policies to test yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentinel_mocks: Option<String>,
    /// Whether the team may lock the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_locking: Option<bool>,
    /// False: there are no run tasks yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_tasks: Option<bool>,
}

impl Attributes for TeamWorkspaceAccess {
    const TYPE: &'static str = "team-workspaces";
}

/// What a team may do in one project and the workspaces in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TeamProjectAccess {
    /// `read`, `write`, `maintain`, `admin`, or `custom`: then the other attributes say what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<String>,
    /// The project itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_access: Option<ProjectPart>,
    /// The workspaces in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace_access: Option<WorkspacePart>,
}

impl Attributes for TeamProjectAccess {
    const TYPE: &'static str = "team-projects";
}

/// What a team may do with a project itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProjectPart {
    /// `read`, `update` or `delete`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// `none`, `read` or `manage`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<String>,
    /// `none`, `read` or `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variable_sets: Option<String>,
}

/// What a team may do with the workspaces of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkspacePart {
    /// Create them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create: Option<bool>,
    /// Delete them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delete: Option<bool>,
    /// Lock them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locking: Option<bool>,
    /// Change their settings, the project too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r#move: Option<bool>,
    /// `read`, `plan` or `apply`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs: Option<String>,
    /// `none`, `read` or `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variables: Option<String>,
    /// `none`, `read-outputs`, `read` or `write`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state_versions: Option<String>,
    /// `none`: there are no policies to test yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sentinel_mocks: Option<String>,
    /// False: there are no run tasks yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_tasks: Option<bool>,
}
