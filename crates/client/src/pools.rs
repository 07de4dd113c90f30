//! Where apps run, and how much their units may take: clusters, pools, plans.

use slipway_api::Name;
use slipway_api::pools::{AppPlan, Cluster, Pool};

use crate::call::Call;
use crate::client::Client;
use crate::listing::Listing;

impl Client {
    /// The clusters that an organization sees.
    #[must_use]
    pub fn clusters(&self, organization: &Name) -> Listing<Cluster> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), "clusters"]))
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
