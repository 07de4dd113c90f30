//! SSH keys of an organization.

use slipway_api::ids::{SshKeyId, WorkspaceId};
use slipway_api::private_code::WorkspaceSshKey;
use slipway_api::ssh_keys::{NewSshKey, SshKey, SshKeyChanges};
use slipway_api::workspaces::Workspace;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "ssh-keys";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The SSH keys of an organization, by name.
    #[must_use]
    pub fn ssh_keys(&self, organization: &Name) -> Listing<SshKey> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PATH]))
    }

    /// Keeps a private key.
    pub async fn create_ssh_key(&self, organization: &Name, new: NewSshKey) -> Result<Resource<SshKey>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes the name, or exchanges the private key.
    pub async fn update_ssh_key(&self, id: SshKeyId, changes: SshKeyChanges) -> Result<Resource<SshKey>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// The SSH key of a workspace's runs.
    pub async fn workspace_ssh_key(&self, workspace: WorkspaceId) -> Result<Option<SshKeyId>, ClientError> {
        let call = Call::get(&["workspaces", &workspace.to_string(), "relationships", "ssh-key"]);
        let found: Resource<WorkspaceSshKey> = self.resource(call).await?;
        Ok(found.attributes.id)
    }

    /// Chooses the SSH key of a workspace's runs, or none.
    pub async fn choose_workspace_ssh_key(
        &self,
        workspace: WorkspaceId,
        key: Option<SshKeyId>,
    ) -> Result<Resource<Workspace>, ClientError> {
        let call = Call::patch(&["workspaces", &workspace.to_string(), "relationships", "ssh-key"]);
        self.resource(call.json(&NewDocument::new(WorkspaceSshKey { id: key }))?)
            .await
    }

    /// Deletes an SSH key that nothing uses.
    pub async fn delete_ssh_key(&self, id: SshKeyId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }
}
