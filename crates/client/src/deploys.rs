//! Deploys: bringing source, starting one, looking how it goes.

use std::path::Path;

use bytes::Bytes;
use slipway_api::app_repositories::{AppRepository, AppRepositorySettings};
use slipway_api::app_sources::{AppSourceContents, AppSourceList, NewAppSourceList};
use slipway_api::deploys::{AppSource, Deploy, NewDeploy, NewRollback};
use slipway_api::ids::{AppId, DeployId};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::configuration_versions::TRANSFER_TIMEOUT;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An app's deploys, newest first.
    #[must_use]
    pub fn deploys(&self, app: AppId) -> Listing<Deploy> {
        Listing::new(self, Call::get(&["apps", &app.to_string(), "deploys"]))
    }

    /// The repository that an app is deployed from.
    pub async fn app_repository(&self, app: AppId) -> Result<Resource<AppRepository>, ClientError> {
        self.resource(Call::get(&["apps", &app.to_string(), "repository"]))
            .await
    }

    /// Connects an app to the repository that it is deployed from, or changes how.
    pub async fn connect_app_repository(
        &self,
        app: AppId,
        settings: AppRepositorySettings,
    ) -> Result<Resource<AppRepository>, ClientError> {
        let call = Call::put(&["apps", &app.to_string(), "repository"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Disconnects an app from its repository.
    pub async fn disconnect_app_repository(&self, app: AppId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["apps", &app.to_string(), "repository"]))
            .await
    }

    /// One deploy.
    pub async fn deploy(&self, id: DeployId) -> Result<Resource<Deploy>, ClientError> {
        self.resource(Call::get(&["deploys", &id.to_string()])).await
    }

    /// Brings source, as a gzipped tar in a file; it is kept by its digest, so bringing it twice is bringing it once.
    pub async fn upload_app_source(&self, app: AppId, archive: &Path) -> Result<Resource<AppSource>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "sources"]).repeatable();
        let call = call.file("application/octet-stream", archive);
        self.resource(call.timeout(TRANSFER_TIMEOUT)).await
    }

    /// Lists source; the answer says which contents have to be sent.
    pub async fn list_app_source(
        &self,
        app: AppId,
        list: NewAppSourceList,
    ) -> Result<Resource<AppSourceList>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "source-lists"]).repeatable();
        self.resource(call.json(&NewDocument::new(list))?).await
    }

    /// Sends contents of source that was listed, which are in a file one after the other; those that came before it broke off are kept.
    pub async fn upload_app_source_contents(
        &self,
        app: AppId,
        digest: &str,
        contents: &Path,
    ) -> Result<Resource<AppSourceContents>, ClientError> {
        let call = Call::post(&["apps", &app.to_string(), "source-lists", digest, "contents"]).repeatable();
        let call = call.file("application/octet-stream", contents);
        self.resource(call.timeout(TRANSFER_TIMEOUT)).await
    }

    /// Starts a deploy of an image or of source that was brought.
    pub async fn create_deploy(&self, app: AppId, new: NewDeploy) -> Result<Resource<Deploy>, ClientError> {
        let call = Call::start(&["apps", &app.to_string(), "deploys"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Starts a deploy of a version that was there before.
    pub async fn roll_app_back(&self, app: AppId, to: NewRollback) -> Result<Resource<Deploy>, ClientError> {
        let call = Call::start(&["apps", &app.to_string(), "actions", "rollback"]);
        self.resource(call.json(&NewDocument::new(to))?).await
    }

    /// Starts a deploy of what runs, anew.
    pub async fn restart_app(&self, app: AppId) -> Result<Resource<Deploy>, ClientError> {
        self.resource(Call::start(&["apps", &app.to_string(), "actions", "restart"]))
            .await
    }

    /// Asks a deploy to stop; what ran before goes on.
    pub async fn cancel_deploy(&self, id: DeployId) -> Result<Resource<Deploy>, ClientError> {
        self.resource(Call::post(&["deploys", &id.to_string(), "actions", "cancel"]).repeatable())
            .await
    }

    /// A part of a deploy's log; nothing when there is no more yet.
    pub async fn deploy_log(&self, id: DeployId, offset: u64, limit: u64) -> Result<Bytes, ClientError> {
        let call = Call::get(&["deploys", &id.to_string(), "log"]);
        self.download(call.query("offset", offset).query("limit", limit)).await
    }
}
