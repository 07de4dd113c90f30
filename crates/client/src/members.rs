//! Members of an organization, and the accounts of programs in it.

use slipway_api::ids::{MembershipId, UserId};
use slipway_api::organization_memberships::{NewOrganizationMembership, OrganizationMembership};
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccount};
use slipway_api::tokens::{NewToken, Token};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The members of an organization, and who was invited to it.
    #[must_use]
    pub fn members(&self, organization: &Name) -> Listing<OrganizationMembership> {
        let call = Call::get(&["organizations", organization.as_str(), "organization-memberships"]);
        Listing::new(self, call)
    }

    /// Invites somebody; the link is in the answer where it was not sent by mail.
    pub async fn invite_member(
        &self,
        organization: &Name,
        new: NewOrganizationMembership,
        teams: &[String],
    ) -> Result<Resource<OrganizationMembership>, ClientError> {
        let mut body = NewDocument::new(new);
        if !teams.is_empty() {
            let teams = slipway_api::jsonapi::Relationship::many("teams", teams);
            body.data.relationships.insert("teams".to_owned(), teams);
        }
        let call = Call::post(&["organizations", organization.as_str(), "organization-memberships"]);
        self.resource(call.json(&body)?).await
    }

    /// Takes somebody out of an organization, or withdraws an invitation.
    pub async fn remove_member(&self, id: MembershipId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["organization-memberships", &id.to_string()]))
            .await
    }

    /// The service accounts of an organization.
    #[must_use]
    pub fn service_accounts(&self, organization: &Name) -> Listing<ServiceAccount> {
        let call = Call::get(&["organizations", organization.as_str(), "service-accounts"]);
        Listing::new(self, call)
    }

    /// Makes a service account.
    pub async fn create_service_account(
        &self,
        organization: &Name,
        new: NewServiceAccount,
    ) -> Result<Resource<ServiceAccount>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "service-accounts"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Deletes a service account with its roles and tokens.
    pub async fn delete_service_account(&self, id: UserId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["service-accounts", &id.to_string()])).await
    }

    /// A service account's tokens, without their texts.
    #[must_use]
    pub fn service_account_tokens(&self, id: UserId) -> Listing<Token> {
        let call = Call::get(&["service-accounts", &id.to_string(), "authentication-tokens"]);
        Listing::new(self, call)
    }

    /// Makes a token of a service account; its text is in this answer and nowhere else.
    pub async fn create_service_account_token(
        &self,
        id: UserId,
        new: NewToken,
    ) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["service-accounts", &id.to_string(), "authentication-tokens"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }
}
