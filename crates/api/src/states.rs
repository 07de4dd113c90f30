//! State versions and their outputs.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A version of a workspace's state. Its bytes are at the download link.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateVersion {
    /// The engine's counter; grows with every change.
    pub serial: u64,
    /// The engine's identity of this state's history.
    pub lineage: String,
    /// SHA-256 of the bytes, lower-case hexadecimal.
    pub sha256: String,
    /// Size of the bytes.
    pub size: u64,
    /// The engine that wrote it.
    pub terraform_version: Option<String>,
    /// Number of resource instances.
    pub resource_count: u32,
    /// Whether the configuration encrypted it, so that nothing can be said about its content.
    pub encrypted: bool,
    /// Whether it arrived in the middle of an apply that then did not end well.
    pub intermediate: bool,
    /// What is in it, grouped; empty when it is encrypted.
    pub resources: Vec<StateResource>,
    /// Where to get the bytes.
    pub hosted_state_download_url: String,
    /// Where to get the engine's JSON form.
    pub hosted_json_state_download_url: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for StateVersion {
    const TYPE: &'static str = "state-versions";
}

/// A resource of a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateResource {
    /// Its address: `module.network.random_pet.name`.
    pub address: String,
    /// The provider's address.
    pub provider: String,
    /// How many instances it has.
    pub count: u32,
}

/// What a new state version needs (TFE's shape: the state travels in the body, base64).
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewStateVersion {
    /// The state's serial; must agree with the bytes.
    pub serial: u64,
    /// The state's lineage; must agree with the bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lineage: Option<String>,
    /// MD5 of the bytes, lower-case hexadecimal (TFE's check).
    pub md5: String,
    /// The bytes, base64.
    pub state: String,
    /// Whether an equal serial may be replaced.
    #[serde(default)]
    pub force: bool,
}

impl Attributes for NewStateVersion {
    const TYPE: &'static str = StateVersion::TYPE;
}

/// One output of a state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateOutput {
    /// Its name.
    pub name: String,
    /// Whether the configuration calls it sensitive.
    pub sensitive: bool,
    /// Its type in words: `string`, `number`, `object` ….
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value; null when it is sensitive and the caller may not read states.
    #[schema(value_type = Object)]
    pub value: Value,
}

impl Attributes for StateOutput {
    const TYPE: &'static str = "state-version-outputs";
}

/// The difference between two state versions. Sensitive values are never in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateDiff {
    /// Serial of the older one; null for an empty state.
    pub from_serial: Option<u64>,
    /// Serial of the newer one.
    pub to_serial: u64,
    /// What changed.
    pub changes: Vec<StateChange>,
}

impl Attributes for StateDiff {
    const TYPE: &'static str = "state-diffs";
}

/// One resource instance or output that differs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct StateChange {
    /// The instance's address, or `output.NAME`.
    pub address: String,
    /// `added`, `removed` or `changed`.
    pub kind: String,
    /// The attributes that differ.
    pub attributes: Vec<AttributeChange>,
}

/// One attribute that differs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AttributeChange {
    /// Its path: `tags.Name`.
    pub path: String,
    /// Before; null when new.
    #[schema(value_type = Object)]
    pub before: Value,
    /// After; null when gone.
    #[schema(value_type = Object)]
    pub after: Value,
    /// Whether the values are hidden because they are sensitive.
    pub sensitive: bool,
}
