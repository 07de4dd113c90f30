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
    /// Whom it stands for: `user`, `service-account`, `team`, `organization` or `runner-pool`.
    #[serde(default)]
    pub kind: String,
    /// What it is limited to: permissions, each perhaps followed by `@` and the id of the organization, project or object
    /// that it is limited to; null for all that its subject may do.
    #[serde(default)]
    pub scopes: Option<Vec<String>>,
    /// Until when the text before the last rotation is still taken; absent when it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_expired_at: Option<Timestamp>,
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
    /// From when on it is refused; absent for never, or as late as the organization or site lets tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
    /// What it is limited to: permissions, each perhaps followed by `@` and the id of the organization, project or object
    /// that it is limited to; absent for all that its subject may do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
}

impl Attributes for NewToken {
    const TYPE: &'static str = Token::TYPE;
}

/// How to rotate a token.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TokenRotation {
    /// For how many minutes the text so far is still taken; 0 by default, 1440 at most.
    #[serde(default)]
    pub grace_minutes: u32,
    /// From when on the token is refused from now on; absent leaves it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expired_at: Option<Timestamp>,
}

impl Attributes for TokenRotation {
    const TYPE: &'static str = Token::TYPE;
}
