//! Webhooks that bring the audit log to another system.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AuditRecord;
use crate::Timestamp;
use crate::jsonapi::Attributes;

/// The header with the signature of a delivery: `t=SECONDS,v1=HEX`, where the hexadecimal is HMAC-SHA256 with the webhook's
/// secret over the seconds, a full stop, and the raw body. While a secret is being replaced there are two `v1`.
pub const SIGNATURE_HEADER: &str = "slipway-signature";

/// A webhook that audit events are sent to.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AuditWebhook {
    /// Where events are sent.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// Whether events are sent.
    pub enabled: bool,
    /// Why Slipway disabled it.
    pub disabled_reason: Option<String>,
    /// The secret that deliveries are signed with: shown once, when the webhook is made or its secret replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Until when deliveries are signed with the secret before, too.
    pub previous_secret_until: Option<Timestamp>,
    /// Events up to this position were delivered.
    pub position: i64,
    /// Whether it has everything that there is to deliver.
    pub up_to_date: bool,
    /// When something was last delivered.
    pub delivered_at: Option<Timestamp>,
    /// Since when nothing can be delivered; absent when all is well.
    pub failing_since: Option<Timestamp>,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it is tried again.
    pub next_attempt_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Attributes for AuditWebhook {
    const TYPE: &'static str = "audit-webhooks";
}

/// What may be said about a webhook.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AuditWebhookSettings {
    /// Where events are sent: an `https` address, or `http` within networks that the operator allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Whether events are sent. Enabled again, it goes on where it stopped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
}

impl Attributes for AuditWebhookSettings {
    const TYPE: &'static str = "audit-webhooks";
}

/// How a test went.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AuditWebhookTest {
    /// Whether the other side answered with success.
    pub delivered: bool,
    /// Its status; absent when there was no answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl Attributes for AuditWebhookTest {
    const TYPE: &'static str = "audit-webhook-tests";
}

/// The body of a delivery.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct AuditDelivery {
    /// Id of the webhook.
    pub webhook: String,
    /// Whether somebody only tries the webhook; there are no events then.
    pub is_test: bool,
    /// Events in the order of their positions. An event may come twice, never out of order.
    pub events: Vec<AuditRecord>,
}
