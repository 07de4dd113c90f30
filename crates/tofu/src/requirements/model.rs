//! The result of reading a configuration's requirements.

use serde::{Deserialize, Serialize};

use crate::events::Diagnostic;

/// What the root module and its local modules need.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Requirements {
    /// `required_version` of every module; all must hold.
    pub engine_versions: Vec<VersionRequirement>,
    /// Providers that modules require or use, sorted, each with all its constraints.
    pub providers: Vec<ProviderRequirement>,
    /// Module calls of the root and of local modules, sorted.
    pub module_calls: Vec<ModuleCall>,
    /// The root module's `backend` or `cloud` block.
    pub backend: Option<BackendBlock>,
    /// Content of `.terraform.lock.hcl`.
    pub lock_file: Option<String>,
    /// What could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// One `required_version`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct VersionRequirement {
    /// Directory of the module below the root directory.
    pub module: String,
    /// The constraint as written.
    pub constraint: String,
    /// File, relative to the root directory.
    pub file: String,
    /// One-based line of the `terraform` block.
    pub line: u64,
}

/// A provider that one module requires.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ProviderRequirement {
    /// Source address as written, or `hashicorp/<name>` where none is.
    pub source: String,
    /// Version constraint as written.
    pub constraint: Option<String>,
}

/// A `module` block.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ModuleCall {
    /// Directory of the calling module below the root directory.
    pub module: String,
    /// Name of the call.
    pub name: String,
    /// Source as written; `${…}` marks an expression.
    pub source: String,
    /// Version constraint as written.
    pub version: Option<String>,
}

/// Where the configuration itself would keep its state; runs override it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackendBlock {
    /// Backend type such as `s3`, or `cloud`.
    pub kind: String,
    /// File, relative to the root directory.
    pub file: String,
    /// One-based line of the `terraform` block.
    pub line: u64,
}

impl ModuleCall {
    /// Whether the source is a directory beside the calling module.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.source.starts_with("./") || self.source.starts_with("../")
    }

    /// Whether source and version are plain text, not expressions.
    #[must_use]
    pub fn is_static(&self) -> bool {
        let is_static = crate::configuration::is_static;
        is_static(&self.source) && self.version.as_deref().is_none_or(is_static)
    }
}
