//! Jobs: what they run and when, their runs, and what those see.

use bytes::Bytes;
use slipway_api::ids::{JobId, JobRunId, PoolId, ProjectId};
use slipway_api::jobs::{Job, JobChanges, JobEnv, JobEnvChange, JobRun, JobVersion, NewJob, NewJobRun};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "jobs";
/// The part of every path of a run.
const RUNS: &str = "job-runs";

/// Which jobs of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Part of the name, the description or a label.
    pub text: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// How their last run went, in a word.
    pub status: Option<String>,
    /// In this pool.
    pub pool: Option<PoolId>,
    /// `name` or `-created-at`.
    pub sort: Option<String>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The jobs of an organization.
    #[must_use]
    pub fn jobs(&self, organization: &Name, filter: &JobFilter) -> Listing<Job> {
        let call = Call::get(&["organizations", organization.as_str(), PATH])
            .query_option("search[text]", filter.text.as_deref())
            .query_option("filter[label]", filter.label.as_deref())
            .query_option("filter[project][id]", filter.project)
            .query_option("filter[status]", filter.status.as_deref())
            .query_option("filter[pool][id]", filter.pool)
            .query_option("sort", filter.sort.as_deref());
        Listing::new(self, call)
    }

    /// One job by its name.
    pub async fn job_by_name(&self, organization: &Name, name: &Name) -> Result<Resource<Job>, ClientError> {
        self.resource(Call::get(&[
            "organizations",
            organization.as_str(),
            PATH,
            name.as_str(),
        ]))
        .await
    }

    /// One job, with the tag of its version.
    pub async fn job(&self, id: JobId) -> Result<(Resource<Job>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a job.
    pub async fn create_job(&self, organization: &Name, new: NewJob) -> Result<Resource<Job>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a job, if it is still as it was when the server gave this tag.
    pub async fn update_job(&self, id: JobId, changes: JobChanges, tag: &str) -> Result<Resource<Job>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a job with its runs.
    pub async fn delete_job(&self, id: JobId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// Has the clock start nothing of a job.
    pub async fn pause_job(&self, id: JobId) -> Result<Resource<Job>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "pause"]).repeatable())
            .await
    }

    /// Has the clock go on with a job.
    pub async fn resume_job(&self, id: JobId) -> Result<Resource<Job>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "resume"]).repeatable())
            .await
    }

    /// A job's versions, newest first.
    #[must_use]
    pub fn job_versions(&self, id: JobId) -> Listing<JobVersion> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "versions"]))
    }

    /// What the runs of a job see.
    pub async fn job_env(&self, id: JobId) -> Result<Resource<JobEnv>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "env"])).await
    }

    /// Changes what the runs of a job see from now on.
    pub async fn change_job_env(&self, id: JobId, change: JobEnvChange) -> Result<Resource<JobEnv>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string(), "env"]);
        self.resource(call.json(&NewDocument::new(change))?).await
    }

    /// A job's runs, newest first; with a status, those that stand there.
    #[must_use]
    pub fn job_runs(&self, id: JobId, status: Option<&str>) -> Listing<JobRun> {
        let call = Call::get(&[PATH, &id.to_string(), "runs"]);
        Listing::new(self, call.query_option("filter[status]", status))
    }

    /// One run of a job.
    pub async fn job_run(&self, id: JobRunId) -> Result<Resource<JobRun>, ClientError> {
        self.resource(Call::get(&[RUNS, &id.to_string()])).await
    }

    /// Runs a job.
    pub async fn create_job_run(&self, job: JobId, new: NewJobRun) -> Result<Resource<JobRun>, ClientError> {
        let call = Call::start(&[PATH, &job.to_string(), "runs"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Asks a run of a job to stop.
    pub async fn cancel_job_run(&self, id: JobRunId) -> Result<Resource<JobRun>, ClientError> {
        self.resource(Call::post(&[RUNS, &id.to_string(), "actions", "cancel"]).repeatable())
            .await
    }

    /// A part of what a run of a job wrote; nothing when there is no more yet.
    pub async fn job_run_log(&self, id: JobRunId, offset: u64, limit: u64) -> Result<Bytes, ClientError> {
        let call = Call::get(&[RUNS, &id.to_string(), "log"]);
        self.download(call.query("offset", offset).query("limit", limit)).await
    }
}
