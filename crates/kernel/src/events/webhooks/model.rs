//! A webhook as it is stored, and what a delivery does to it: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{AuditWebhookId, OrganizationId};

use crate::secrets::Place;

/// How long a webhook may fail before it is disabled.
const PATIENCE: Duration = Duration::from_secs(3 * 86_400);
/// The longest time between two attempts, in seconds.
const LONGEST_PAUSE: u64 = 3_600;

/// A webhook.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_webhooks")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditWebhookId,
    /// Whose events it gets; none for those of the whole site.
    pub organization_id: Option<OrganizationId>,
    /// Where they are sent.
    pub url: String,
    /// What it is for.
    pub description: String,
    /// What deliveries are signed with, sealed.
    pub secret: Vec<u8>,
    /// What they were signed with before, sealed.
    pub previous_secret: Option<Vec<u8>>,
    /// Until when they are signed with that, too.
    pub previous_until: Option<Timestamp>,
    /// Whether events are sent.
    pub is_enabled: bool,
    /// Why it was disabled, unless a person did it.
    pub disabled_reason: Option<String>,
    /// Delivered up to there.
    pub position: i64,
    /// Attempts that failed since the last success.
    pub failures: i64,
    /// Since when.
    pub failing_since: Option<Timestamp>,
    /// Why the last one failed.
    pub last_error: Option<String>,
    /// When something was last delivered.
    pub delivered_at: Option<Timestamp>,
    /// Not before this moment.
    pub next_attempt_at: Option<Timestamp>,
    /// Grows with every change that a person makes.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A webhook.
pub type AuditWebhook = Model;

/// Webhooks relate to nothing by keys: those of an organization that is gone are swept.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Where its secret lies.
    #[must_use]
    pub fn place(&self) -> Place {
        Place::new("audit_webhooks", "secret", self.id)
    }

    /// Where the secret before lies.
    #[must_use]
    pub fn previous_place(&self) -> Place {
        Place::new("audit_webhooks", "previous_secret", self.id)
    }

    /// After a delivery up to `position`.
    #[must_use]
    pub fn delivered(mut self, position: i64, now: Timestamp) -> Self {
        self.position = position;
        self.delivered_at = Some(now);
        self.recovered()
    }

    /// As if it had never failed.
    #[must_use]
    pub fn recovered(mut self) -> Self {
        self.failures = 0;
        self.failing_since = None;
        self.last_error = None;
        self.next_attempt_at = None;
        self
    }

    /// After an attempt that failed: tried again after a pause that doubles, and disabled when that goes on for too long.
    #[must_use]
    pub fn failed(mut self, why: &str, now: Timestamp) -> Self {
        let since = *self.failing_since.get_or_insert(now);
        self.failures = self.failures.saturating_add(1);
        self.last_error = Some(why.chars().take(500).collect());
        let exponent = u32::try_from(self.failures.clamp(1, 12)).unwrap_or(12);
        let pause = (5u64 << (exponent - 1)).min(LONGEST_PAUSE);
        self.next_attempt_at = Some(now.after(Duration::from_secs(pause)));
        if now.since(since) >= PATIENCE {
            self.is_enabled = false;
            self.disabled_reason = Some(format!(
                "Nothing could be delivered for three days. The last attempt: {}",
                self.last_error.as_deref().unwrap_or_default()
            ));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook() -> Model {
        Model {
            id: AuditWebhookId::from_parts(1, 1),
            organization_id: None,
            url: "https://example.com".to_owned(),
            description: String::new(),
            secret: Vec::new(),
            previous_secret: None,
            previous_until: None,
            is_enabled: true,
            disabled_reason: None,
            position: 7,
            failures: 0,
            failing_since: None,
            last_error: None,
            delivered_at: None,
            next_attempt_at: None,
            version: 1,
            created_at: Timestamp::from_unix_ms(0),
        }
    }

    #[test]
    fn pauses_double_up_to_an_hour_and_three_days_are_enough() {
        let mut webhook = webhook();
        let mut now = Timestamp::from_unix_ms(1_763_680_000_000);
        let mut pauses = Vec::new();
        while webhook.is_enabled {
            webhook = webhook.failed("it answered 500", now);
            let next = webhook.next_attempt_at.unwrap();
            pauses.push(next.since(now).as_secs());
            now = next;
        }
        assert_eq!(pauses[..11], [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
        assert!((70..90).contains(&pauses.len()), "{}", pauses.len());
        assert!(webhook.disabled_reason.as_deref().unwrap().contains("it answered 500"));
        assert_eq!(webhook.position, 7, "nothing is passed over");
    }

    #[test]
    fn a_success_forgets_the_failures() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let webhook = webhook().failed("away", now).delivered(9, now);
        assert_eq!(
            (webhook.position, webhook.failures, webhook.failing_since),
            (9, 0, None)
        );
        assert_eq!((webhook.last_error, webhook.next_attempt_at), (None, None));
    }
}
