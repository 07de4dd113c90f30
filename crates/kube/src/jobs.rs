//! Jobs: runs by a schedule, or when somebody asks. The log of a run, and its end, are had as those of what runs once
//! ([`Cluster::once_log`], [`Cluster::wait_once`]), by the run's name.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Secret;
use kube::api::{ListParams, ObjectMeta};
use kube::{Api, ResourceExt};

use crate::cluster::Cluster;
use crate::error::KubeError;
use crate::job_objects;
use crate::names::{JOB, app_labels, selector};
use crate::once::{has_succeeded, is_late};
use crate::spec::UnitSpec;

/// A job as it shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobSpec {
    /// Where.
    pub namespace: String,
    /// Whose it is.
    pub app: String,
    /// Unlike every other job's of the app.
    pub name: String,
    /// What runs.
    pub unit: UnitSpec,
    /// When, in five fields: `0 3 * * *`.
    pub schedule: String,
    /// Of the schedule: `Europe/Berlin`; the cluster's own when none is named.
    pub time_zone: Option<String>,
    /// Whether it is only run when somebody asks.
    pub is_suspended: bool,
    /// What happens when it is time and the run before goes on.
    pub concurrency: Concurrency,
    /// How often a run is tried again that failed.
    pub retries: u32,
    /// Of one run with all its tries; whatever runs longer is ended. Whole seconds.
    pub deadline: Duration,
    /// Between being asked to end (`SIGTERM`) and being killed. Whole seconds.
    pub grace: Duration,
}

/// What happens when it is time for a run and the one before goes on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Concurrency {
    /// Both run.
    Allow,
    /// The new one is left out.
    #[default]
    Skip,
    /// The old one is ended.
    Replace,
}

/// A run of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRun {
    /// Unlike every other run's in the namespace.
    pub name: String,
    /// When it was made (RFC 3339).
    pub made_at: String,
    /// How far it is.
    pub state: RunState,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// It goes on.
    Running,
    /// It was through.
    Succeeded,
    /// It failed as often as it may; its units say how.
    Failed,
    /// It was not through at its deadline.
    Late,
}

impl Cluster {
    /// Makes a job what it shall be; runs that go on are left alone.
    ///
    /// # Errors
    /// When it is refused, and when one of its name is there that is not of this app.
    pub async fn apply_job(&self, spec: &JobSpec) -> Result<(), KubeError> {
        let (secrets, job) = job_objects::of_job(spec);
        self.apply_namespace(&spec.namespace).await?;
        for secret in &secrets {
            self.apply(secret).await?;
        }
        self.apply(&job).await.map(drop)
    }

    /// Starts a run now; one of that name that is there already is left alone, so that this may be repeated.
    ///
    /// # Errors
    /// When the job is not there.
    pub async fn start_job(&self, namespace: &str, app: &str, job: &str, run: &str) -> Result<(), KubeError> {
        let jobs: Api<CronJob> = self.api(namespace);
        let name = job_objects::name(app, job);
        let what = format!("job {namespace}/{name}");
        let found = self.ask(&what, jobs.get(&name)).await?;
        if job_objects::app_of(&found.metadata) != Some(app) {
            return Err(KubeError::Foreign { what });
        }
        let runs: Api<Job> = self.api(namespace);
        if let Some(run) = self.ask(run, runs.get_metadata_opt(run)).await?
            && job_objects::app_of(&run.metadata) == Some(app)
        {
            return Ok(());
        }
        self.apply(&job_objects::of_run(&found, namespace, run)).await.map(drop)
    }

    /// The runs of a job that the cluster still has, the newest first.
    ///
    /// # Errors
    /// When the cluster does not answer.
    pub async fn job_runs(&self, namespace: &str, app: &str, job: &str) -> Result<Vec<JobRun>, KubeError> {
        let runs: Api<Job> = self.api(namespace);
        let wanted = ListParams::default().labels(&selector(&labels(app, job)));
        let mut found: Vec<JobRun> = self
            .ask("runs", runs.list(&wanted))
            .await?
            .items
            .iter()
            .map(read)
            .collect();
        found.sort_by(|one, other| (&other.made_at, &other.name).cmp(&(&one.made_at, &one.name)));
        Ok(found)
    }

    /// Removes a job with its runs. One that is gone is fine.
    ///
    /// # Errors
    /// When one of its name is there that is not of this app.
    pub async fn remove_job(&self, namespace: &str, app: &str, job: &str) -> Result<(), KubeError> {
        let labels = labels(app, job);
        self.remove::<CronJob>(namespace, &job_objects::name(app, job), app)
            .await?;
        self.remove_all::<Job>(namespace, &labels).await?;
        self.remove_all::<Secret>(namespace, &labels).await
    }
}

fn labels(app: &str, job: &str) -> BTreeMap<String, String> {
    let mut labels = app_labels(app);
    labels.insert(JOB.to_owned(), job.to_owned());
    labels
}

fn read(job: &Job) -> JobRun {
    let ObjectMeta { creation_timestamp, .. } = &job.metadata;
    let state = match is_late(job) {
        None => RunState::Running,
        Some(true) => RunState::Late,
        Some(false) if has_succeeded(job) => RunState::Succeeded,
        Some(false) => RunState::Failed,
    };
    JobRun {
        name: job.name_any(),
        made_at: creation_timestamp
            .as_ref()
            .map(|time| time.0.to_string())
            .unwrap_or_default(),
        state,
    }
}
