//! Keys that sign the tokens of runs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A key that signs tokens which runs show to clouds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SigningKey {
    /// `RS256`.
    pub algorithm: String,
    /// When it was made and published.
    pub created_at: Timestamp,
    /// From when on it signs.
    pub signs_from: Timestamp,
}

impl Attributes for SigningKey {
    const TYPE: &'static str = "signing-keys";
}
