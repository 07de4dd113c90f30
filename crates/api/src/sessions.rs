//! Sessions: the browsers that a user is signed in with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A session of the caller's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Session {
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub expired_at: Timestamp,
    /// Where the user signed in from.
    pub remote_address: Option<String>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// Whether this request came with it.
    pub is_current: bool,
}

/// The session that a browser calls with; its id is that of [`Session`].
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct CurrentSession {
    /// What requests that change something repeat in the header `X-CSRF-Token`.
    pub csrf_token: String,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it ends at the latest.
    pub expired_at: Timestamp,
    /// After how many minutes without a request it ends before that.
    pub idle_minutes: u64,
    /// Whether the user showed a second factor in it.
    pub has_second_factor: bool,
    /// Whether an identity provider vouched for the user.
    pub is_from_identity_provider: bool,
}

impl Attributes for CurrentSession {
    const TYPE: &'static str = "sessions";
}

impl Attributes for Session {
    const TYPE: &'static str = "sessions";
}
