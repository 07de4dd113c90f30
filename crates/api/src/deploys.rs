//! Deploys: how an app came to run what it runs, and the versions that they made.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::apps::AppProcess;
use crate::jsonapi::Attributes;

/// One change of what an app runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Deploy {
    /// Counts the app's deploys, from 1.
    pub number: u32,
    /// What it deploys.
    pub kind: DeployKind,
    /// Where it stands.
    pub status: DeployStatus,
    /// The step that it is at, or ended at.
    pub step: DeployStep,
    /// Why it failed or was cancelled, in sentences; empty otherwise.
    pub reason: String,
    /// What it deploys in words: the image, the number of files, the version that it goes back to.
    pub origin: String,
    /// What it was asked for with: the same again is the same deploy again.
    pub made_of: DeployMadeOf,
    /// What whoever started it said about it.
    pub message: String,
    /// The version that it brings; null before there is one.
    pub app_version: Option<u32>,
    /// The version that ran before; null for the first.
    pub previous_version: Option<u32>,
    /// The variables that it brought back with its version; null where it took those of then.
    pub restored_env: Option<RestoredEnv>,
    /// Who started it.
    pub started_by: String,
    /// Whether somebody asked for it to stop.
    pub is_cancel_requested: bool,
    /// Its log, as text; ask with `offset` for what follows.
    pub log_read_url: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it came to its step.
    pub step_at: Timestamp,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Timestamp>,
}

impl Attributes for Deploy {
    const TYPE: &'static str = "deploys";
}

/// Variables that a rollback brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct RestoredEnv {
    /// The number of those that the version last ran with.
    pub number: u32,
    /// Those of them that were not brought back, as `process/name` where they are for one process.
    pub left_out: Vec<String>,
}

/// What a deploy was asked for with: one of `image`, `source-digest`, `commit` and `app-version` is not null.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct DeployMadeOf {
    /// The image, as it was written.
    pub image: Option<String>,
    /// The digest of the source that was uploaded.
    pub source_digest: Option<String>,
    /// The commit of the connected repository.
    pub commit: Option<String>,
    /// The Dockerfile in the source; null to find out.
    pub dockerfile: Option<String>,
    /// The platform that builds the source; null to find out.
    pub platform: Option<String>,
    /// Values of the Dockerfile's arguments.
    #[serde(default)]
    #[schema(required)]
    pub build_arguments: BTreeMap<String, String>,
    /// Names of variables of the app that the build reads as secrets.
    #[serde(default)]
    #[schema(required)]
    pub build_secrets: BTreeSet<String>,
    /// The number of the version that was there before.
    pub app_version: Option<u32>,
}

/// What a deploy deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum DeployKind {
    /// An image as it is.
    Image,
    /// Source that was uploaded, of which an image is built.
    Source,
    /// A version that was there before.
    Rollback,
    /// The same version anew, with other variables.
    Env,
    /// The same version anew.
    Restart,
}

/// Where a deploy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum DeployStatus {
    /// It goes on.
    Running,
    /// What it brought takes the requests.
    Deployed,
    /// What ran before still does.
    Failed,
    /// Somebody stopped it; what ran before still does.
    Canceled,
}

impl DeployStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Deployed => "deployed",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
        }
    }
}

/// The steps of a deploy, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum DeployStep {
    /// The image is built or fetched.
    Build,
    /// The release command runs once.
    Release,
    /// New units are started.
    Start,
    /// Until every new unit is ready.
    Health,
    /// Requests go to the new units.
    Route,
    /// The old units end what they have begun, and are taken away.
    Drain,
}

/// A deploy that shall begin. Exactly one of `image`, `source-digest` and `commit`.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewDeploy {
    /// The image to run, by tag or digest; of a tag it is the digest of this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// Source that was uploaded to the app: the digest that the upload answered with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_digest: Option<String>,
    /// Of the repository that is connected to the app: a commit, a tag or a branch, of which it is the newest commit of this moment;
    /// empty for the branch that the app follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The Dockerfile in the source; `Dockerfile` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dockerfile: Option<String>,
    /// The platform that makes an image of source without a Dockerfile; found out without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Values of the Dockerfile's arguments (`ARG`). They are shown with the deploy: secrets do not belong here.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub build_arguments: BTreeMap<String, String>,
    /// Names of variables of the app that the build may read as secrets, each mounted under its name
    /// (`RUN --mount=type=secret,id=NAME`).
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub build_secrets: BTreeSet<String>,
    /// What to say about it.
    #[serde(default)]
    pub message: String,
}

impl Attributes for NewDeploy {
    const TYPE: &'static str = "deploys";
}

/// Going back to a version.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRollback {
    /// Its number; the one that ran before without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<u32>,
    /// Whether it also brings back the variables that the version last ran with; what binds give stays as it is now. It needs
    /// `app.env.update` as well.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub with_env: bool,
    /// What to say about it.
    #[serde(default)]
    pub message: String,
}

impl Attributes for NewRollback {
    const TYPE: &'static str = "deploys";
}

/// Source that was uploaded.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppSource {
    /// SHA-256 of the archive, in hexadecimal digits.
    pub digest: String,
    /// Its size in bytes.
    pub size: u64,
}

impl Attributes for AppSource {
    const TYPE: &'static str = "app-sources";
}

/// What can be run again at any time: it never changes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AppVersion {
    /// Counts the app's versions, from 1.
    pub number: u32,
    /// The image, by its digest.
    pub image: String,
    /// What runs of it; `units` and `ready` are those of now where it is the live one, zero otherwise.
    pub processes: Vec<AppProcess>,
    /// The number of the variables that it ran with.
    pub env: u32,
    /// Where it came from, in words.
    pub origin: String,
    /// Whether it is what runs.
    pub is_live: bool,
    /// Who deployed it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its image was found to be gone, which is kept for the newest versions only: it cannot be run again. Null while it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image_removed_at: Option<Timestamp>,
}

impl Attributes for AppVersion {
    const TYPE: &'static str = "app-versions";
}
