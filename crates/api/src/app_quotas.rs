//! How much may run of apps: limits that are kept by the database.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jsonapi::Attributes;

/// How much may run of an organization's, of a project's or of one app, and how much is taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppQuota {
    /// Most apps; null is as many as wanted. Always null for one app.
    pub apps: Option<u32>,
    /// Most units of all of their processes; null is as many as wanted.
    pub units: Option<u32>,
    /// Apps that there are.
    pub apps_used: u32,
    /// Units that shall run, also of apps that are stopped.
    pub units_used: u32,
}

impl Attributes for AppQuota {
    const TYPE: &'static str = "app-quotas";
}

/// Limits to set; what is absent stays, null takes a limit away.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppQuotaChanges {
    /// Most apps.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<u32>)]
    pub apps: Option<Option<u32>>,
    /// Most units.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::patch::present"
    )]
    #[schema(value_type = Option<u32>)]
    pub units: Option<Option<u32>>,
}

impl Attributes for AppQuotaChanges {
    const TYPE: &'static str = "app-quotas";
}
