//! A webhook and a delivery as they are stored: pure.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use sea_orm::FromJsonQueryResult;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{DeliveryId, OrganizationId, RepositoryId, WebhookId};
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::secrets::Place;

/// A webhook as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhooks")]
pub struct Model {
    /// Its id, which is in its address.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: WebhookId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// The repository that it is of.
    pub repository_id: RepositoryId,
    /// The word of the forge's kind.
    pub kind: String,
    /// What deliveries are signed with, sealed.
    pub secret: Vec<u8>,
    /// What they were signed with before, sealed.
    pub previous_secret: Option<Vec<u8>>,
    /// Until when the previous one counts; none while the forge does not have the new one yet.
    pub previous_until: Option<Timestamp>,
    /// The address that the forge delivers to.
    pub url: Option<String>,
    /// The forge's id of it.
    pub remote_id: Option<String>,
    /// How it stands.
    pub state: HookState,
    /// Why it is not set, in a sentence.
    pub error: Option<String>,
    /// When the forge was last asked about it.
    pub checked_at: Option<Timestamp>,
    /// When something was last delivered.
    pub delivered_at: Option<Timestamp>,
    /// Deliveries that were refused.
    pub refused: i64,
    /// When one was last refused.
    pub refused_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook.
pub type Webhook = Model;

/// None; deliveries refer to their webhook by its id.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How a webhook stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum HookState {
    /// It is to be set.
    #[sea_orm(string_value = "wanted")]
    Wanted,
    /// The forge has it.
    #[sea_orm(string_value = "set")]
    Set,
    /// It cannot be set: the repository is looked at instead.
    #[sea_orm(string_value = "impossible")]
    Impossible,
}

impl HookState {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Wanted => "wanted",
            Self::Set => "set",
            Self::Impossible => "impossible",
        }
    }
}

/// Where a secret of a webhook is sealed for.
pub(crate) fn place(column: &'static str, id: WebhookId) -> Place {
    Place::new("webhooks", column, id.to_string())
}

/// Deliveries.
pub mod delivery {
    use super::{BlobAddress, DeliveryId, DeliveryState, Headers, OrganizationId, RepositoryId, Timestamp, WebhookId};
    use sea_orm::entity::prelude::*;

    /// One delivery.
    #[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_deliveries")]
    pub struct Model {
        /// Its id; later ones are greater.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DeliveryId,
        /// The webhook that it came to.
        pub webhook_id: WebhookId,
        /// Its organization.
        pub organization_id: OrganizationId,
        /// Its repository.
        pub repository_id: RepositoryId,
        /// The forge's own id of it, digested; unique at the webhook.
        pub delivery_key: String,
        /// What happened, by our word; the forge's until it was read.
        pub event: String,
        /// How far it is.
        pub state: DeliveryState,
        /// What came of it, in a sentence.
        pub note: Option<String>,
        /// What tells two of the same thing: `comment 17`.
        pub subject: Option<String>,
        /// Headers that say something and open nothing.
        pub headers: Headers,
        /// The body, sealed; none where it is a blob.
        pub body: Option<Vec<u8>>,
        /// The body where it is large.
        pub blob: Option<BlobAddress>,
        /// Bytes of the body.
        pub body_bytes: i64,
        /// How often it was delivered again by people here.
        pub redeliveries: i64,
        /// When it came.
        pub received_at: Timestamp,
        /// When it was handled.
        pub handled_at: Option<Timestamp>,
        /// Until when it is handled again by itself, once its repository can be read again; none where that is not why it
        /// failed.
        pub held_until: Option<Timestamp>,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// A delivery.
pub type Delivery = delivery::Model;

impl delivery::Model {
    /// Where its body is sealed for.
    pub(crate) fn place(&self) -> Place {
        Place::new("webhook_deliveries", "body", self.id.to_string())
    }
}

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum DeliveryState {
    /// It is stored and waits to be handled.
    #[sea_orm(string_value = "received")]
    Received,
    /// It was handled.
    #[sea_orm(string_value = "handled")]
    Handled,
    /// There was nothing to do for it.
    #[sea_orm(string_value = "ignored")]
    Ignored,
    /// It could not be handled.
    #[sea_orm(string_value = "failed")]
    Failed,
}

impl DeliveryState {
    /// In a word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Handled => "handled",
            Self::Ignored => "ignored",
            Self::Failed => "failed",
        }
    }
}

/// Most headers that are kept, and bytes of each.
const MOST_HEADERS: usize = 40;
const HEADER_BYTES: usize = 500;
/// What is in the name of a header that opens something or proves something.
const SECRET_WORDS: [&str; 7] = [
    "signature",
    "token",
    "authorization",
    "cookie",
    "secret",
    "password",
    "key-id",
];

/// Headers of a delivery, by their names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Headers(pub BTreeMap<String, String>);

impl Headers {
    /// Those that may be kept: what describes the delivery, and nothing that opens or proves anything.
    #[must_use]
    pub fn kept(headers: &HeaderMap) -> Self {
        let describes = |name: &str| name.starts_with("x-") || matches!(name, "user-agent" | "content-type");
        let opens = |name: &str| SECRET_WORDS.iter().any(|word| name.contains(word));
        let pairs = headers.iter().filter_map(|(name, value)| {
            let name = name.as_str();
            let value = value.to_str().ok().filter(|value| value.len() <= HEADER_BYTES)?;
            (describes(name) && !opens(name)).then(|| (name.to_owned(), value.to_owned()))
        });
        Self(pairs.take(MOST_HEADERS).collect())
    }

    /// As they came.
    #[must_use]
    pub fn map(&self) -> HeaderMap {
        let pairs = self.0.iter().filter_map(|(name, value)| {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            Some((name, HeaderValue::from_str(value).ok()?))
        });
        pairs.collect()
    }

    /// The forge's word for what happened.
    #[must_use]
    pub fn event(&self) -> &str {
        let names = ["x-gitea-event", "x-github-event", "x-gitlab-event", "x-event-key"];
        let found = names.iter().find_map(|name| self.0.get(*name));
        found.map_or("", |event| event.get(..64).unwrap_or(event))
    }
}

impl Model {
    /// Whether deliveries may still be signed with the previous secret.
    #[must_use]
    pub fn takes_previous(&self, now: Timestamp) -> bool {
        self.previous_until.is_none_or(|until| until > now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_opens_or_proves_anything_is_kept() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-github-event", "push"),
            ("x-github-delivery", "72d3162e"),
            ("x-hub-signature-256", "sha256=00"),
            ("x-hub-signature", "sha1=00"),
            ("x-gitea-signature", "00"),
            ("x-gitlab-token", "hunter2"),
            ("x-slipway-token", "hunter2"),
            ("authorization", "Basic eA=="),
            ("cookie", "a=b"),
            ("user-agent", "GitHub-Hookshot/1"),
            ("content-type", "application/json"),
            ("accept", "*/*"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let kept = Headers::kept(&headers);
        let names: Vec<&str> = kept.0.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["content-type", "user-agent", "x-github-delivery", "x-github-event"]
        );
        assert_eq!(kept.event(), "push");
        assert_eq!(kept.map().get("x-github-event").unwrap(), "push");
    }
}
