//! The repository that an app is deployed from.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::ids::IntegrationId;
use crate::jsonapi::Attributes;

/// The repository that an app is deployed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppRepository {
    /// Its name at its forge, or its address.
    pub full_name: String,
    /// Where people look at it; null where that is not known.
    pub web_url: Option<String>,
    /// What opens it; null when everybody may read it.
    pub integration_id: Option<IntegrationId>,
    /// The branch that is followed.
    pub branch: String,
    /// The folder in it that is deployed; empty for all of it.
    pub directory: String,
    /// Whether a push to the branch that changes something in the folder is deployed.
    pub deploys_on_push: bool,
    /// The Dockerfile in the folder; null to find out.
    pub dockerfile: Option<String>,
    /// The platform that builds it; null to find out.
    pub platform: Option<String>,
    /// The newest commit of the branch that was looked at after a push; null before the first.
    pub commit: Option<String>,
    /// What became of the newest push where that is no deploy, in sentences; empty otherwise.
    pub reason: String,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When that last changed.
    pub updated_at: Timestamp,
}

impl Attributes for AppRepository {
    const TYPE: &'static str = "app-repositories";
}

/// The repository that an app shall be deployed from.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AppRepositorySettings {
    /// What opens it; without it everybody may read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration_id: Option<IntegrationId>,
    /// Its name at the integration's forge, or its whole address.
    pub identifier: String,
    /// The branch to follow; the repository's default one without it.
    #[serde(default)]
    pub branch: String,
    /// The folder in it to deploy; all of it without.
    #[serde(default)]
    pub directory: String,
    /// Whether a push to the branch that changes something in the folder is deployed.
    #[serde(default)]
    pub deploys_on_push: bool,
    /// The Dockerfile in the folder; found out without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The platform that builds what has no Dockerfile; found out without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
}

impl Attributes for AppRepositorySettings {
    const TYPE: &'static str = AppRepository::TYPE;
}
