//! Triggers, what commits would start, and one's accounts at forges.

use slipway_api::forge_accounts::{ForgeAccount, NewForgeAccount};
use slipway_api::ids::{ForgeAccountId, RepositoryId, TriggerId, WorkspaceId};
use slipway_api::triggers::{Trigger, TriggerSettings, TriggerTrial, TriggerVerdict};
use slipway_api::vcs::AffectedWorkspace;
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's triggers in the order in which they are asked.
    #[must_use]
    pub fn triggers(&self, workspace: WorkspaceId) -> Listing<Trigger> {
        Listing::new(self, Call::get(&["workspaces", &workspace.to_string(), "triggers"]))
    }

    /// Adds a trigger to a workspace.
    pub async fn create_trigger(
        &self,
        workspace: WorkspaceId,
        settings: TriggerSettings,
    ) -> Result<Resource<Trigger>, ClientError> {
        let call = Call::post(&["workspaces", &workspace.to_string(), "triggers"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a trigger.
    pub async fn update_trigger(
        &self,
        id: TriggerId,
        settings: TriggerSettings,
    ) -> Result<Resource<Trigger>, ClientError> {
        let call = Call::patch(&["triggers", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Removes a trigger.
    pub async fn delete_trigger(&self, id: TriggerId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["triggers", &id.to_string()])).await
    }

    /// Says what something that might happen would start.
    pub async fn test_triggers(
        &self,
        workspace: WorkspaceId,
        trial: TriggerTrial,
    ) -> Result<Resource<TriggerVerdict>, ClientError> {
        let call = Call::post(&["workspaces", &workspace.to_string(), "actions", "test-triggers"]);
        self.resource(call.json(&NewDocument::new(trial))?).await
    }

    /// The workspaces that a commit concerns, with what its push would start.
    #[must_use]
    pub fn affected_workspaces(
        &self,
        repository: RepositoryId,
        commit: &str,
        branch: Option<&str>,
    ) -> Listing<AffectedWorkspace> {
        let call = Call::get(&["repositories", &repository.to_string(), "commits", commit, "affected"]);
        Listing::new(self, call.query_option("branch", branch))
    }

    /// One's own accounts at Git forges.
    #[must_use]
    pub fn forge_accounts(&self) -> Listing<ForgeAccount> {
        Listing::new(self, Call::get(&["account", "forge-accounts"]))
    }

    /// Links an account at a Git forge to oneself.
    pub async fn link_forge_account(&self, new: NewForgeAccount) -> Result<Resource<ForgeAccount>, ClientError> {
        let call = Call::post(&["account", "forge-accounts"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Unlinks one of one's own accounts.
    pub async fn unlink_forge_account(&self, id: ForgeAccountId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["account", "forge-accounts", &id.to_string()]))
            .await
    }
}
