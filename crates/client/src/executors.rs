//! Executors of the catalog, their runs and what they put out.

use slipway_api::approvals::Approvals;
use slipway_api::executors::{Executor, ExecutorChanges, ExecutorDecision, ExecutorRun, NewExecutor, NewExecutorRun};
use slipway_api::ids::{ExecutorId, ProjectId, RunId};
use slipway_api::schedules::{Schedule, ScheduleSettings};
use slipway_api::states::StateOutput;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "executors";

/// Which executors of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct ExecutorFilter {
    /// Part of the name, the description or a label.
    pub text: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// What came of the newest run, in a word.
    pub status: Option<String>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The executors of an organization, by name.
    #[must_use]
    pub fn executors(&self, organization: &Name, filter: &ExecutorFilter) -> Listing<Executor> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("search[text]", filter.text.as_deref());
        let call = call.query_option("filter[label]", filter.label.as_deref());
        let call = call.query_option("filter[project][id]", filter.project);
        Listing::new(self, call.query_option("filter[status]", filter.status.as_deref()))
    }

    /// One executor, with the tag of its version.
    pub async fn executor(&self, id: ExecutorId) -> Result<(Resource<Executor>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes an executor.
    pub async fn create_executor(
        &self,
        organization: &Name,
        new: NewExecutor,
    ) -> Result<Resource<Executor>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes an executor, if it is still as it was when the server gave this tag.
    pub async fn update_executor(
        &self,
        id: ExecutorId,
        changes: ExecutorChanges,
        tag: &str,
    ) -> Result<Resource<Executor>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes an executor; with a reason also one whose state has resources.
    pub async fn delete_executor(&self, id: ExecutorId, reason: Option<&str>) -> Result<(), ClientError> {
        let call = Call::delete(&[PATH, &id.to_string()]);
        self.nothing(call.query_option("reason", reason)).await
    }

    /// Lets runs of an executor be started, or not.
    pub async fn enable_executor(&self, id: ExecutorId, is_enabled: bool) -> Result<Resource<Executor>, ClientError> {
        let action = if is_enabled { "enable" } else { "disable" };
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", action]))
            .await
    }

    /// Runs an executor now.
    pub async fn run_executor(
        &self,
        id: ExecutorId,
        new: NewExecutorRun,
    ) -> Result<Resource<ExecutorRun>, ClientError> {
        let call = Call::start(&[PATH, &id.to_string(), "actions", "run"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// An executor's runs, newest first; only in one of these statuses, separated by commas.
    #[must_use]
    pub fn executor_runs(&self, id: ExecutorId, status: Option<&str>) -> Listing<ExecutorRun> {
        let call = Call::get(&[PATH, &id.to_string(), "runs"]);
        Listing::new(self, call.query_option("filter[status]", status))
    }

    /// A run of an executor, with the approvals that it has and lacks.
    pub async fn executor_run(&self, id: ExecutorId, run: RunId) -> Result<Resource<ExecutorRun>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "runs", &run.to_string()]))
            .await
    }

    /// Confirms, discards or cancels a run: `confirm`, `discard`, `cancel`.
    pub async fn decide_executor_run(
        &self,
        id: ExecutorId,
        action: &str,
        decision: &ExecutorDecision,
    ) -> Result<Resource<ExecutorRun>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", action]);
        self.resource(call.json(decision)?).await
    }

    /// Approves or rejects a run, or takes that back: `approve`, `reject`, `withdraw-approval`.
    pub async fn say_on_executor_run(
        &self,
        id: ExecutorId,
        action: &str,
        decision: &ExecutorDecision,
    ) -> Result<Resource<Approvals>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", action]);
        self.resource(call.json(decision)?).await
    }

    /// What an executor puts out; secrets without their values, unless they are to be revealed.
    #[must_use]
    pub fn executor_outputs(&self, id: ExecutorId, reveals: bool) -> Listing<StateOutput> {
        let call = Call::get(&[PATH, &id.to_string(), "outputs"]);
        Listing::new(
            self,
            call.query_option("filter[sensitive]", reveals.then_some("revealed")),
        )
    }

    /// An executor's schedules, oldest first.
    #[must_use]
    pub fn executor_schedules(&self, id: ExecutorId) -> Listing<Schedule> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "schedules"]))
    }

    /// Makes a schedule of an executor.
    pub async fn create_executor_schedule(
        &self,
        id: ExecutorId,
        settings: ScheduleSettings,
    ) -> Result<Resource<Schedule>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "schedules"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }
}
