//! API tokens. The text of a token is shown once, when it is made.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A token, without its text.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Token {
    /// What it is used for.
    pub description: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to the minute; null if never.
    pub last_used_at: Option<Timestamp>,
    /// From when on it is refused; null for never.
    pub expired_at: Option<Timestamp>,
    /// The token's text. Present only in the answer to the request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
}

impl Attributes for Token {
    const TYPE: &'static str = "authentication-tokens";
}

/// What a new token needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewToken {
    /// What it is used for.
    #[serde(default)]
    pub description: String,
    /// From when on it is refused; absent for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
}

impl Attributes for NewToken {
    const TYPE: &'static str = Token::TYPE;
}
