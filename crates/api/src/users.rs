//! Users: people, and the accounts that stand for programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Name;
use crate::jsonapi::Attributes;

/// A user.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct User {
    /// Unique on the site.
    pub username: Name,
    /// The user's mail address; only the user and those who may manage users see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether this account stands for a program.
    pub is_service_account: bool,
    /// Whether the user administers the site; only shown to the user and to site administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_site_admin: Option<bool>,
}

impl Attributes for User {
    const TYPE: &'static str = "users";
}

/// What a new user needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewUser {
    /// Unique on the site.
    pub username: Name,
    /// The user's mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl Attributes for NewUser {
    const TYPE: &'static str = User::TYPE;
}
