//! Jobs: what runs to an end, by the clock or when somebody wants it, and the runs of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{JobRunId, ProjectId};
use crate::jsonapi::Attributes;
use crate::pools::{AppPlanName, PoolName};
use crate::{Name, Timestamp};

/// Something that runs to an end: by the clock, or when somebody wants it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Job {
    /// Unique in its organization: small letters, digits and hyphens, at most 40, a letter first.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// To find it by: `key` or `key=value`.
    pub labels: Vec<String>,
    /// Where it runs.
    pub pool: PoolName,
    /// How much a run may take.
    pub plan: AppPlanName,
    /// The number of its newest version, which the next run has.
    pub current_version: u32,
    /// The image, as it was written.
    pub image: String,
    /// The program with its arguments; empty for what the image says.
    pub command: Vec<String>,
    /// When it runs by itself, as a cron expression; null for only when somebody wants it.
    pub cron: Option<String>,
    /// The time zone that the expression counts in: `Europe/Berlin`.
    pub time_zone: String,
    /// When it runs by itself, in words; null for only when somebody wants it.
    pub schedule_words: Option<String>,
    /// When it runs next by itself; null when it does not.
    pub next_at: Option<Timestamp>,
    /// What happens when a run is due while another goes on.
    pub concurrency: JobConcurrency,
    /// How long a run may take, in seconds; what takes longer is ended and has failed.
    pub deadline_seconds: u32,
    /// How often a run that failed is tried again.
    pub retries: u32,
    /// How late a run may begin that the clock wants, in seconds: later than that it was missed.
    pub start_within_seconds: u32,
    /// How many runs that ended are kept.
    pub kept_runs: u32,
    /// Whether the clock starts nothing.
    pub is_paused: bool,
    /// How its last run went.
    pub status: JobStatus,
    /// Its last run that was not skipped; null before the first.
    pub last_run: Option<JobRunId>,
    /// When that was asked for.
    pub last_run_at: Option<Timestamp>,
    /// What the caller may do with it.
    pub permissions: JobPermissions,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
}

impl Attributes for Job {
    const TYPE: &'static str = "jobs";
}

/// What happens when a run of a job is due while another goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum JobConcurrency {
    /// It begins beside the other.
    Allow,
    /// It is skipped.
    #[default]
    Forbid,
    /// The other is canceled, and it begins when that has ended.
    Replace,
}

impl JobConcurrency {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Forbid => "forbid",
            Self::Replace => "replace",
        }
    }
}

/// How the last run of a job went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum JobStatus {
    /// It never ran.
    New,
    /// It goes on.
    Running,
    /// It succeeded.
    Succeeded,
    /// It failed.
    Failed,
    /// Somebody canceled it.
    Canceled,
    /// The job is being deleted.
    Deleting,
}

impl JobStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Deleting => "deleting",
        }
    }
}

/// What the caller may do with a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct JobPermissions {
    /// Change it, pause and resume it.
    pub can_update: bool,
    /// Run it, and cancel its runs.
    pub can_run: bool,
    /// See its variables that are not private.
    pub can_read_env: bool,
    /// Change its variables.
    pub can_update_env: bool,
    /// Read what its runs write.
    pub can_read_logs: bool,
    /// Delete it.
    pub can_delete: bool,
}

/// A job that shall be.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewJob {
    /// Unique in its organization: small letters, digits and hyphens, at most 40, a letter first.
    pub name: String,
    /// What runs: the digest that the name has at this moment is kept.
    pub image: String,
    /// The program with its arguments; what the image says without it.
    #[serde(default)]
    pub command: Vec<String>,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// To find it by: `key` or `key=value`.
    #[serde(default)]
    pub labels: Vec<String>,
    /// The name of a pool; the default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pool: Option<Name>,
    /// The name of a plan; the default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Name>,
    /// Its project; the organization's default one without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// When it runs by itself: `0 3 * * *`. Only when somebody wants it without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone that the expression counts in; `UTC` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What happens when a run is due while another goes on; `forbid` without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<JobConcurrency>,
    /// How long a run may take, in seconds, up to a week; an hour without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_seconds: Option<u32>,
    /// How often a run that failed is tried again, up to 10; never without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// How late a run may begin that the clock wants, in seconds, from 10 up to a week; an hour without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within_seconds: Option<u32>,
    /// How many runs that ended are kept, from 1 to 1000; 50 without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_runs: Option<u32>,
}

impl Attributes for NewJob {
    const TYPE: &'static str = "jobs";
}

/// Changes of a job; what is absent stays. An image or a command makes a new version, which the next run has.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JobChanges {
    /// What runs; the same name again looks what it means now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
    /// The program with its arguments; empty for what the image says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<String>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// To find it by, in place of those before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// The name of a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Name>,
    /// When it runs by itself; empty for only when somebody wants it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// The time zone that the expression counts in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// What happens when a run is due while another goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<JobConcurrency>,
    /// How long a run may take, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_seconds: Option<u32>,
    /// How often a run that failed is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<u32>,
    /// How late a run may begin that the clock wants, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_within_seconds: Option<u32>,
    /// How many runs that ended are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_runs: Option<u32>,
}

