//! State versions, outputs, differences.

use bytes::Bytes;
use slipway_api::ids::{StateVersionId, WorkspaceId};
use slipway_api::states::{NewStateVersion, StateDiff, StateOutput, StateVersion};
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::configuration_versions::TRANSFER_TIMEOUT;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's state versions, newest first.
    #[must_use]
    pub fn state_versions(&self, workspace: WorkspaceId) -> Listing<StateVersion> {
        Listing::new(
            self,
            Call::get(&["workspaces", &workspace.to_string(), "state-versions"]),
        )
    }

    /// One state version.
    pub async fn state_version(&self, id: StateVersionId) -> Result<Resource<StateVersion>, ClientError> {
        self.resource(Call::get(&["state-versions", &id.to_string()])).await
    }

    /// A workspace's current state version; a 404 when it has none.
    pub async fn current_state_version(&self, workspace: WorkspaceId) -> Result<Resource<StateVersion>, ClientError> {
        self.resource(Call::get(&[
            "workspaces",
            &workspace.to_string(),
            "current-state-version",
        ]))
        .await
    }

    /// Stores a state.
    pub async fn create_state_version(
        &self,
        workspace: WorkspaceId,
        new: NewStateVersion,
    ) -> Result<Resource<StateVersion>, ClientError> {
        let call = Call::start(&["workspaces", &workspace.to_string(), "state-versions"]);
        self.resource(call.json(&NewDocument::new(new))?.timeout(TRANSFER_TIMEOUT))
            .await
    }

    /// A state version's bytes, as the engine wrote them.
    pub async fn download_state(&self, id: StateVersionId) -> Result<Bytes, ClientError> {
        let call = Call::get(&["state-versions", &id.to_string(), "download"]);
        self.download(call.timeout(TRANSFER_TIMEOUT)).await
    }

    /// The outputs of a workspace's current state.
    #[must_use]
    pub fn current_outputs(&self, workspace: WorkspaceId) -> Listing<StateOutput> {
        Listing::new(
            self,
            Call::get(&["workspaces", &workspace.to_string(), "current-state-version-outputs"]),
        )
    }

    /// The outputs of a state version.
    #[must_use]
    pub fn outputs(&self, id: StateVersionId) -> Listing<StateOutput> {
        Listing::new(self, Call::get(&["state-versions", &id.to_string(), "outputs"]))
    }

    /// What differs between two state versions; what came before `to` when `from` is not given.
    pub async fn state_diff(
        &self,
        from: Option<StateVersionId>,
        to: StateVersionId,
    ) -> Result<Resource<StateDiff>, ClientError> {
        self.resource(Call::get(&["state-versions", &to.to_string(), "diff"]).query_option("from", from))
            .await
    }

    /// Makes an old state version current again, as a new version.
    pub async fn roll_back_state(
        &self,
        workspace: WorkspaceId,
        to: StateVersionId,
    ) -> Result<Resource<StateVersion>, ClientError> {
        let workspace = workspace.to_string();
        self.resource(Call::start(&[
            "workspaces",
            &workspace,
            "state-versions",
            &to.to_string(),
            "rollback",
        ]))
        .await
    }
}
