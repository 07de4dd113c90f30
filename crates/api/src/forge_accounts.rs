//! Accounts at Git forges: who comments there is somebody here.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// One's account at a forge.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ForgeAccount {
    /// The forge's host, with its port where that is not the usual one: `github.com`.
    pub host: String,
    /// The login there.
    pub login: String,
    /// Whether the account was seen: from then on only it counts, whoever gets the login later.
    pub is_seen: bool,
    /// When it was linked.
    pub created_at: Timestamp,
}

impl Attributes for ForgeAccount {
    const TYPE: &'static str = "forge-accounts";
}

/// An account to be linked.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewForgeAccount {
    /// The forge's host, with its port where that is not the usual one: `github.com`.
    pub host: String,
    /// The login there.
    pub login: String,
}

impl Attributes for NewForgeAccount {
    const TYPE: &'static str = ForgeAccount::TYPE;
}
