//! Changes of resources: seeing them, and deciding about them.

use slipway_api::ids::{ProjectId, ResourceChangeId, ResourceId};
use slipway_api::resource_changes::{CatalogRules, CatalogRulesChanges, ResourceChange, ResourceChangeDecision};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "resource-changes";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The changes of an organization's resources, the newest first: those in these statuses, with commas; only those that
    /// the caller may decide about.
    #[must_use]
    pub fn resource_changes(&self, organization: &Name, status: Option<&str>, for_me: bool) -> Listing<ResourceChange> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("filter[status]", status);
        Listing::new(self, call.query_option("filter[for-me]", for_me.then_some("decide")))
    }

    /// The changes of a resource, the newest first.
    #[must_use]
    pub fn changes_of_resource(&self, id: ResourceId) -> Listing<ResourceChange> {
        Listing::new(self, Call::get(&["resources", &id.to_string(), "changes"]))
    }

    /// One change, with what it waits for.
    pub async fn resource_change(&self, id: ResourceChangeId) -> Result<Resource<ResourceChange>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Says something about a change: `approve`, `withdraw`, `reject`, `confirm` or `cancel`.
    pub async fn decide_resource_change(
        &self,
        id: ResourceChangeId,
        action: &str,
        decision: &ResourceChangeDecision,
    ) -> Result<Resource<ResourceChange>, ClientError> {
        let call = Call::post(&[PATH, &id.to_string(), "actions", action]);
        self.resource(call.json(decision)?).await
    }

    /// Tries a change again that failed.
    pub async fn retry_resource_change(&self, id: ResourceChangeId) -> Result<Resource<ResourceChange>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "retry"]))
            .await
    }

    /// What a project says about its resources, with the tag of its version.
    pub async fn catalog_rules(&self, id: ProjectId) -> Result<(Resource<CatalogRules>, String), ClientError> {
        self.tagged(Call::get(&["projects", &id.to_string(), "catalog-rules"]))
            .await
    }

    /// Changes what a project says about its resources, if it is still as it was when the server gave this tag.
    pub async fn update_catalog_rules(
        &self,
        id: ProjectId,
        changes: CatalogRulesChanges,
        tag: &str,
    ) -> Result<Resource<CatalogRules>, ClientError> {
        let call = Call::patch(&["projects", &id.to_string(), "catalog-rules"]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }
}
