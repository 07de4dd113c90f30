//! Explanations: why somebody may do something, or that he may not.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;
use crate::jsonapi::Attributes;

/// Whether somebody may do something somewhere, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AccessExplanation {
    /// Who: the id of a user, service account or team.
    pub subject: String,
    /// Its name.
    pub subject_name: String,
    /// What.
    pub permission: String,
    /// Where: the name of the organization, or the id of a project or object in it.
    pub scope: String,
    /// Whether it is allowed.
    pub is_allowed: bool,
    /// Every way it is granted; empty when it is not.
    pub chains: Vec<AccessChain>,
    /// The scopes of the caller's own token, where it is limited and he asks about himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_scopes: Option<Vec<String>>,
    /// Whether the caller's own token lets it pass; absent where it is not limited or he asks about somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_within_token_scopes: Option<bool>,
}

impl Attributes for AccessExplanation {
    const TYPE: &'static str = "access-explanations";
}

/// One way that a permission is granted: subject, perhaps by a team, by an assignment of a role with a node of the
/// permission tree that covers it, at a scope that contains the place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AccessChain {
    /// The team by which the subject has it; absent where he holds the role himself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The team's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_name: Option<Name>,
    /// The role assignment.
    pub role_assignment: String,
    /// The role's name.
    pub role: Name,
    /// The role's node that covers the permission.
    pub node: String,
    /// Where the role is held: `site`, the name of the organization, or the id of a project or object.
    pub scope: String,
    /// Kind and name of where the role is held.
    pub scope_name: String,
}
