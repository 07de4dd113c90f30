//! A run of a job as it is stored: pure.

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{JobId, JobRunId, LogId, OrganizationId, WorkItemId};
use slipway_api::jobs::{JobRunStatus, JobTrigger};
use slipway_kernel::{Error, Result};

use crate::job_versions::model::Words;
use crate::jobs::Job;

/// The word for runs of jobs.
pub const KIND: &str = "job-run";

/// A run of a job as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job_runs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobRunId,
    /// The job.
    pub job_id: JobId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Counts the job's runs, from 1.
    pub number: i64,
    /// Number of the version that it runs.
    pub job_version: i64,
    /// Number of the variables that it sees.
    pub env_number: i64,
    /// Who or what wanted it.
    pub wanted_by: JobTrigger,
    /// Where it stands.
    pub status: JobRunStatus,
    /// Why it ended otherwise than wanted, or shall.
    pub reason: String,
    /// Which try it is, from 1.
    pub attempt: i64,
    /// What comes behind the job's command.
    pub arguments: Words,
    /// With what its program ended.
    pub exit_code: Option<i64>,
    /// What it tells.
    pub log_id: LogId,
    /// Who started it.
    pub started_by: String,
    /// Whether somebody asked for it to stop.
    pub is_cancel_requested: bool,
    /// Whether it took too long, and is ended for it.
    pub is_late: bool,
    /// The work item of the tick that made it.
    pub tick: Option<WorkItemId>,
    /// When the clock wanted it.
    pub due_at: Option<Timestamp>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
}

/// A run of a job.
pub type JobRun = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What a run is asked for with.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who or what wants it.
    pub wanted_by: JobTrigger,
    /// By what name.
    pub by: String,
    /// Which try it is.
    pub attempt: i64,
    /// What comes behind the job's command.
    pub arguments: Vec<String>,
    /// The work item of the tick that makes it, and when the clock wanted it.
    pub tick: Option<(WorkItemId, Timestamp)>,
    /// Not before this moment.
    pub not_before: Timestamp,
}

impl Model {
    /// The next run of a job; the job counts it.
    #[must_use]
    pub fn new(job: &Job, (id, log): (JobRunId, LogId), asked: Asked, now: Timestamp) -> Self {
        Self {
            id,
            job_id: job.id,
            organization_id: job.organization_id,
            number: job.run_count,
            job_version: job.current_version,
            env_number: job.env_number,
            wanted_by: asked.wanted_by,
            status: JobRunStatus::Waiting,
            reason: String::new(),
            attempt: asked.attempt,
            arguments: Words(asked.arguments),
            exit_code: None,
            log_id: log,
            started_by: asked.by,
            is_cancel_requested: false,
            is_late: false,
            tick: asked.tick.map(|(item, _)| item),
            due_at: asked.tick.map(|(_, due)| due),
            created_at: now,
            not_before: asked.not_before,
            started_at: None,
            ended_at: None,
        }
    }

    /// At its beginning.
    #[must_use]
    pub fn begun(&self, now: Timestamp) -> Self {
        Self {
            status: JobRunStatus::Running,
            started_at: Some(now),
            ..self.clone()
        }
    }

    /// At its end.
    #[must_use]
    pub fn ended(&self, end: &End, now: Timestamp) -> Self {
        Self {
            status: end.status,
            reason: end.reason.clone(),
            exit_code: end.exit_code,
            ended_at: Some(now),
            ..self.clone()
        }
    }

    /// Refuses to cancel one that is over.
    ///
    /// # Errors
    ///
    /// `Conflict`.
    pub fn require_cancelable(&self) -> Result<()> {
        match self.status.is_over() {
            true => Err(Error::conflict(format!(
                "The run {} has ended: it is {}.",
                self.number,
                self.status.as_str()
            ))),
            false => Ok(()),
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    /// Where it stands then.
    pub status: JobRunStatus,
    /// Why, in sentences; empty for what was wanted.
    pub reason: String,
    /// With what its program ended, if it did by itself.
    pub exit_code: Option<i64>,
}

impl End {
    /// As its program said.
    #[must_use]
    pub fn of_code(code: i64) -> Self {
        Self {
            status: match code {
                0 => JobRunStatus::Succeeded,
                _ => JobRunStatus::Failed,
            },
            reason: match code {
                0 => String::new(),
                code => format!("It ended with exit code {code}."),
            },
            exit_code: Some(code),
        }
    }

    /// Without a word of its program.
    #[must_use]
    pub fn without_code(status: JobRunStatus, reason: impl Into<String>) -> Self {
        Self {
            status,
            reason: reason.into(),
            exit_code: None,
        }
    }
}
