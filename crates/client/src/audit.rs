//! The audit log for other systems: exports and webhooks.

use bytes::Bytes;
use reqwest::Response;
use slipway_api::audit::{AuditWebhook, AuditWebhookSettings, AuditWebhookTest};
use slipway_api::ids::AuditWebhookId;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::configuration_versions::TRANSFER_TIMEOUT;
use crate::error::ClientError;
use crate::listing::Listing;

/// An export that is being read.
#[derive(Debug)]
pub struct AuditExport {
    client: Client,
    response: Response,
}

impl AuditExport {
    /// The next piece, which may end in the middle of a line; nothing at the end.
    ///
    /// # Errors
    ///
    /// When the connection breaks: an export that was cut has no checkpoint at its end.
    pub async fn piece(&mut self) -> Result<Option<Bytes>, ClientError> {
        let piece = self.response.chunk().await;
        piece.map_err(|error| self.client.unreachable(self.response.url(), &error, 1))
    }
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// Begins an export of an organization's audit log, or of the site's, after a position.
    pub async fn audit_export(&self, organization: Option<&Name>, after: i64) -> Result<AuditExport, ClientError> {
        let call = match organization {
            Some(name) => Call::get(&["organizations", name.as_str(), "audit-export"]),
            None => Call::get(&["admin", "audit-export"]),
        };
        let response = self.send(call.query("after", after).timeout(TRANSFER_TIMEOUT)).await?;
        Ok(AuditExport {
            client: self.clone(),
            response,
        })
    }

    /// The webhooks of an organization, or of the site.
    #[must_use]
    pub fn audit_webhooks(&self, organization: Option<&Name>) -> Listing<AuditWebhook> {
        Listing::new(self, Call::get(&webhooks_of(organization)))
    }

    /// Makes a webhook; the answer has its secret.
    pub async fn create_audit_webhook(
        &self,
        organization: Option<&Name>,
        settings: AuditWebhookSettings,
    ) -> Result<Resource<AuditWebhook>, ClientError> {
        let call = Call::post(&webhooks_of(organization));
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// One webhook.
    pub async fn audit_webhook(&self, id: AuditWebhookId) -> Result<Resource<AuditWebhook>, ClientError> {
        self.resource(Call::get(&["audit-webhooks", &id.to_string()])).await
    }

    /// Changes a webhook.
    pub async fn update_audit_webhook(
        &self,
        id: AuditWebhookId,
        settings: AuditWebhookSettings,
    ) -> Result<Resource<AuditWebhook>, ClientError> {
        let call = Call::patch(&["audit-webhooks", &id.to_string()]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Deletes a webhook.
    pub async fn delete_audit_webhook(&self, id: AuditWebhookId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&["audit-webhooks", &id.to_string()])).await
    }

    /// Sends a delivery without events now.
    pub async fn test_audit_webhook(&self, id: AuditWebhookId) -> Result<Resource<AuditWebhookTest>, ClientError> {
        let call = Call::post(&["audit-webhooks", &id.to_string(), "actions", "test"]);
        self.resource(call).await
    }

    /// Gives a webhook a new secret, which the answer has.
    pub async fn replace_audit_webhook_secret(
        &self,
        id: AuditWebhookId,
    ) -> Result<Resource<AuditWebhook>, ClientError> {
        let call = Call::post(&["audit-webhooks", &id.to_string(), "actions", "replace-secret"]);
        self.resource(call).await
    }
}

fn webhooks_of(organization: Option<&Name>) -> Vec<&str> {
    match organization {
        Some(name) => vec!["organizations", name.as_str(), "audit-webhooks"],
        None => vec!["admin", "audit-webhooks"],
    }
}
