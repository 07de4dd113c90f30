//! Resources that are running already when they are ordered: the state that is brought along.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;

/// The state that a resource begins with. Exactly one of `state` and `from-workspace` is there.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ResourceImport {
    /// The state file, in base64. It is full of secrets, and never shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// A workspace of the organization, whose current state is copied. The workspace stays as it is, and is locked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_workspace: Option<Name>,
    /// The call whose module this is (`module.network`), where the state is of a configuration that calls it: only what is
    /// below it is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
    /// Whether the state may have what the module does not: the plan destroys that.
    #[serde(default)]
    pub allow_destroy: bool,
}

impl std::fmt::Debug for ResourceImport {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ResourceImport")
            .field("from_workspace", &self.from_workspace)
            .field("module", &self.module)
            .field("allow_destroy", &self.allow_destroy)
            .finish_non_exhaustive()
    }
}

/// What was brought along with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ResourceImported {
    /// The workspace that the state was copied from; null where it was a file, and where that is gone or cannot be seen.
    pub from_workspace: Option<Name>,
    /// Why that workspace is locked now; null where it is not any more.
    #[serde(default)]
    pub from_workspace_lock: Option<String>,
    /// The call that it was taken out of: its addresses are now those of the module by itself.
    pub module: Option<String>,
    /// The state's serial.
    pub serial: u64,
    /// The state's lineage.
    pub lineage: String,
    /// How many instances of resources were brought.
    pub resource_count: u32,
    /// How many resources of the state were left where they are, because they are not below the call.
    pub left_out_count: u32,
    /// Addresses in the state that the module does not have: the plan destroys what is there. Twenty at most.
    pub unknown_addresses: Vec<String>,
}
