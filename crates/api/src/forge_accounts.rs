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
    /// Whether the account proved that it is meant: it counts from then on, and only it, whoever gets the login later.
    pub is_seen: bool,
    /// What the account has to write in a pull request to prove that it is meant: `slipway link CODE`. Shown once, for a day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
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
