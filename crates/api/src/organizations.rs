//! Organizations: the tenants. On the wire an organization's id is its name, as in TFE.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// An organization.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Organization {
    /// Unique on the site.
    pub name: Name,
    /// The id that never changes, `org-…`.
    pub external_id: String,
    /// Whom to write to about this organization.
    pub email: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// The role that everybody gets in the organization who becomes a member.
    #[serde(default)]
    pub default_member_role: Option<Name>,
    /// The role that every new team gets in the organization.
    #[serde(default)]
    pub default_team_role: Option<Name>,
    /// For how many days tokens of its teams, service accounts and of itself can live at most; null for any time.
    #[serde(default)]
    pub longest_token_days: Option<u32>,
    /// What the caller may do with it.
    pub permissions: OrganizationPermissions,
}

impl Attributes for Organization {
    const TYPE: &'static str = "organizations";
}

/// What the caller may do with an organization.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct OrganizationPermissions {
    /// Change its settings.
    pub can_update: bool,
    /// Delete it, once it is empty.
    pub can_destroy: bool,
    /// Create workspaces in some project of it.
    pub can_create_workspace: bool,
    /// Create projects.
    pub can_create_project: bool,
    /// Change roles and assignments.
    pub can_manage_access: bool,
    /// Change runner pools.
    pub can_manage_runner_pools: bool,
    /// Create variable sets.
    #[serde(default)]
    pub can_create_variable_set: bool,
    /// See roles, teams' roles and who holds which.
    #[serde(default)]
    pub can_read_access: bool,
    /// Invite and remove members.
    #[serde(default)]
    pub can_manage_members: bool,
    /// Create, change and delete teams.
    #[serde(default)]
    pub can_manage_teams: bool,
    /// Export the whole audit log.
    #[serde(default)]
    pub can_export_events: bool,
}

/// What a new organization needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewOrganization {
    /// Unique on the site.
    pub name: Name,
    /// Whom to write to about this organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Attributes for NewOrganization {
    const TYPE: &'static str = Organization::TYPE;
}

/// Changes to an organization; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OrganizationChanges {
    /// A new name; links and clients that use the old one stop working.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Whom to write to; null for nobody.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
    /// The role that everybody gets in the organization who becomes a member; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub default_member_role: Option<Option<Name>>,
    /// The role that every new team gets in the organization; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub default_team_role: Option<Option<Name>>,
    /// For how many days tokens can live at most; null for any time.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<u32>)]
    pub longest_token_days: Option<Option<u32>>,
}

impl Attributes for OrganizationChanges {
    const TYPE: &'static str = Organization::TYPE;
}
