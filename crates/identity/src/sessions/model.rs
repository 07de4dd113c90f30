//! The session as a row: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;
use slipway_api::ids::{SessionId, UserId};

/// A session.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "sessions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    /// Who signed in.
    pub user_id: UserId,
    /// SHA-256 of its text.
    pub hash: String,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// Whether the user showed a second factor in it.
    pub has_second_factor: bool,
    /// The identity provider that the sign-in went through.
    pub provider_id: Option<String>,
    /// The provider's token, sealed: it is needed to sign out there.
    pub id_token: Option<Vec<u8>>,
    /// Where the user signed in from.
    pub remote_address: Option<String>,
    /// What the browser called itself.
    pub user_agent: Option<String>,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// A session.
pub type Session = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// How far a sign-in has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum Stage {
    /// The second factor must still be shown; nothing else is open.
    #[sea_orm(string_value = "second-factor")]
    SecondFactor,
    /// A second factor must be set up before anything else is open.
    #[sea_orm(string_value = "enrolment")]
    Enrolment,
    /// Signed in.
    #[sea_orm(string_value = "full")]
    Full,
}

/// How long somebody may take to show or set up a second factor.
pub(crate) const UNFINISHED: Duration = Duration::from_secs(15 * 60);

impl Model {
    /// Whether it still counts at `now`, if it was last used at `seen_at`.
    #[must_use]
    pub fn is_usable(&self, seen_at: Timestamp, idle: Duration, now: Timestamp) -> bool {
        now < self.expires_at && now.since(seen_at.max(self.seen_at)) < idle
    }
}

/// As much of what a browser calls itself as is kept: printable ASCII.
pub(crate) fn shortened(user_agent: &str) -> String {
    user_agent
        .chars()
        .filter(|letter| letter.is_ascii_graphic() || *letter == ' ')
        .take(200)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_ms(1_763_680_000_000);
    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn a_session_ends_when_it_is_idle_and_at_its_end() {
        let session = Session {
            id: SessionId::from_parts(NOW.unix_ms(), 1),
            user_id: UserId::from_parts(NOW.unix_ms(), 1),
            hash: String::new(),
            stage: Stage::Full,
            has_second_factor: false,
            provider_id: None,
            id_token: None,
            remote_address: None,
            user_agent: None,
            created_at: NOW,
            seen_at: NOW,
            expires_at: NOW.after(3 * HOUR),
        };
        let at = |hours: u32| NOW.after(hours * HOUR);
        assert!(session.is_usable(NOW, HOUR, NOW));
        assert!(!session.is_usable(NOW, HOUR, at(1)), "idle for an hour");
        assert!(session.is_usable(at(2), HOUR, at(2)));
        assert!(!session.is_usable(at(3), HOUR, at(3)), "its end has come");
    }

    #[test]
    fn what_a_browser_calls_itself_is_kept_short_and_plain() {
        assert_eq!(shortened("Firefox\u{1b}[2J\n 140"), "Firefox[2J 140");
        assert_eq!(shortened(&"x".repeat(900)).len(), 200);
    }
}
