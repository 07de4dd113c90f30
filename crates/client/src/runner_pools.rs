//! Runner pools, their tokens, and the runners in them.

use slipway_api::ids::RunnerPoolId;
use slipway_api::runner_pools::{Runner, RunnerPool, RunnerPoolSettings};
use slipway_api::tokens::{NewToken, Token};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// An organization's runner pools.
    #[must_use]
    pub fn runner_pools(&self, organization: &Name) -> Listing<RunnerPool> {
        Listing::new(
            self,
            Call::get(&["organizations", organization.as_str(), "agent-pools"]),
        )
    }

    /// One pool.
    pub async fn runner_pool(&self, id: RunnerPoolId) -> Result<Resource<RunnerPool>, ClientError> {
        self.resource(Call::get(&["agent-pools", &id.to_string()])).await
    }

    /// Makes a pool.
    pub async fn create_runner_pool(
        &self,
        organization: &Name,
        settings: RunnerPoolSettings,
    ) -> Result<Resource<RunnerPool>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), "agent-pools"]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Changes a pool.
    pub async fn update_runner_pool(
        &self,
        id: RunnerPoolId,
        settings: RunnerPoolSettings,
    ) -> Result<Resource<RunnerPool>, ClientError> {
        self.resource(Call::patch(&["agent-pools", &id.to_string()]).json(&NewDocument::new(settings))?)
            .await
    }

    /// Deletes a pool.
    pub async fn delete_runner_pool(&self, id: RunnerPoolId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["agent-pools", &id.to_string()])).await
    }

    /// The runners of a pool.
    #[must_use]
    pub fn runners(&self, pool: RunnerPoolId) -> Listing<Runner> {
        Listing::new(self, Call::get(&["agent-pools", &pool.to_string(), "agents"]))
    }

    /// The tokens that runners of a pool sign in with, without their texts.
    #[must_use]
    pub fn runner_pool_tokens(&self, pool: RunnerPoolId) -> Listing<Token> {
        Listing::new(
            self,
            Call::get(&["agent-pools", &pool.to_string(), "authentication-tokens"]),
        )
    }

    /// Makes a token for the runners of a pool; its text is in this answer and nowhere else.
    pub async fn create_runner_pool_token(
        &self,
        pool: RunnerPoolId,
        new: NewToken,
    ) -> Result<Resource<Token>, ClientError> {
        let call = Call::post(&["agent-pools", &pool.to_string(), "authentication-tokens"]);
        self.resource(call.json(&NewDocument::new(new))?).await
    }
}
