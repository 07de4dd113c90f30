//! Service accounts: the accounts of programs, each of one organization.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// A service account. Its id is that of a user: roles are given to it as to a person.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ServiceAccount {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// The name that events and runs show: the name with a part of the id, unique on the site.
    pub username: Name,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for ServiceAccount {
    const TYPE: &'static str = "service-accounts";
}

/// What a new service account needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewServiceAccount {
    /// Unique in its organization.
    pub name: Name,
    /// What it is for.
    #[serde(default)]
    pub description: String,
}

impl Attributes for NewServiceAccount {
    const TYPE: &'static str = ServiceAccount::TYPE;
}

/// Changes to a service account; what is absent stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceAccountChanges {
    /// A new name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Attributes for ServiceAccountChanges {
    const TYPE: &'static str = ServiceAccount::TYPE;
}
