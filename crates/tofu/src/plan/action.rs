//! What will happen to one object, read from the plan's list of action words.

use serde::{Deserialize, Serialize};

/// One planned action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// Nothing.
    NoOp,
    /// A data source is read during apply.
    Read,
    /// A new object.
    Create,
    /// A change in place.
    Update,
    /// The object is destroyed.
    Delete,
    /// Destroyed, then created anew.
    DeleteThenCreate,
    /// Created anew, then the old one is destroyed.
    CreateThenDelete,
    /// Removed from the state and created anew; the old object stays (OpenTofu, `lifecycle { destroy = false }`).
    ForgetThenCreate,
    /// Removed from the state; the object stays.
    Forget,
    /// Taken into the state without any other change.
    Import,
    /// Only its address changes.
    Move,
    /// Words that this version does not know.
    Unknown,
}

impl Action {
    /// All of them, the riskiest first: what may lose something, what nobody knows, then what only adds or says.
    pub const BY_RISK: [Self; 12] = [
        Self::Delete,
        Self::DeleteThenCreate,
        Self::CreateThenDelete,
        Self::ForgetThenCreate,
        Self::Unknown,
        Self::Forget,
        Self::Update,
        Self::Create,
        Self::Import,
        Self::Move,
        Self::Read,
        Self::NoOp,
    ];

    /// Its place in [`Self::BY_RISK`].
    #[must_use]
    pub fn risk(self) -> usize {
        Self::BY_RISK
            .iter()
            .position(|other| *other == self)
            .unwrap_or(Self::BY_RISK.len())
    }

    /// Reads the words of a plan's `actions`; an import that changes nothing else is an [`Action::Import`].
    #[must_use]
    pub fn from_words(words: &[impl AsRef<str>], is_import: bool) -> Self {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        match words.as_slice() {
            ["no-op"] if is_import => Self::Import,
            ["no-op"] => Self::NoOp,
            ["read"] => Self::Read,
            ["create"] => Self::Create,
            ["update"] => Self::Update,
            ["delete"] => Self::Delete,
            ["delete", "create"] => Self::DeleteThenCreate,
            ["create", "delete"] => Self::CreateThenDelete,
            ["forget", "create"] => Self::ForgetThenCreate,
            ["forget"] => Self::Forget,
            _ => Self::Unknown,
        }
    }

    /// Whether an old object makes room for a new one.
    #[must_use]
    pub fn is_replace(self) -> bool {
        matches!(
            self,
            Self::DeleteThenCreate | Self::CreateThenDelete | Self::ForgetThenCreate
        )
    }

    /// Whether an object stops to exist.
    #[must_use]
    pub fn is_destructive(self) -> bool {
        matches!(self, Self::Delete | Self::DeleteThenCreate | Self::CreateThenDelete)
    }
}
