//! A job as it is stored: pure.

use std::ops::RangeInclusive;

use sea_orm::entity::prelude::*;
use slipway_api::ids::{AppPlanId, JobId, JobRunId, OrganizationId, PoolId, ProjectId, ScheduleId};
use slipway_api::jobs::{JobChanges, JobConcurrency, JobPermissions, JobStatus, NewJob};
use slipway_api::{Name, Timestamp};
use slipway_kernel::directory::Object;
use slipway_kernel::errors::FieldError;
use slipway_kernel::grants::{GrantSet, Scope, Target};
use slipway_kernel::schedules::{Dialect, Timing};
use slipway_kernel::{Error, Result};

use crate::apps::model::{NAME_LENGTH, described, is_name, joined, none, problem};
use crate::permissions::{JOB_DELETE, JOB_ENV_READ, JOB_ENV_UPDATE, JOB_LOG_READ, JOB_READ, JOB_RUN, JOB_UPDATE};

/// The word for jobs in the directory, in events and in documents.
pub const KIND: &str = "job";

/// The time zone of whoever names none.
pub(crate) const UTC: &str = "UTC";
/// An hour.
const HOUR: u32 = 3_600;
/// A week, in seconds.
const WEEK: u32 = 7 * 24 * HOUR;
/// Runs that are kept where nobody says how many.
const KEPT: u32 = 50;

/// A job as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: JobId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Its project.
    pub project_id: ProjectId,
    /// Unique in the organization.
    pub name: Name,
    /// What it is for.
    pub description: String,
    /// Its labels, each between line ends, so that one can be searched for.
    pub labels: String,
    /// Where it runs.
    pub pool_id: PoolId,
    /// How much a run may take.
    pub plan_id: AppPlanId,
    /// How its last run went.
    pub status: JobStatus,
    /// Number of the version that the next run has.
    pub current_version: i64,
    /// Number of the variables that the next run sees.
    pub env_number: i64,
    /// Runs so far.
    pub run_count: i64,
    /// When it runs by itself.
    pub cron: Option<String>,
    /// The time zone that the expression counts in.
    pub time_zone: String,
    /// What fires when it is due.
    pub schedule_id: Option<ScheduleId>,
    /// What happens to a run that is due while another goes on.
    pub concurrency: JobConcurrency,
    /// How long a run may take.
    pub deadline_seconds: i64,
    /// How often a run that failed is tried again.
    pub retries: i64,
    /// How late a run may begin that the clock wants.
    pub start_within_seconds: i64,
    /// How many runs that ended are kept.
    pub kept_runs: i64,
    /// Whether the clock starts nothing.
    pub is_paused: bool,
    /// Its last run that was not skipped.
    pub last_run_id: Option<JobRunId>,
    /// When that was asked for.
    pub last_run_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When somebody last changed it.
    pub updated_at: Timestamp,
    /// Counts changes of what people say, from 1; runs are none.
    pub version: i64,
}

/// A job.
pub type Job = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where a job stands.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its id.
    pub id: JobId,
    /// Its organization and project.
    pub of: (OrganizationId, ProjectId),
    /// Its pool.
    pub pool: PoolId,
    /// Its plan.
    pub plan: AppPlanId,
}

/// A number that people choose: the word for it, what it may be, and what it is where nobody says.
struct Choice {
    field: &'static str,
    range: RangeInclusive<u32>,
    usual: u32,
}

const DEADLINE: Choice = Choice {
    field: "deadline-seconds",
    range: 1..=WEEK,
    usual: HOUR,
};
const RETRIES: Choice = Choice {
    field: "retries",
    range: 0..=10,
    usual: 0,
};
const START_WITHIN: Choice = Choice {
    field: "start-within-seconds",
    range: 10..=WEEK,
    usual: HOUR,
};
const KEPT_RUNS: Choice = Choice {
    field: "kept-runs",
    range: 1..=1_000,
    usual: KEPT,
};

impl Choice {
    fn wrong(&self, wanted: Option<u32>) -> Option<FieldError> {
        let wanted = wanted.filter(|wanted| !self.range.contains(wanted))?;
        let (from, to) = (self.range.start(), self.range.end());
        let detail = format!("It is from {from} to {to}, not {wanted}.");
        Some(problem(&format!("/data/attributes/{}", self.field), detail))
    }

