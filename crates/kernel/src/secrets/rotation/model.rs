//! A rotation of one data key, and the states it goes through: pure.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use slipway_api::Timestamp;

use crate::secrets::keys::NEWEST_FOR;

/// How long after the last pass the old versions stay.
const KEPT: Duration = Duration::from_secs(86_400);

/// A rotation.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "key_rotations")]
pub struct Model {
    /// The organization's id, or `site`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub scope: String,
    /// The version that everything gets.
    pub version: i64,
    /// Where it stands.
    pub state: RotationState,
    /// What is being walked: `variables.sealed`; empty before the first.
    pub place: String,
    /// The last key that was walked there.
    pub cursor: String,
    /// Values and blobs that were sealed again.
    pub resealed: i64,
    /// Those of this pass.
    pub resealed_in_pass: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When its state last changed.
    pub changed_at: Timestamp,
}

/// A rotation.
pub type Rotation = Model;

/// Rotations relate to nothing by keys.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// Where a rotation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))")]
pub enum RotationState {
    /// Old values are sealed again, pass after pass until one finds none.
    #[sea_orm(string_value = "resealing")]
    Resealing,
    /// Nothing old was found; old versions stay for a day.
    #[sea_orm(string_value = "waiting")]
    Waiting,
    /// A last look before they go.
    #[sea_orm(string_value = "checking")]
    Checking,
    /// Old versions are removed.
    #[sea_orm(string_value = "done")]
    Done,
}

impl RotationState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resealing => "resealing",
            Self::Waiting => "waiting",
            Self::Checking => "checking",
            Self::Done => "done",
        }
    }
}

impl Model {
    /// A rotation to a version that was just made.
    #[must_use]
    pub fn new(scope: String, version: i64, now: Timestamp) -> Self {
        Self {
            scope,
            version,
            state: RotationState::Resealing,
            place: String::new(),
            cursor: String::new(),
            resealed: 0,
            resealed_in_pass: 0,
            started_at: now,
            changed_at: now,
        }
    }

    /// Whether there is something to walk now.
    #[must_use]
    pub fn is_due(&self, now: Timestamp) -> bool {
        match self.state {
            RotationState::Resealing | RotationState::Checking => now.since(self.started_at) >= NEWEST_FOR * 2,
            RotationState::Waiting => now.since(self.changed_at) >= KEPT,
            RotationState::Done => false,
        }
    }

    /// A day has passed: a last look.
    #[must_use]
    pub fn checking(mut self, now: Timestamp) -> Self {
        self.state = RotationState::Checking;
        self.begun_anew(now)
    }

    /// After a part of a place was walked up to `cursor`.
    #[must_use]
    pub fn walked(mut self, place: &str, cursor: String, resealed: i64) -> Self {
        place.clone_into(&mut self.place);
        self.cursor = cursor;
        self.resealed += resealed;
        self.resealed_in_pass += resealed;
        self
    }

    /// After everything was walked. Whatever was found may not be the last, so only a pass without finds counts.
    #[must_use]
    pub fn passed(mut self, now: Timestamp) -> Self {
        self.state = match (self.state, self.resealed_in_pass) {
            (RotationState::Resealing | RotationState::Checking, 1..) => RotationState::Resealing,
            (RotationState::Resealing, _) => RotationState::Waiting,
            _ => RotationState::Done,
        };
        self.begun_anew(now)
    }

    fn begun_anew(mut self, now: Timestamp) -> Self {
        self.place.clear();
        self.cursor.clear();
        self.resealed_in_pass = 0;
        self.changed_at = now;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pass_without_finds_leads_on() {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        let rotation = Rotation::new("site".to_owned(), 2, now);
        assert!(!rotation.is_due(now), "another replica may still seal with the old key");
        let later = now.after(NEWEST_FOR * 2);
        assert!(rotation.is_due(later));
        let rotation = rotation.walked("variables.sealed", "b".to_owned(), 3).passed(later);
        assert_eq!((rotation.state, rotation.resealed), (RotationState::Resealing, 3));
        let rotation = rotation.walked("variables.sealed", "b".to_owned(), 0).passed(later);
        assert_eq!(rotation.state, RotationState::Waiting);
        assert!(!rotation.is_due(later.after(KEPT / 2)));
        let tomorrow = later.after(KEPT);
        assert!(rotation.is_due(tomorrow));
        let checking = rotation.checking(tomorrow);
        let found = checking.clone().walked("blobs", "b".to_owned(), 1).passed(tomorrow);
        assert_eq!(found.state, RotationState::Resealing, "an old one was found after all");
        assert_eq!(checking.passed(tomorrow).state, RotationState::Done);
    }
}
