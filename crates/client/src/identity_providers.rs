//! Identity providers of the site.

use slipway_api::identity_providers::{
    IdentityProvider, IdentityProviderChanges, IdentityProviderTest, NewIdentityProvider,
};
use slipway_api::ids::IdentityProviderId;
use slipway_api::{NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "identity-providers";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// All identity providers, by name.
    #[must_use]
    pub fn identity_providers(&self) -> Listing<IdentityProvider> {
        Listing::new(self, Call::get(&[PATH]))
    }

    /// One identity provider.
    pub async fn identity_provider(&self, id: IdentityProviderId) -> Result<Resource<IdentityProvider>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes an identity provider.
    pub async fn create_identity_provider(
        &self,
        new: NewIdentityProvider,
    ) -> Result<Resource<IdentityProvider>, ClientError> {
        self.resource(Call::post(&[PATH]).json(&NewDocument::new(new))?).await
    }

    /// Changes an identity provider.
    pub async fn update_identity_provider(
        &self,
        id: IdentityProviderId,
        changes: IdentityProviderChanges,
    ) -> Result<Resource<IdentityProvider>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes an identity provider with the identities that people have there.
    pub async fn delete_identity_provider(&self, id: IdentityProviderId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// Has the server ask an identity provider about itself.
    pub async fn test_identity_provider(
        &self,
        id: IdentityProviderId,
    ) -> Result<Resource<IdentityProviderTest>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "test"]))
            .await
    }
}
