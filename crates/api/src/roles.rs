//! Roles and their assignments: the only way anybody gets a permission.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;
use crate::jsonapi::Attributes;

/// A named set of permissions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Role {
    /// Unique in its organization; built-in roles exist in every organization.
    pub name: Name,
    /// What holders can do, in a sentence.
    pub description: String,
    /// Nodes of the permission tree; each covers what is below it.
    pub permissions: Vec<String>,
    /// Whether it came with Slipway and cannot be changed.
    pub is_built_in: bool,
}

impl Attributes for Role {
    const TYPE: &'static str = "roles";
}

/// What a new role needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRole {
    /// Unique in its organization.
    pub name: Name,
    /// What holders can do, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Nodes of the permission tree.
    pub permissions: Vec<String>,
}

impl Attributes for NewRole {
    const TYPE: &'static str = Role::TYPE;
}

/// Changes to a role; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RoleChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What holders can do, in a sentence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// All nodes of the permission tree that it has from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub permissions: Option<Vec<String>>,
}

impl Attributes for RoleChanges {
    const TYPE: &'static str = Role::TYPE;
}

/// Who holds which role where.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RoleAssignment {
    /// The holder: the id of a user, service account or team.
    pub subject: String,
    /// The role's name.
    pub role: Name,
    /// Where it holds: the name of the organization, or the id of a project, workspace or runner pool in it.
    pub scope: String,
    /// The holder's name; only in answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject_name: Option<String>,
    /// The name of where it holds, with its kind; only in answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope_name: Option<String>,
}

impl RoleAssignment {
    /// A role for somebody somewhere.
    #[must_use]
    pub fn new(subject: impl ToString, role: Name, scope: impl ToString) -> Self {
        Self {
            subject: subject.to_string(),
            role,
            scope: scope.to_string(),
            subject_name: None,
            scope_name: None,
        }
    }
}

impl Attributes for RoleAssignment {
    const TYPE: &'static str = "role-assignments";
}
