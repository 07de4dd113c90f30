//! Organizations.

use slipway_api::organizations::{NewOrganization, Organization, OrganizationChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The organizations that the caller can see.
    #[must_use]
    pub fn organizations(&self) -> Listing<Organization> {
        Listing::new(self, Call::get(&["organizations"]))
    }

    /// One organization.
    pub async fn organization(&self, name: &Name) -> Result<Resource<Organization>, ClientError> {
        self.resource(Call::get(&["organizations", name.as_str()])).await
    }

    /// Makes an organization.
    pub async fn create_organization(&self, new: NewOrganization) -> Result<Resource<Organization>, ClientError> {
        self.resource(Call::post(&["organizations"]).json(&NewDocument::new(new))?)
            .await
    }

    /// Changes an organization.
    pub async fn update_organization(
        &self,
        name: &Name,
        changes: OrganizationChanges,
    ) -> Result<Resource<Organization>, ClientError> {
        self.resource(Call::patch(&["organizations", name.as_str()]).json(&NewDocument::new(changes))?)
            .await
    }

    /// Deletes an organization, which must be empty.
    pub async fn delete_organization(&self, name: &Name) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["organizations", name.as_str()])).await
    }
}
