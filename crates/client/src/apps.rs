//! Apps: what they are, how much of them runs, and what their units see.

use slipway_api::app_metrics::AppMetrics;
use slipway_api::apps::{
    App, AppChanges, AppEnv, AppEnvChange, AppEnvRecord, AppEnvRestore, AppEnvRestored, AppScale, AppUnit, NewApp,
};
use slipway_api::deploys::AppVersion;
use slipway_api::ids::{AppId, PoolId, ProjectId};
use slipway_api::{Name, NewDocument, Resource, Timestamp};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "apps";

/// Which apps of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct AppFilter {
    /// Part of the name, the description or a label.
    pub text: Option<String>,
    /// With this label.
    pub label: Option<String>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// How they are, in a word.
    pub status: Option<String>,
    /// In this pool.
    pub pool: Option<PoolId>,
    /// `name` or `-created-at`.
    pub sort: Option<String>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The apps of an organization.
    #[must_use]
    pub fn apps(&self, organization: &Name, filter: &AppFilter) -> Listing<App> {
        let call = Call::get(&["organizations", organization.as_str(), PATH])
            .query_option("search[text]", filter.text.as_deref())
            .query_option("filter[label]", filter.label.as_deref())
            .query_option("filter[project][id]", filter.project)
            .query_option("filter[status]", filter.status.as_deref())
            .query_option("filter[pool][id]", filter.pool)
            .query_option("sort", filter.sort.as_deref());
        Listing::new(self, call)
    }

    /// One app by its name.
    pub async fn app_by_name(&self, organization: &Name, name: &Name) -> Result<Resource<App>, ClientError> {
        self.resource(Call::get(&[
            "organizations",
            organization.as_str(),
            PATH,
            name.as_str(),
        ]))
        .await
    }

    /// One app, with the tag of its version.
    pub async fn app(&self, id: AppId) -> Result<(Resource<App>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes an app.
    pub async fn create_app(&self, organization: &Name, new: NewApp) -> Result<Resource<App>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes an app, if it is still as it was when the server gave this tag.
    pub async fn update_app(&self, id: AppId, changes: AppChanges, tag: &str) -> Result<Resource<App>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes an app with all that it runs.
    pub async fn delete_app(&self, id: AppId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// What runs of an app.
    #[must_use]
    pub fn app_units(&self, id: AppId) -> Listing<AppUnit> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "units"]))
    }

    /// What an app took of its machines and how it answered in a stretch of time; as fine as there is without a step in seconds.
    pub async fn app_metrics(
        &self,
        id: AppId,
        (from, to): (Timestamp, Timestamp),
        step: Option<u32>,
    ) -> Result<Resource<AppMetrics>, ClientError> {
        let call = Call::get(&[PATH, &id.to_string(), "metrics"])
            .query("from", from)
            .query("to", to)
            .query_option("step", step);
        self.resource(call).await
    }

    /// An app's versions, newest first.
    #[must_use]
    pub fn app_versions(&self, id: AppId) -> Listing<AppVersion> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "versions"]))
    }

    /// What an app's units see.
    pub async fn app_env(&self, id: AppId) -> Result<Resource<AppEnv>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string(), "env"])).await
    }

    /// Changes what an app's units see, as a whole or not at all. Unless it is staged, a deploy brings it to them.
    pub async fn change_app_env(&self, id: AppId, change: AppEnvChange) -> Result<Resource<AppEnv>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string(), "env"]);
        self.resource(call.json(&NewDocument::new(change))?).await
    }

    /// How what an app's units see came to be so, newest first.
    #[must_use]
    pub fn app_env_changes(&self, id: AppId) -> Listing<AppEnvRecord> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "env-changes"]))
    }

    /// Goes back to what an app's units saw after a former change. Unless it is staged, a deploy brings it to them.
    pub async fn restore_app_env(
        &self,
        id: AppId,
        restore: AppEnvRestore,
    ) -> Result<Resource<AppEnvRestored>, ClientError> {
        let call = act(id, "restore-env").repeatable();
        self.resource(call.json(&NewDocument::new(restore))?).await
    }

    /// Says how many units of its processes shall run.
    pub async fn scale_app(&self, id: AppId, scale: AppScale) -> Result<Resource<App>, ClientError> {
        let call = act(id, "scale").repeatable();
        self.resource(call.json(&NewDocument::new(scale))?).await
    }

    /// Stops an app: nothing of it runs until it is started.
    pub async fn stop_app(&self, id: AppId) -> Result<Resource<App>, ClientError> {
        self.resource(act(id, "stop").repeatable()).await
    }

    /// Starts an app that was stopped, with as many units as it had.
    pub async fn start_app(&self, id: AppId) -> Result<Resource<App>, ClientError> {
        self.resource(act(id, "start").repeatable()).await
    }
}

fn act(id: AppId, action: &str) -> Call {
    Call::post(&[PATH, &id.to_string(), "actions", action])
}
