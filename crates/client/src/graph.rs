//! What depends on what.

use slipway_api::graph::{DependencyGraph, Impact};
use slipway_api::ids::ProjectId;
use slipway_api::{Name, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;

/// Which objects of an organization's graph.
#[derive(Debug, Clone, Default)]
pub struct GraphFilter<'a> {
    /// Of these kinds, joined by commas.
    pub kinds: Option<&'a str>,
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Part of the name or a label, or a whole id.
    pub text: Option<&'a str>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// Objects of an organization with what is between them.
    pub async fn dependency_graph(
        &self,
        organization: &Name,
        filter: &GraphFilter<'_>,
    ) -> Result<Resource<DependencyGraph>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "graph"])
            .query_option("filter[kind]", filter.kinds)
            .query_option("filter[project]", filter.project)
            .query_option("search[text]", filter.text);
        self.resource(call).await
    }

    /// All that depends on an object.
    pub async fn impact(&self, organization: &Name, id: &str) -> Result<Resource<Impact>, ClientError> {
        let call = Call::get(&["organizations", organization.as_str(), "graph", id, "impact"]);
        self.resource(call).await
    }
}
