//! What is said about single processes of an app.

use slipway_api::app_processes::{AppAutoscale, AppProcessChanges, AppProcessSettings};
use slipway_api::ids::AppId;
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// What is said about every process of an app.
    #[must_use]
    pub fn app_process_settings(&self, app: AppId) -> Listing<AppProcessSettings> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), "process-settings"]))
    }

    /// What is said about one process of an app, with the tag of its version.
    pub async fn app_process(
        &self,
        app: AppId,
        process: &str,
    ) -> Result<(Resource<AppProcessSettings>, String), ClientError> {
        self.tagged(Call::get(&["apps", &app.to_string(), "process-settings", process]))
            .await
    }

    /// Changes what is said about the units of a process; if it is still as it was when the server gave a tag.
    pub async fn update_app_process(
        &self,
        (app, process): (AppId, &str),
        changes: AppProcessChanges,
        tag: Option<&str>,
    ) -> Result<Resource<AppProcessSettings>, ClientError> {
        let call = Call::patch(&["apps", &app.to_string(), "process-settings", process]);
        let call = match tag {
            Some(tag) => call.if_match(tag),
            None => call,
        };
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Has the cluster say how many units of a process run.
    pub async fn set_app_autoscale(
        &self,
        (app, process): (AppId, &str),
        autoscale: AppAutoscale,
    ) -> Result<Resource<AppProcessSettings>, ClientError> {
        let call = Call::put(&["apps", &app.to_string(), "process-settings", process, "autoscale"]);
        self.resource(call.json(&NewDocument::new(autoscale))?).await
    }

    /// Has people say again how many units of a process run.
    pub async fn unset_app_autoscale(
        &self,
        (app, process): (AppId, &str),
    ) -> Result<Resource<AppProcessSettings>, ClientError> {
        self.resource(Call::delete(&[
            "apps",
            &app.to_string(),
            "process-settings",
            process,
            "autoscale",
        ]))
        .await
    }
}