    fn of(&self, wanted: Option<u32>, before: Option<i64>) -> i64 {
        let usual = before.unwrap_or_else(|| i64::from(self.usual));
        wanted.map_or(usual, i64::from)
    }
}

impl Model {
    /// A job as it was described; it never ran, and nothing fires for it yet.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn new(place: Place, wanted: &NewJob, now: Timestamp) -> Result<Self> {
        let mut problems = described(Some(&wanted.description), Some(&wanted.labels));
        if !is_name(&wanted.name) {
            let detail = format!(
                "A job's name is made of small letters, digits and hyphens, at most {NAME_LENGTH}, a letter first and no hyphen last."
            );
            problems.insert(0, problem("/data/attributes/name", detail));
        }
        problems.extend(DEADLINE.wrong(wanted.deadline_seconds));
        problems.extend(RETRIES.wrong(wanted.retries));
        problems.extend(START_WITHIN.wrong(wanted.start_within_seconds));
        problems.extend(KEPT_RUNS.wrong(wanted.kept_runs));
        none(problems)?;
        Ok(Self {
            id: place.id,
            organization_id: place.of.0,
            project_id: place.of.1,
            name: wanted.name.parse().map_err(Error::internal)?,
            description: wanted.description.clone(),
            labels: joined(&wanted.labels),
            pool_id: place.pool,
            plan_id: place.plan,
            status: JobStatus::New,
            current_version: 1,
            env_number: 0,
            run_count: 0,
            cron: wanted.cron.clone().filter(|cron| !cron.trim().is_empty()),
            time_zone: wanted.time_zone.clone().unwrap_or_else(|| UTC.to_owned()),
            schedule_id: None,
            concurrency: wanted.concurrency.unwrap_or_default(),
            deadline_seconds: DEADLINE.of(wanted.deadline_seconds, None),
            retries: RETRIES.of(wanted.retries, None),
            start_within_seconds: START_WITHIN.of(wanted.start_within_seconds, None),
            kept_runs: KEPT_RUNS.of(wanted.kept_runs, None),
            is_paused: false,
            last_run_id: None,
            last_run_at: None,
            created_at: now,
            updated_at: now,
            version: 1,
        })
    }

    /// The next version of it; what is absent stays.
    ///
    /// # Errors
    ///
    /// `Invalid`, with every field at fault.
    pub fn changed(&self, changes: &JobChanges, plan: Option<AppPlanId>, now: Timestamp) -> Result<Self> {
        let mut problems = described(changes.description.as_deref(), changes.labels.as_deref());
        problems.extend(DEADLINE.wrong(changes.deadline_seconds));
        problems.extend(RETRIES.wrong(changes.retries));
        problems.extend(START_WITHIN.wrong(changes.start_within_seconds));
        problems.extend(KEPT_RUNS.wrong(changes.kept_runs));
        none(problems)?;
        let kept = self.clone();
        let is_other = changes.image.is_some() || changes.command.is_some();
        Ok(Self {
            description: changes.description.clone().unwrap_or(kept.description),
            labels: changes.labels.as_deref().map_or(kept.labels, joined),
            plan_id: plan.unwrap_or(kept.plan_id),
            current_version: kept.current_version + i64::from(is_other),
            cron: match &changes.cron {
                Some(cron) => Some(cron.clone()).filter(|cron| !cron.trim().is_empty()),
                None => kept.cron,
            },
            time_zone: changes.time_zone.clone().unwrap_or(kept.time_zone),
            concurrency: changes.concurrency.unwrap_or(kept.concurrency),
            deadline_seconds: DEADLINE.of(changes.deadline_seconds, Some(kept.deadline_seconds)),
            retries: RETRIES.of(changes.retries, Some(kept.retries)),
            start_within_seconds: START_WITHIN.of(changes.start_within_seconds, Some(kept.start_within_seconds)),
            kept_runs: KEPT_RUNS.of(changes.kept_runs, Some(kept.kept_runs)),
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        })
    }

    /// Held back, or going on.
    #[must_use]
    pub fn paused(&self, is_paused: bool, now: Timestamp) -> Self {
        Self {
            is_paused,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }

    /// When it runs by itself, if it does.
    ///
    /// # Errors
    ///
    /// `Invalid`, where that cannot be read any more.
    pub fn timing(&self) -> Result<Option<Timing>> {
        let rhythm = |cron: &String| Timing::cron(cron, Dialect::of(cron), &self.time_zone);
        self.cron.as_ref().map(rhythm).transpose()
    }

    /// Whether it is on its way out.
    #[must_use]
    pub fn is_leaving(&self) -> bool {
        self.status == JobStatus::Deleting
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        self.labels.lines().filter(|label| !label.is_empty())
    }

    /// Where it stands.
    #[must_use]
    pub fn scope(&self) -> Scope {
        Scope::project(self.organization_id, self.project_id).object(self.id)
    }

    /// What authorization asks about it.
    #[must_use]
    pub fn target(&self) -> Target<'static> {
        Target {
            kind: KIND,
            name: self.id.to_string().into(),
            scope: self.scope(),
            read: JOB_READ,
        }
    }

    /// It as the directory shows it.
    #[must_use]
    pub fn object(&self) -> Object {
        let labels: Vec<&str> = self.labels().collect();
        Object {
            id: self.id.to_string(),
            kind: KIND,
            organization: Some(self.organization_id),
            project: Some(self.project_id),
            name: self.name.to_string(),
            status: self.status.as_str().to_owned(),
            labels: labels.join(" "),
        }
    }

    /// What a caller with these grants may do with it.
    #[must_use]
    pub fn permissions(&self, granted: &GrantSet) -> JobPermissions {
        let scope = self.scope();
        let at = granted.at(&scope);
        JobPermissions {
            can_update: at.allow(JOB_UPDATE),
            can_run: at.allow(JOB_RUN),
            can_read_env: at.allow(JOB_ENV_READ),
            can_update_env: at.allow(JOB_ENV_UPDATE),
            can_read_logs: at.allow(JOB_LOG_READ),
            can_delete: at.allow(JOB_DELETE),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A job that nobody said much about.
    pub(crate) fn job(wanted: &NewJob) -> Result<Job> {
        let place = Place {
            id: "job-0000000000000000".parse().unwrap(),
            of: (
                "org-0000000000000000".parse().unwrap(),
                "prj-0000000000000000".parse().unwrap(),
            ),
            pool: "pool-0000000000000000".parse().unwrap(),
            plan: "aplan-0000000000000000".parse().unwrap(),
        };
        Job::new(place, wanted, Timestamp::from_unix_ms(0))
    }

    fn nightly() -> NewJob {
        NewJob {
            name: "nightly".to_owned(),
            image: "busybox".to_owned(),
            ..NewJob::default()
        }
    }

    #[test]
    fn every_number_that_is_wrong_is_named() {
        let wanted = NewJob {
            name: "Nightly".to_owned(),
            retries: Some(11),
            kept_runs: Some(0),
            ..nightly()
        };
        let error = job(&wanted).unwrap_err();
        let pointers: Vec<_> = error
            .fields()
            .iter()
            .filter_map(|field| field.source.pointer.as_deref())
            .collect();
        assert_eq!(
            pointers,
            [
                "/data/attributes/name",
                "/data/attributes/retries",
                "/data/attributes/kept-runs"
            ]
        );
        assert_eq!(error.fields()[1].detail, "It is from 0 to 10, not 11.");
    }

    #[test]
    fn what_is_not_mentioned_stays_and_an_image_makes_a_version() {
        let before = job(&nightly()).unwrap();
        let now = Timestamp::from_unix_ms(1);
        let same = before.changed(&JobChanges::default(), None, now).unwrap();
        assert_eq!((same.current_version, same.deadline_seconds), (1, 3_600));
        let changes = JobChanges {
            image: Some("busybox:2".to_owned()),
            cron: Some("0 3 * * *".to_owned()),
            ..JobChanges::default()
        };
        let changed = before.changed(&changes, None, now).unwrap();
        assert_eq!(
            (changed.current_version, changed.cron.as_deref()),
            (2, Some("0 3 * * *"))
        );
        let manual = JobChanges {
            cron: Some(String::new()),
            ..JobChanges::default()
        };
        assert_eq!(changed.changed(&manual, None, now).unwrap().cron, None);
    }
}
