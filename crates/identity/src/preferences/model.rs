//! The preference as a row, and what may be one: pure.

use sea_orm::entity::prelude::*;
use serde_json::Value as Json;
use slipway_api::Timestamp;
use slipway_api::ids::UserId;
use slipway_kernel::{Error, Result};

/// Preferences that one person has at most.
pub(crate) const MOST: u64 = 100;
/// Bytes of the longest one, as JSON.
const LONGEST: usize = 16 * 1_024;
/// Characters of the longest key.
const LONGEST_KEY: usize = 64;

/// A preference.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "preferences")]
pub struct Model {
    /// Whose it is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub user_id: UserId,
    /// What it is called.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// JSON, as text: databases change JSON of their own types.
    pub value: String,
    /// When it was last written.
    pub updated_at: Timestamp,
}

/// A preference.
pub type Preference = Model;

/// Nothing is joined.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// A preference with this value.
    ///
    /// # Errors
    ///
    /// `Invalid` when the key or the value is none that is kept.
    pub fn new(user_id: UserId, key: &str, value: &Json, now: Timestamp) -> Result<Self> {
        if !is_key(key) {
            return Err(Error::invalid(
                "/data/id",
                "A key has 1 to 64 characters: small letters, digits, dots and dashes.",
            ));
        }
        let value = value.to_string();
        if value.len() > LONGEST {
            return Err(Error::invalid(
                "/data/attributes/value",
                format!(
                    "A preference has 16 KiB of JSON at most; this one has {} bytes.",
                    value.len()
                ),
            ));
        }
        Ok(Self {
            user_id,
            key: key.to_owned(),
            value,
            updated_at: now,
        })
    }

    /// Its value.
    ///
    /// # Errors
    ///
    /// When the row was written by somebody else than [`Self::new`].
    pub fn json(&self) -> Result<Json> {
        serde_json::from_str(&self.value).map_err(Error::internal)
    }
}

fn is_key(text: &str) -> bool {
    let is_plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || b".-".contains(&letter);
    (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn new(key: &str, value: &Json) -> Result<Preference> {
        let now = Timestamp::from_unix_ms(1_763_680_000_000);
        Preference::new(UserId::from_parts(now.unix_ms(), 1), key, value, now)
    }

    #[test]
    fn a_value_comes_back_as_it_was_written() {
        for value in [json!(null), json!("a\u{0}b"), json!({"b": 1, "a": [1.5, "é"]})] {
            assert_eq!(new("views.workspaces-2", &value).unwrap().json().unwrap(), value);
        }
    }

    #[test]
    fn keys_are_short_and_plain() {
        for key in ["", "A", "a/b", "a b", "é", "a_b", &"a".repeat(65)] {
            assert!(new(key, &json!(1)).is_err(), "{key:?}");
        }
        assert!(new(&"a".repeat(64), &json!(1)).is_ok());
    }

    #[test]
    fn a_value_has_16_kib_at_most() {
        // Two quotation marks stand around it.
        assert!(new("a", &json!("x".repeat(LONGEST - 2))).is_ok());
        let error = new("a", &json!("x".repeat(LONGEST - 1))).unwrap_err();
        assert!(error.detail().contains("16385 bytes"), "{}", error.detail());
    }
}
