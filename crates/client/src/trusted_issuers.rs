//! Trusted issuers of an organization.

use slipway_api::ids::TrustedIssuerId;
use slipway_api::trusted_issuers::{NewTrustedIssuer, TrustedIssuer, TrustedIssuerChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "trusted-issuers";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The trusted issuers of an organization, by name.
    #[must_use]
    pub fn trusted_issuers(&self, organization: &Name) -> Listing<TrustedIssuer> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PATH]))
    }

    /// One trusted issuer, with the tag of its version.
    pub async fn trusted_issuer(&self, id: TrustedIssuerId) -> Result<(Resource<TrustedIssuer>, String), ClientError> {
        self.tagged(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a trusted issuer.
    pub async fn create_trusted_issuer(
        &self,
        organization: &Name,
        new: NewTrustedIssuer,
    ) -> Result<Resource<TrustedIssuer>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Changes a trusted issuer, if it is still as it was when the server gave this tag.
    pub async fn update_trusted_issuer(
        &self,
        id: TrustedIssuerId,
        changes: TrustedIssuerChanges,
        tag: &str,
    ) -> Result<Resource<TrustedIssuer>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]).if_match(tag);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Deletes a trusted issuer with its rules.
    pub async fn delete_trusted_issuer(&self, id: TrustedIssuerId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }
}
