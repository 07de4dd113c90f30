//! Teams, in the shapes of TFE.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// Who may see that there is a team.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TeamVisibility {
    /// Its members, and who sees who may do what in the organization.
    #[default]
    Secret,
    /// Everybody who sees the organization.
    Organization,
}

/// What a team may do in the whole organization, by TFE's names. Each is a built-in role of the same name that the team
/// holds at the organization.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "TFE's wire")]
pub struct OrganizationAccess {
    /// See all workspaces.
    pub read_workspaces: bool,
    /// Do everything with all workspaces.
    pub manage_workspaces: bool,
    /// See all projects.
    pub read_projects: bool,
    /// Do everything with all projects and what is in them.
    pub manage_projects: bool,
    /// Invite and remove members.
    pub manage_membership: bool,
    /// Create, change and delete teams.
    pub manage_teams: bool,
    /// Change who may do what in the organization.
    pub manage_organization_access: bool,
    /// Change runner pools and make tokens for runners.
    pub manage_agent_pools: bool,
    /// See secret teams.
    pub access_secret_teams: bool,
    /// Policies; always false.
    pub manage_policies: bool,
    /// Overriding policies; always false.
    pub manage_policy_overrides: bool,
    /// Connections to Git servers; always false.
    pub manage_vcs_settings: bool,
    /// The registry's modules; always false.
    pub manage_modules: bool,
    /// The registry's providers; always false.
    pub manage_providers: bool,
    /// Run tasks; always false.
    pub manage_run_tasks: bool,
}

/// A team.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Team {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// The name of the group at the identity provider whose members are in the team.
    pub sso_team_id: Option<String>,
    /// The identity provider whose group it is; null when a group of this name at any provider is meant.
    #[serde(default)]
    pub sso_provider: Option<String>,
    /// Who may see it.
    pub visibility: TeamVisibility,
    /// Whether its members may make and take back tokens of the team.
    pub allow_member_token_management: bool,
    /// What it may do in the whole organization.
    pub organization_access: OrganizationAccess,
    /// How many members it has.
    pub users_count: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// What the caller may do with it.
    pub permissions: TeamPermissions,
}

impl Attributes for Team {
    const TYPE: &'static str = "teams";
}

/// What the caller may do with a team.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TeamPermissions {
    /// Change its members.
    pub can_update_membership: bool,
    /// Change or delete it.
    pub can_update: bool,
    /// Make tokens of it.
    pub can_manage_tokens: bool,
}

/// What a new team needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewTeam {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The name of the group at the identity provider whose members are in the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_team_id: Option<String>,
    /// The identity provider whose group it is, by name or id; a group of this name at any provider when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sso_provider: Option<String>,
    /// Who may see it; `secret` by default.
    #[serde(default)]
    pub visibility: TeamVisibility,
    /// Whether its members may make and take back tokens of the team.
    #[serde(default)]
    pub allow_member_token_management: bool,
    /// What it may do in the whole organization; nothing by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_access: Option<OrganizationAccess>,
}

impl Attributes for NewTeam {
    const TYPE: &'static str = Team::TYPE;
}

/// Changes to a team; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TeamChanges {
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
    /// The group at the identity provider; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub sso_team_id: Option<Option<String>>,
    /// The identity provider whose group it is, by name or id; null for any.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub sso_provider: Option<Option<String>>,
    /// Who may see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<TeamVisibility>,
    /// Whether its members may make and take back tokens of the team.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow_member_token_management: Option<bool>,
    /// What it may do in the whole organization: all of it, what is absent is taken back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization_access: Option<OrganizationAccess>,
}

impl Attributes for TeamChanges {
    const TYPE: &'static str = Team::TYPE;
}

/// A list of members to add or remove, by their identifiers.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Linkages {
    /// Type and id of each.
    pub data: Vec<crate::jsonapi::Identifier>,
}
