//! Schedules: what starts at certain times.

use slipway_api::ids::{ScheduleId, WorkspaceId};
use slipway_api::schedules::{Schedule, SchedulePreview, ScheduleSettings, ScheduleTrial};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "schedules";

/// Which schedules of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct ScheduleFilter {
    /// Part of the name.
    pub text: Option<String>,
    /// That start this.
    pub action: Option<String>,
    /// Only those that are paused, or that are not.
    pub is_paused: Option<bool>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's schedules, oldest first.
    #[must_use]
    pub fn schedules(&self, workspace: WorkspaceId) -> Listing<Schedule> {
        Listing::new(self, Call::get(&["workspaces", &workspace.to_string(), PATH]))
    }

    /// The schedules of an organization, the newest first.
    #[must_use]
    pub fn organization_schedules(&self, organization: &Name, filter: &ScheduleFilter) -> Listing<Schedule> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("search[text]", filter.text.as_deref());
        let call = call.query_option("filter[action]", filter.action.as_deref());
        Listing::new(self, call.query_option("filter[paused]", filter.is_paused))
    }

    /// One schedule, with the tag of its version.
    pub async fn schedule(&self, id: ScheduleId) -> Result<(Resource<Schedule>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a schedule of a workspace.
    pub async fn create_schedule(
        &self,
        workspace: WorkspaceId,
        settings: ScheduleSettings,
    ) -> Result<Resource<Schedule>, ClientError> {
        let call = Call::post(&["workspaces", &workspace.to_string(), PATH]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a schedule, if it is still as it was when the server gave this tag.
    pub async fn update_schedule(
        &self,
        id: ScheduleId,
        settings: ScheduleSettings,
        tag: &str,
    ) -> Result<Resource<Schedule>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Removes a schedule.
    pub async fn delete_schedule(&self, id: ScheduleId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// Holds a schedule back.
    pub async fn pause_schedule(&self, id: ScheduleId) -> Result<Resource<Schedule>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "pause"]))
            .await
    }

    /// Lets a schedule go on, with the caller's rights.
    pub async fn resume_schedule(&self, id: ScheduleId) -> Result<Resource<Schedule>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "resume"]))
            .await
    }

    /// Starts now what a schedule starts; what was started is the newest outcome.
    pub async fn run_schedule(&self, id: ScheduleId) -> Result<Resource<Schedule>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "run"]))
            .await
    }

    /// Says what times mean.
    pub async fn preview_schedule(&self, trial: ScheduleTrial) -> Result<Resource<SchedulePreview>, ClientError> {
        let call = Call::post(&[PATH, "actions", "preview"]);
        self.resource(call.json(&NewDocument::new(trial))?).await
    }
}
