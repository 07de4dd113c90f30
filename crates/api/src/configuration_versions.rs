//! Configuration versions: immutable trees of files that runs are made of.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// A configuration version.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct ConfigurationVersion {
    /// Whether its files are here.
    pub status: ConfigurationStatus,
    /// Where the files came from.
    pub source: String,
    /// Whether it can only be planned.
    pub speculative: bool,
    /// Whether a run starts when the files are here.
    pub auto_queue_runs: bool,
    /// Why the files were refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_message: Option<String>,
    /// Size of the archive in bytes; null until it is here.
    pub size_bytes: Option<u64>,
    /// Where to `PUT` the archive (gzipped tar, content type `application/octet-stream`); absent once it is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upload_url: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for ConfigurationVersion {
    const TYPE: &'static str = "configuration-versions";
}

/// Whether a configuration version's files are here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")
)]
#[serde(rename_all = "snake_case")]
pub enum ConfigurationStatus {
    /// Not yet uploaded.
    Pending,
    /// Here, checked and usable.
    Uploaded,
    /// Refused; `error-message` says why.
    Errored,
    /// Removed by retention; runs keep their record.
    Archived,
}

/// What a new configuration version needs.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewConfigurationVersion {
    /// Whether a run starts when the files are here; yes when absent, as in TFE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_queue_runs: Option<bool>,
    /// Whether it can only be planned.
    #[serde(default)]
    pub speculative: bool,
}

impl Attributes for NewConfigurationVersion {
    const TYPE: &'static str = ConfigurationVersion::TYPE;
}
