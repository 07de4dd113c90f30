//! Pull requests.

use slipway_api::ids::{PullRequestId, WorkspaceId};
use slipway_api::pull_requests::{PullRequest, PullRequestPlan};
use slipway_api::{Name, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Which pull requests to list.
#[derive(Debug, Clone, Default)]
pub struct PullRequestFilter {
    /// To this repository, by id.
    pub repository: Option<String>,
    /// That concern this workspace.
    pub workspace: Option<WorkspaceId>,
    /// `open`, `draft`, `merged` or `closed`.
    pub state: Option<String>,
    /// Opened by this account of the forge.
    pub author: Option<String>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The pull requests to an organization's repositories, the newest first.
    #[must_use]
    pub fn pull_requests(&self, organization: &Name, filter: &PullRequestFilter) -> Listing<PullRequest> {
        let workspace = filter.workspace.map(|id| id.to_string());
        let call = Call::get(&["organizations", organization.as_str(), "pull-requests"])
            .query_option("filter[repository]", filter.repository.as_deref())
            .query_option("filter[workspace]", workspace.as_deref())
            .query_option("filter[state]", filter.state.as_deref())
            .query_option("filter[author]", filter.author.as_deref());
        Listing::new(self, call)
    }

    /// One pull request.
    pub async fn pull_request(&self, id: PullRequestId) -> Result<Resource<PullRequest>, ClientError> {
        self.resource(Call::get(&["pull-requests", &id.to_string()])).await
    }

    /// Plans a pull request again.
    pub async fn plan_pull_request(
        &self,
        id: PullRequestId,
        plan: PullRequestPlan,
    ) -> Result<Resource<PullRequest>, ClientError> {
        let call = Call::post(&["pull-requests", &id.to_string(), "actions", "plan"]);
        self.resource(call.json(&plan)?).await
    }

    /// Lets the newest commit of a fork be planned.
    pub async fn allow_pull_request(&self, id: PullRequestId) -> Result<Resource<PullRequest>, ClientError> {
        let call = Call::post(&["pull-requests", &id.to_string(), "actions", "allow"]);
        self.resource(call).await
    }
}
