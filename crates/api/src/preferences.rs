//! Preferences: what a console remembers of a person, as small JSON documents.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A preference; its id is its key.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Preference {
    /// Any JSON.
    pub value: Value,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// A preference to be kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewPreference {
    /// Any JSON of at most 16 KiB.
    pub value: Value,
}

impl Attributes for Preference {
    const TYPE: &'static str = "preferences";
}

impl Attributes for NewPreference {
    const TYPE: &'static str = "preferences";
}
