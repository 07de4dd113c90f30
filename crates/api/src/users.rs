//! Users: people, and the accounts that stand for programs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

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
    /// Whether the user is kept out for now; only shown to the user and to site administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is_suspended: Option<bool>,
    /// When the user last signed in with a browser; only shown to the user and to site administrators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_signed_in_at: Option<Timestamp>,
    /// The second factor; only shown to the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_factor: Option<TwoFactor>,
}

impl Attributes for User {
    const TYPE: &'static str = "users";
}

/// The second factor of a sign-in, as TFE shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct TwoFactor {
    /// Whether one was set up.
    pub enabled: bool,
    /// Whether it was confirmed by a first code; from then on it is asked for.
    pub verified: bool,
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

/// What a user may change of the own account; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AccountChanges {
    /// A new name; unique on the site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Name>,
    /// A new mail address; null for none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<String>)]
    pub email: Option<Option<String>>,
}

impl Attributes for AccountChanges {
    const TYPE: &'static str = User::TYPE;
}

/// A change of the own password. No `Debug`: it holds passwords. The names have an underscore, as TFE's.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordChange {
    /// The password so far.
    pub current_password: String,
    /// The new one.
    pub password: String,
    /// The new one once more.
    pub password_confirmation: String,
}

impl Attributes for PasswordChange {
    const TYPE: &'static str = User::TYPE;
}

/// A link that somebody can use once. No `Debug`: who has it can use it.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Link {
    /// The address. Absent when it was sent by mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The mail address that it was sent to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_to: Option<String>,
    /// From when on it is refused.
    pub expired_at: Timestamp,
}

impl Attributes for Link {
    const TYPE: &'static str = "links";
}
