//! Webhooks that forges deliver to, and what they delivered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Timestamp;
use crate::jsonapi::Attributes;

/// The webhook of a repository: one for all that use it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct Webhook {
    /// Where the forge delivers to; null where nobody outside can reach this server.
    pub url: Option<String>,
    /// `set` (the forge has it), `wanted` (it will be tried), or `impossible` (the repository is looked at instead).
    pub state: String,
    /// Why it is not set, in a sentence.
    pub error: Option<String>,
    /// The forge's id of it.
    pub remote_id: Option<String>,
    /// When the forge was last asked about it.
    pub checked_at: Option<Timestamp>,
    /// When something was last delivered.
    pub delivered_at: Option<Timestamp>,
    /// Deliveries that were refused because they were not signed with the secret.
    pub refused: u64,
    /// When one was last refused.
    pub refused_at: Option<Timestamp>,
    /// The new secret, once, where somebody has to set the webhook by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

impl Attributes for Webhook {
    const TYPE: &'static str = "webhooks";
}

/// Something that a forge delivered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub struct WebhookDelivery {
    /// What happened: `push`, `pull-request`, `comment`, `release`, `renamed`, `deleted`, `ping`, or the forge's word.
    pub event: String,
    /// `received`, `handled`, `ignored` or `failed`.
    pub state: String,
    /// What came of it, in a sentence, where there is something to say.
    pub note: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was handled.
    pub handled_at: Option<Timestamp>,
    /// Bytes of its body.
    pub body_bytes: u64,
    /// How often somebody here had it handled again.
    pub redeliveries: u32,
    /// Its headers without those that open or prove anything; of single deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub headers: Option<BTreeMap<String, String>>,
    /// Its body; of single deliveries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
}

impl Attributes for WebhookDelivery {
    const TYPE: &'static str = "webhook-deliveries";
}