impl Attributes for JobChanges {
    const TYPE: &'static str = "jobs";
}

/// What the runs of a job have in common from one change to the next.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobVersion {
    /// Counts the job's versions, from 1.
    pub number: u32,
    /// The image, as it was written.
    pub image: String,
    /// The image by its digest; null until its cluster has said it.
    pub digest: Option<String>,
    /// Why the image cannot be had, in a sentence; empty otherwise.
    pub reason: String,
    /// The program with its arguments; empty for what the image says.
    pub command: Vec<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for JobVersion {
    const TYPE: &'static str = "job-versions";
}

/// One run of a job.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobRun {
    /// Counts the job's runs, from 1.
    pub number: u32,
    /// Who or what wanted it.
    pub trigger: JobTrigger,
    /// Where it stands.
    pub status: JobRunStatus,
    /// Why it ended otherwise than wanted, or was skipped, in sentences; empty otherwise.
    pub reason: String,
    /// Which try it is, from 1.
    pub attempt: u32,
    /// The number of the version that it runs.
    pub job_version: u32,
    /// What came behind the job's command; where it has none, in place of the image's own arguments.
    pub arguments: Vec<String>,
    /// With what its program ended; null before, and when it did not end by itself.
    pub exit_code: Option<i64>,
    /// Who started it.
    pub started_by: String,
    /// Whether somebody asked for it to stop.
    pub is_cancel_requested: bool,
    /// Its log, as text; ask with `offset` for what follows.
    pub log_read_url: String,
    /// When the clock wanted it; null for what the clock did not want.
    pub due_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Not before this moment: one that is tried again waits a little.
    pub not_before: Timestamp,
    /// When it began; null before.
    pub started_at: Option<Timestamp>,
    /// When it ended; null while it goes on.
    pub ended_at: Option<Timestamp>,
}

impl Attributes for JobRun {
    const TYPE: &'static str = "job-runs";
}

/// Who or what wanted a run of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum JobTrigger {
    /// The clock.
    Schedule,
    /// Somebody.
    Person,
    /// The run before failed.
    Retry,
}

impl JobTrigger {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Schedule => "schedule",
            Self::Person => "person",
            Self::Retry => "retry",
        }
    }
}

/// Where a run of a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[cfg_attr(feature = "database", derive(sea_orm::EnumIter, sea_orm::DeriveActiveEnum))]
#[cfg_attr(
    feature = "database",
    sea_orm(rs_type = "String", db_type = "Text", rename_all = "kebab-case")
)]
#[serde(rename_all = "kebab-case")]
pub enum JobRunStatus {
    /// It has not begun.
    Waiting,
    /// It goes on.
    Running,
    /// It ended with exit code 0.
    Succeeded,
    /// It ended otherwise, or could not run.
    Failed,
    /// Somebody canceled it.
    Canceled,
    /// It was due, and did not run.
    Skipped,
}

impl JobRunStatus {
    /// The word on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Skipped => "skipped",
        }
    }

    /// Whether nothing comes behind it.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// A run that somebody wants.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewJobRun {
    /// What comes behind the job's command; where it has none, in place of the image's own arguments.
    #[serde(default)]
    pub arguments: Vec<String>,
}

impl Attributes for NewJobRun {
    const TYPE: &'static str = "job-runs";
}

/// What the runs of a job see.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobEnv {
    /// Grows with each change.
    pub number: u32,
    /// By name.
    pub variables: Vec<JobVariable>,
}

impl Attributes for JobEnv {
    const TYPE: &'static str = "job-envs";
}

/// One variable of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct JobVariable {
    /// Its name.
    pub name: String,
    /// Its value; null when it is private, and for an alias.
    pub value: Option<String>,
    /// The variable whose value it has; null when it has its own.
    pub alias_of: Option<String>,
    /// Whether nobody is shown it.
    pub is_private: bool,
    /// The tool that keeps it; empty for people.
    pub managed_by: String,
}

/// One change of a job's variables, made as a whole or not at all. The next run sees it.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JobEnvChange {
    /// Set, in place of what is there.
    #[serde(default)]
    pub set: Vec<NewJobVariable>,
    /// Names that are taken away; those that are not there are passed over.
    #[serde(default)]
    pub unset: Vec<String>,
    /// The tool that makes the change; empty for people.
    #[serde(default)]
    pub managed_by: String,
    /// Whether what the tool kept and does not name now is taken away.
    #[serde(default)]
    pub prune: bool,
}

impl Attributes for JobEnvChange {
    const TYPE: &'static str = "job-envs";
}

/// A variable of a job that shall be set.
#[derive(Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewJobVariable {
    /// Letters, digits and underscores, no digit first.
    pub name: String,
    /// Its value. Either this or `alias-of`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The variable whose value it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alias_of: Option<String>,
    /// Whether nobody is shown it, from now on.
    #[serde(default)]
    pub is_private: bool,
}
