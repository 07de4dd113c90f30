//! What opens private modules to the runs of a workspace.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::SshKeyId;
use crate::jsonapi::Attributes;

/// Which SSH key a workspace's runs get, in Terraform Enterprise's shape: an attribute of the workspace.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct WorkspaceSshKey {
    /// The key; null for none.
    pub id: Option<SshKeyId>,
}

impl Attributes for WorkspaceSshKey {
    const TYPE: &'static str = "workspaces";
}
