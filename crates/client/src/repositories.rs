//! Repositories, what is in them, what forges offer.

use slipway_api::ids::{IntegrationId, RepositoryId};
use slipway_api::integrations::{Integration, IntegrationChanges};
use slipway_api::repositories::{
    ForgeRepository, HostKeys, HostKeysRequest, NewRepository, Repository, RepositoryRoot,
};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "repositories";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The repositories that an organization uses, by full name; `search` is part of it.
    #[must_use]
    pub fn repositories(
        &self,
        organization: &Name,
        search: Option<&str>,
        integration: Option<IntegrationId>,
    ) -> Listing<Repository> {
        let call = Call::get(&["organizations", organization.as_str(), PATH])
            .query_option("search[name]", search)
            .query_option("filter[integration]", integration);
        Listing::new(self, call)
    }

    /// One repository.
    pub async fn repository(&self, id: RepositoryId) -> Result<Resource<Repository>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Connects a repository, or gives the one that is connected.
    pub async fn connect_repository(
        &self,
        organization: &Name,
        new: NewRepository,
    ) -> Result<Resource<Repository>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Forgets a repository that nothing comes from.
    pub async fn disconnect_repository(&self, id: RepositoryId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// Fetches a repository now.
    pub async fn synchronize_repository(&self, id: RepositoryId) -> Result<Resource<Repository>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "synchronize"]))
            .await
    }

    /// Directories of a repository that a workspace can run in; of the default branch where no ref is given.
    #[must_use]
    pub fn repository_roots(&self, id: RepositoryId, name: Option<&str>) -> Listing<RepositoryRoot> {
        let call = Call::get(&[PATH, &id.to_string(), "roots"]).query_option("ref", name);
        Listing::new(self, call)
    }

    /// What an integration's forge offers.
    #[must_use]
    pub fn forge_repositories(
        &self,
        integration: IntegrationId,
        search: Option<&str>,
        group: Option<&str>,
    ) -> Listing<ForgeRepository> {
        let call = Call::get(&["integrations", &integration.to_string(), "forge-repositories"])
            .query_option("search[name]", search)
            .query_option("filter[group]", group);
        Listing::new(self, call)
    }

    /// The integrations with forges of an organization, by name.
    #[must_use]
    pub fn forge_integrations(&self, organization: &Name) -> Listing<Integration> {
        let call = Call::get(&["organizations", organization.as_str(), "integrations"]);
        Listing::new(self, call.query("filter[group]", "forge"))
    }

    /// The keys that an SSH server shows now.
    pub async fn host_keys(&self, organization: &Name, address: &str) -> Result<Resource<HostKeys>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH, "actions", "host-keys"]);
        let request = HostKeysRequest {
            address: address.to_owned(),
        };
        self.resource(call.json(&request)?).await
    }

    /// Lets an integration believe these keys, lines of a `known_hosts` file, and no others.
    pub async fn pin_host_keys(&self, id: IntegrationId, lines: &str) -> Result<Resource<Integration>, ClientError> {
        let changes = IntegrationChanges {
            settings: [("host-keys".to_owned(), lines.into())].into_iter().collect(),
            ..IntegrationChanges::default()
        };
        let call = Call::patch(&["integrations", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }
}
