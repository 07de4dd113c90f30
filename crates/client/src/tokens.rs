//! Tokens of users and organizations; those of others are with them.

use slipway_api::ids::{TokenId, UserId};
use slipway_api::tokens::{NewToken, Token, TokenRotation};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A user's tokens, without their texts.
    #[must_use]
    pub fn tokens(&self, user: UserId) -> Listing<Token> {
        Listing::new(self, Call::get(&["users", &user.to_string(), "authentication-tokens"]))
    }

    /// One token, without its text.
    pub async fn token(&self, id: TokenId) -> Result<Resource<Token>, ClientError> {
        self.resource(Call::get(&["authentication-tokens", &id.to_string()]))
            .await
    }

    /// Makes a token; its text is in this answer and nowhere else.
    pub async fn create_token(&self, user: UserId, new: NewToken) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["users", &user.to_string(), "authentication-tokens"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// Gives a token another text, which is in this answer and nowhere else.
    pub async fn rotate_token(&self, id: TokenId, rotation: TokenRotation) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["authentication-tokens", &id.to_string(), "actions", "rotate"]);
        self.resource(call.json(&NewDocument::new(rotation))?).await
    }

    /// Makes a token of an organization; its text is in this answer and nowhere else.
    pub async fn create_organization_token(
        &self,
        organization: &Name,
        new: NewToken,
    ) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "authentication-tokens"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }

    /// The tokens that go with an organization, without their texts.
    #[must_use]
    pub fn organization_tokens(&self, organization: &Name) -> Listing<Token> {
        let call = Call::get(&["organizations", organization.as_str(), "authentication-tokens"]);
        Listing::new(self, call)
    }

    /// Revokes a token.
    pub async fn delete_token(&self, id: TokenId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["authentication-tokens", &id.to_string()]))
            .await
    }
}
