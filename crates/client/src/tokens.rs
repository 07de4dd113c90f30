//! Tokens of users.

use slipway_api::ids::{TokenId, UserId};
use slipway_api::tokens::{NewToken, Token};
use slipway_api::{NewDocument, Resource};

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

    /// Revokes a token.
    pub async fn delete_token(&self, id: TokenId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["authentication-tokens", &id.to_string()]))
            .await
    }
}
