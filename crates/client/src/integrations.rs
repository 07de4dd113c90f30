//! Integrations of an organization, their kinds, and what runs are given of them.

use slipway_api::ids::IntegrationId;
use slipway_api::ids::WorkspaceId;
use slipway_api::integrations::{
    AssignedPhases, Integration, IntegrationAssignment, IntegrationAuthorization, IntegrationChanges, IntegrationDraft,
    IntegrationKind, IntegrationTest, IntegrationUse, NewIntegration, NewIntegrationAssignment,
};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "integrations";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The kinds of integrations.
    #[must_use]
    pub fn integration_kinds(&self) -> Listing<IntegrationKind> {
        Listing::new(self, Call::get(&["integration-kinds"]))
    }

    /// The integrations of an organization, by name; only of these kinds, separated by commas.
    #[must_use]
    pub fn integrations(&self, organization: &Name, kinds: Option<&str>) -> Listing<Integration> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        Listing::new(self, call.query_option("filter[kind]", kinds))
    }

    /// One integration, with the tag of its version.
    pub async fn integration(&self, id: IntegrationId) -> Result<(Resource<Integration>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes an integration.
    pub async fn create_integration(
        &self,
        organization: &Name,
        new: NewIntegration,
    ) -> Result<Resource<Integration>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes an integration, if it is still as it was when the server gave this tag.
    pub async fn update_integration(
        &self,
        id: IntegrationId,
        changes: IntegrationChanges,
        tag: &str,
    ) -> Result<Resource<Integration>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes an integration; one that something uses with force only.
    pub async fn delete_integration(&self, id: IntegrationId, is_forced: bool) -> Result<(), ClientError> {
        let call = Call::delete(&[PATH, &id.to_string()]);
        self.nothing(call.query_option("force", is_forced.then_some("true")))
            .await
    }

    /// Asks the other side of an integration who we are there.
    pub async fn test_integration(&self, id: IntegrationId) -> Result<Resource<IntegrationTest>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "test"]))
            .await
    }

    /// Asks the other side of an integration that is not kept.
    pub async fn test_integration_draft(
        &self,
        organization: &Name,
        draft: IntegrationDraft,
    ) -> Result<Resource<IntegrationTest>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH, "actions", "test"]);
        self.resource(call.json(&NewDocument::new(draft))?).await
    }

    /// Where a browser has to go so that an integration can be used.
    pub async fn authorize_integration(
        &self,
        id: IntegrationId,
    ) -> Result<Resource<IntegrationAuthorization>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "authorize"]))
            .await
    }

    /// What uses an integration.
    #[must_use]
    pub fn integration_uses(&self, id: IntegrationId) -> Listing<IntegrationUse> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "used-by"]))
    }

    /// What an integration is assigned to.
    #[must_use]
    pub fn integration_assignments(&self, id: IntegrationId) -> Listing<IntegrationAssignment> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "assignments"]))
    }

    /// The integrations that reach a workspace.
    #[must_use]
    pub fn workspace_integrations(&self, workspace: WorkspaceId) -> Listing<IntegrationAssignment> {
        Listing::new(self, Call::get(&["workspaces", &workspace.to_string(), PATH]))
    }

    /// Gives an integration to the runs of a workspace, project or organization.
    pub async fn assign_integration(
        &self,
        id: IntegrationId,
        target: &str,
        phases: AssignedPhases,
    ) -> Result<Resource<IntegrationAssignment>, ClientError> {
        let call = Call::put(&[PATH, &id.to_string(), "assignments", target]);
        self.resource(call.json(&NewDocument::new(NewIntegrationAssignment { phases }))?)
            .await
    }

    /// Takes it back.
    pub async fn unassign_integration(&self, id: IntegrationId, target: &str) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string(), "assignments", target]))
            .await
    }
}
