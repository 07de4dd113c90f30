//! The name of an object: the digest of what it holds.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A commit, tree or blob by its digest: 40 (SHA-1) or 64 (SHA-256) lowercase hexadecimal digits, never abbreviated.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

/// An [`ObjectId`] that names a commit.
pub type CommitId = ObjectId;

/// The text is not the whole name of an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a commit: write all 40 hexadecimal digits of its id")]
pub struct ObjectIdError;

impl ObjectId {
    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first ten digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }
}

impl FromStr for ObjectId {
    type Err = ObjectIdError;

    fn from_str(text: &str) -> Result<Self, ObjectIdError> {
        let is_id = matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(ObjectIdError)
        }
    }
}

impl TryFrom<String> for ObjectId {
    type Error = ObjectIdError;

    fn try_from(text: String) -> Result<Self, ObjectIdError> {
        text.parse()
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
