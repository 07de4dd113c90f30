//! Webhooks of repositories, and what was delivered.

use slipway_api::Resource;
use slipway_api::ids::{DeliveryId, RepositoryId};
use slipway_api::webhooks::{Webhook, WebhookDelivery};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The webhook of a repository.
    pub async fn webhook(&self, repository: RepositoryId) -> Result<Resource<Webhook>, ClientError> {
        self.resource(Call::get(&["repositories", &repository.to_string(), "webhook"]))
            .await
    }

    /// Sets or mends the webhook of a repository.
    pub async fn set_webhook(&self, repository: RepositoryId) -> Result<Resource<Webhook>, ClientError> {
        self.webhook_action(repository, "set-webhook").await
    }

    /// Gives the webhook of a repository a new secret.
    pub async fn rotate_webhook_secret(&self, repository: RepositoryId) -> Result<Resource<Webhook>, ClientError> {
        self.webhook_action(repository, "rotate-secret").await
    }

    async fn webhook_action(&self, repository: RepositoryId, action: &str) -> Result<Resource<Webhook>, ClientError> {
        let call = Call::post(&["repositories", &repository.to_string(), "actions", action]);
        self.resource(call).await
    }

    /// What was delivered for a repository, newest first.
    #[must_use]
    pub fn deliveries(
        &self,
        repository: RepositoryId,
        event: Option<&str>,
        state: Option<&str>,
    ) -> Listing<WebhookDelivery> {
        let call = Call::get(&["repositories", &repository.to_string(), "deliveries"])
            .query_option("filter[event]", event)
            .query_option("filter[state]", state);
        Listing::new(self, call)
    }

    /// A delivery with its headers and its body.
    pub async fn delivery(&self, id: DeliveryId) -> Result<Resource<WebhookDelivery>, ClientError> {
        self.resource(Call::get(&["deliveries", &id.to_string()])).await
    }

    /// Has a delivery handled again.
    pub async fn redeliver(&self, id: DeliveryId) -> Result<Resource<WebhookDelivery>, ClientError> {
        self.resource(Call::post(&["deliveries", &id.to_string(), "actions", "redeliver"]))
            .await
    }
}
