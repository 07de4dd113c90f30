//! Variable sets: variables shared by many workspaces.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::workspaces::Tag;
use crate::{Name, Timestamp};

/// A variable set. What it is assigned to is in its relationships `workspaces` and `projects`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VariableSet {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Whether every workspace of the organization gets it.
    pub global: bool,
    /// Whether its values win over the workspace's own.
    pub priority: bool,
    /// Workspaces with one of these tags get it.
    pub tags: Vec<Tag>,
    /// How many variables it has.
    pub var_count: u32,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// What the caller may do with it.
    #[serde(default)]
    pub permissions: VariableSetPermissions,
}

/// What the caller may do with a variable set.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VariableSetPermissions {
    /// Change it, its variables and what it is assigned to, and delete it.
    pub can_update: bool,
}

impl Attributes for VariableSet {
    const TYPE: &'static str = "varsets";
}

/// What a new variable set needs, or changes to one; what is absent is the default, or stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VariableSetSettings {
    /// Unique in its organization; required for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether every workspace of the organization gets it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<bool>,
    /// Whether its values win over the workspace's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<bool>,
    /// Workspaces with one of these tags get it; replaces all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<Tag>>,
}

impl Attributes for VariableSetSettings {
    const TYPE: &'static str = VariableSet::TYPE;
}
