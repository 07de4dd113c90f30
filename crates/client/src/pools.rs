//! Where apps run, and how much their units may take: clusters, pools, plans.

use slipway_api::clusters::{ClusterChanges, NewCluster};
use slipway_api::ids::ClusterId;
use slipway_api::pools::{AppPlan, Cluster, Pool};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The clusters that an organization sees.
    #[must_use]
    pub fn clusters(&self, organization: &Name) -> Listing<Cluster> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "clusters"]))
    }

    /// One cluster.
    pub async fn cluster(&self, id: ClusterId) -> Result<Resource<Cluster>, ClientError> {
        self.resource(Call::get(&["clusters", &id.to_string()])).await
    }

    /// Connects a Kubernetes cluster.
    pub async fn create_cluster(&self, new: NewCluster) -> Result<Resource<Cluster>, ClientError> {
        self.resource(Call::post(&["clusters"]).json(&NewDocument::new(new))?)
            .await
    }

    /// Changes how a Kubernetes cluster is reached.
    pub async fn update_cluster(
        &self,
        id: ClusterId,
        changes: ClusterChanges,
    ) -> Result<Resource<Cluster>, ClientError> {
        let call = Call::patch(&["clusters", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a cluster that no pool is of.
    pub async fn delete_cluster(&self, id: ClusterId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["clusters", &id.to_string()])).await
    }

    /// Has the server ask a cluster how it is.
    pub async fn check_cluster(&self, id: ClusterId) -> Result<Resource<Cluster>, ClientError> {
        self.resource(Call::post(&["clusters", &id.to_string(), "actions", "check"]))
            .await
    }

    /// The pools that an organization sees.
    #[must_use]
    pub fn pools(&self, organization: &Name) -> Listing<Pool> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "pools"]))
    }

    /// The plans of apps that an organization sees.
    #[must_use]
    pub fn app_plans(&self, organization: &Name) -> Listing<AppPlan> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "app-plans"]))
    }
}
