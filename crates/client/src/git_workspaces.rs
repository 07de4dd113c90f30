//! Git workspaces: repositories that the code of resources is kept in.

use slipway_api::git_workspaces::{GitWorkspace, GitWorkspaceChanges, GitWorkspaceResource, NewGitWorkspace};
use slipway_api::ids::GitWorkspaceId;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "git-workspaces";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The git workspaces of an organization, by name.
    #[must_use]
    pub fn git_workspaces(&self, organization: &Name) -> Listing<GitWorkspace> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PATH]))
    }

    /// One git workspace, with the tag of its version.
    pub async fn git_workspace(&self, id: GitWorkspaceId) -> Result<(Resource<GitWorkspace>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a git workspace of a repository.
    pub async fn create_git_workspace(
        &self,
        organization: &Name,
        new: NewGitWorkspace,
    ) -> Result<Resource<GitWorkspace>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a git workspace, if it is still as it was when the server gave this tag.
    pub async fn update_git_workspace(
        &self,
        id: GitWorkspaceId,
        changes: GitWorkspaceChanges,
        tag: &str,
    ) -> Result<Resource<GitWorkspace>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a git workspace that no project names.
    pub async fn delete_git_workspace(&self, id: GitWorkspaceId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// The resources whose code is in a git workspace, or shall be.
    #[must_use]
    pub fn git_workspace_resources(&self, id: GitWorkspaceId) -> Listing<GitWorkspaceResource> {
        Listing::new(self, Call::get(&[PATH, &id.to_string(), "resources"]))
    }

    /// Has the code of every resource of a git workspace brought to where it shall be, soon.
    pub async fn synchronize_git_workspace(&self, id: GitWorkspaceId) -> Result<Resource<GitWorkspace>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "synchronize"]))
            .await
    }
}
