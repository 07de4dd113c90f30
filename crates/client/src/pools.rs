//! Where apps run, and how much their units may take: clusters, pools and the rules about them, plans, quotas.

use slipway_api::app_quotas::{AppQuota, AppQuotaChanges};
use slipway_api::clusters::{ClusterChanges, NewCluster};
use slipway_api::ids::{AppId, AppPlanId, ClusterId, PoolConstraintId, PoolId, ProjectId};
use slipway_api::pools::{
    AppPlan, AppPlanChanges, Cluster, NewAppPlan, NewPool, NewPoolConstraint, Pool, PoolChanges, PoolConstraint,
    PoolConstraintChanges,
};
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

    /// Makes a pool.
    pub async fn create_pool(&self, organization: &Name, new: NewPool) -> Result<Resource<Pool>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "pools"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a pool.
    pub async fn update_pool(&self, id: PoolId, changes: PoolChanges) -> Result<Resource<Pool>, ClientError> {
        let call = Call::patch(&["pools", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a pool that no app is in.
    pub async fn delete_pool(&self, id: PoolId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["pools", &id.to_string()])).await
    }

    /// The rules about pools that count for an organization.
    #[must_use]
    pub fn pool_constraints(&self, organization: &Name) -> Listing<PoolConstraint> {
        Listing::new(
            self,
            Call::get(&["organizations", organization.as_str(), "pool-constraints"]),
        )
    }

    /// Makes a rule about pools.
    pub async fn create_pool_constraint(
        &self,
        organization: &Name,
        new: NewPoolConstraint,
    ) -> Result<Resource<PoolConstraint>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "pool-constraints"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a rule about pools.
    pub async fn update_pool_constraint(
        &self,
        id: PoolConstraintId,
        changes: PoolConstraintChanges,
    ) -> Result<Resource<PoolConstraint>, ClientError> {
        let call = Call::patch(&["pool-constraints", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a rule about pools.
    pub async fn delete_pool_constraint(&self, id: PoolConstraintId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["pool-constraints", &id.to_string()])).await
    }

    /// The plans of apps that an organization sees.
    #[must_use]
    pub fn app_plans(&self, organization: &Name) -> Listing<AppPlan> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "app-plans"]))
    }

    /// Makes a plan of apps.
    pub async fn create_app_plan(
        &self,
        organization: &Name,
        new: NewAppPlan,
    ) -> Result<Resource<AppPlan>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "app-plans"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a plan of apps.
    pub async fn update_app_plan(
        &self,
        id: AppPlanId,
        changes: AppPlanChanges,
    ) -> Result<Resource<AppPlan>, ClientError> {
        let call = Call::patch(&["app-plans", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a plan that no app has.
    pub async fn delete_app_plan(&self, id: AppPlanId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["app-plans", &id.to_string()])).await
    }

    /// How much an organization may have, and has.
    pub async fn organization_app_quota(&self, organization: &Name) -> Result<Resource<AppQuota>, ClientError> {
        self.quota(Call::get(&["organizations", organization.as_str(), "app-quota"]), None)
            .await
    }

    /// Says how much an organization may have.
    pub async fn set_organization_app_quota(
        &self,
        organization: &Name,
        changes: AppQuotaChanges,
    ) -> Result<Resource<AppQuota>, ClientError> {
        let call = Call::patch(&["organizations", organization.as_str(), "app-quota"]);
        self.quota(call, Some(changes)).await
    }

    /// How much a project may have, and has.
    pub async fn project_app_quota(&self, id: ProjectId) -> Result<Resource<AppQuota>, ClientError> {
        self.quota(Call::get(&["projects", &id.to_string(), "app-quota"]), None)
            .await
    }

    /// Says how much a project may have.
    pub async fn set_project_app_quota(
        &self,
        id: ProjectId,
        changes: AppQuotaChanges,
    ) -> Result<Resource<AppQuota>, ClientError> {
        let call = Call::patch(&["projects", &id.to_string(), "app-quota"]);
        self.quota(call, Some(changes)).await
    }

    /// How much an app may have, and has.
    pub async fn app_quota(&self, id: AppId) -> Result<Resource<AppQuota>, ClientError> {
        self.quota(Call::get(&["apps", &id.to_string(), "quota"]), None).await
    }

    /// Says how much an app may have.
    pub async fn set_app_quota(&self, id: AppId, changes: AppQuotaChanges) -> Result<Resource<AppQuota>, ClientError> {
        let call = Call::patch(&["apps", &id.to_string(), "quota"]);
        self.quota(call, Some(changes)).await
    }

    async fn quota(&self, call: Call, changes: Option<AppQuotaChanges>) -> Result<Resource<AppQuota>, ClientError> {
        match changes {
            Some(changes) => self.resource(call.json(&NewDocument::new(changes))?).await,
            None => self.resource(call).await,
        }
    }
}
