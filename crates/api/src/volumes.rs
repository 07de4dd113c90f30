//! Volumes: what apps keep in files beyond the life of their units, and the plans that say what a volume is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{AppId, JobId, ProjectId, VolumeId};
use crate::jsonapi::Attributes;
use crate::{Name, Timestamp};

/// What a volume is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeKind {
    /// A volume of the Docker Engine.
    Engine,
    /// A folder of the Docker Engine's machine.
    HostPath,
    /// A claim of storage in a Kubernetes cluster, which stays when units go.
    Persistent,
    /// A folder of a unit in a Kubernetes cluster, which goes with it.
    Ephemeral,
}

impl VolumeKind {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::HostPath => "host-path",
            Self::Persistent => "persistent",
            Self::Ephemeral => "ephemeral",
        }
    }
}

/// From how many machines a claim of storage can be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeAccess {
    /// By the units of one machine.
    #[default]
    ReadWriteOnce,
    /// By the units of all machines, which only read.
    ReadOnlyMany,
    /// By the units of all machines.
    ReadWriteMany,
}

/// What stands behind a volume; of each kind some of these count, and the others are not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct VolumeSettings {
    /// `engine`: the engine's driver; its usual one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// `engine`: what the driver is told.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// `host-path`: the folder; where `is-parent` is set, the folder in which each volume names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// `host-path`: whether volumes name a folder in `path` instead of all being that one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_parent: bool,
    /// `persistent`: the storage class; the cluster's usual one without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_class: Option<String>,
    /// `persistent`: from how many machines it is used; `read-write-once` without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<VolumeAccess>,
    /// `ephemeral`: whether it is in memory, where it counts as the unit's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_in_memory: bool,
    /// `persistent` and `ephemeral`: bytes of a volume that says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

/// What volumes can be.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VolumePlan {
    /// Unique among those that an organization sees.
    pub name: Name,
    /// What volumes of it are.
    pub kind: VolumeKind,
    /// What stands behind them.
    pub settings: VolumeSettings,
    /// Whether it is the site's, which every organization sees; else it is the organization's own.
    pub is_shared: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for VolumePlan {
    const TYPE: &'static str = "volume-plans";
}

/// A volume plan to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewVolumePlan {
    /// Unique among those that the organization sees.
    pub name: Name,
    /// What volumes of it are.
    pub kind: VolumeKind,
    /// What stands behind them. Folders of the machine, drivers and their options are for site administrators to give.
    #[serde(default)]
    pub settings: VolumeSettings,
    /// Whether every organization may use it: for site administrators.
    #[serde(default)]
    pub is_shared: bool,
}

impl Attributes for NewVolumePlan {
    const TYPE: &'static str = VolumePlan::TYPE;
}

/// Where a volume stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeStatus {
    /// It is being made; `reason` says what keeps it.
    Creating,
    /// It is there.
    Ready,
    /// It cannot be; `reason` says why.
    Failed,
    /// It is being deleted; `reason` says what keeps it.
    Deleting,
}

impl VolumeStatus {
    /// As it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "creating",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Deleting => "deleting",
        }
    }
}

/// Files that outlive the units of an app.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Volume {
    /// Unique in its organization.
    pub name: Name,
    /// The name of its plan.
    pub plan: Name,
    /// What it is.
    pub kind: VolumeKind,
    /// The name of the pool whose apps can be bound to it.
    pub pool: Name,
    /// In bytes, where its kind has a size.
    pub size: Option<u64>,
    /// The folder in the plan's, where the plan has volumes name one.
    pub folder: Option<String>,
    /// Where it stands.
    pub status: VolumeStatus,
    /// Why, in a sentence; empty while there is nothing to say.
    pub reason: String,
    /// Apps that are bound to it and that the caller may see.
    pub apps: Vec<Name>,
    /// Jobs that are bound to it and that the caller may see.
    pub jobs: Vec<Name>,
    /// What the caller may do with it.
    pub permissions: VolumePermissions,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Attributes for Volume {
    const TYPE: &'static str = "volumes";
}

/// What the caller may do with a volume.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VolumePermissions {
    /// Bind apps to it.
    pub can_bind: bool,
    /// Delete it with all that is in it.
    pub can_delete: bool,
}

/// A volume to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewVolume {
    /// Unique in its organization.
    pub name: Name,
    /// The name of its plan; without it the only one that there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Name>,
    /// The name of its pool; the default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Name>,
    /// Its project; the organization's default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectId>,
    /// In bytes, in place of its plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The name of a folder in the plan's, where the plan has volumes name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

impl Attributes for NewVolume {
    const TYPE: &'static str = Volume::TYPE;
}

/// A volume where units of an app see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VolumeBind {
    /// The volume.
    pub volume: VolumeName,
    /// The app.
    pub app: AppId,
    /// Where units see it; unique in the app.
    pub path: String,
    /// Whether they only read.
    pub is_read_only: bool,
    /// The processes whose units see it; empty for all of them.
    pub processes: Vec<String>,
    /// Who bound it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Attributes for VolumeBind {
    const TYPE: &'static str = "volume-binds";
}

/// A volume by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct VolumeName {
    /// Its id.
    pub id: VolumeId,
    /// Its name.
    pub name: Name,
}

/// A bind of a volume to make.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewVolumeBind {
    /// The volume.
    pub volume: VolumeId,
    /// Where units see it: absolute, unique in the app.
    pub path: String,
    /// Whether they only read.
    #[serde(default)]
    pub is_read_only: bool,
    /// The processes whose units see it; empty for all of them.
    #[serde(default)]
    pub processes: Vec<String>,
    /// Whether units see it only from the next deploy or restart on.
    #[serde(default)]
    pub staged: bool,
}

impl Attributes for NewVolumeBind {
    const TYPE: &'static str = VolumeBind::TYPE;
}

/// A volume where runs of a job see it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobVolumeBind {
    /// The volume.
    pub volume: VolumeName,
    /// The job.
    pub job: JobId,
    /// Where runs see it.
    pub path: String,
    /// Whether they only read.
    pub is_read_only: bool,
    /// Who bound it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl Attributes for JobVolumeBind {
    const TYPE: &'static str = "job-volume-binds";
}

/// A volume that runs of a job shall see.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewJobVolumeBind {
    /// The volume; it is in the job's pool.
    pub volume: VolumeId,
    /// Where: `/data`.
    pub path: String,
    /// Whether runs only read.
    #[serde(default)]
    pub is_read_only: bool,
}

impl Attributes for NewJobVolumeBind {
    const TYPE: &'static str = JobVolumeBind::TYPE;
}
