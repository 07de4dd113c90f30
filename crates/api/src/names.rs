//! The name of an organization, project, workspace, pool or role, as people type it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

/// Letters, digits, `-` and `_`; starts with a letter or digit; at most 90 characters (TFE's rule for workspaces).
///
/// ASCII only, so that no two names look alike and every name is safe in a URL, a path and a log line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Name(String);

/// Why a text is no [`Name`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseNameError {
    /// Nothing was given.
    #[error("a name must not be empty")]
    Empty,
    /// More than 90 characters.
    #[error("a name has at most 90 characters, this one has {0}")]
    TooLong(usize),
    /// A character that names do not have, and its position counted from 1.
    #[error("a name has letters, digits, \"-\" and \"_\" and starts with a letter or digit; character {1} is {0:?}")]
    Character(char, usize),
}

impl Name {
    /// The name's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = ParseNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let length = text.chars().count();
        if length == 0 {
            return Err(ParseNameError::Empty);
        }
        if length > 90 {
            return Err(ParseNameError::TooLong(length));
        }
        let allowed = |(index, letter): &(usize, char)| {
            letter.is_ascii_alphanumeric() || (*index > 0 && matches!(letter, '-' | '_'))
        };
        match text.chars().enumerate().find(|place| !allowed(place)) {
            Some((index, letter)) => Err(ParseNameError::Character(letter, index + 1)),
            None => Ok(Self(text.to_owned())),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for Name {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[A-Za-z0-9][A-Za-z0-9_-]{0,89}$"))
            .into()
    }
}

impl utoipa::ToSchema for Name {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_accepted() {
        for text in ["a", "shop-production", "Team_7", "0x"] {
            assert_eq!(text.parse::<Name>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn hostile_names_are_refused_with_the_place() {
        for text in [
            "",
            "-rf",
            "_x",
            "a/b",
            "..",
            "a b",
            "a\0",
            "a\n",
            "sh\u{43e}p",
            "é",
            &"a".repeat(91),
        ] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
        assert_eq!("ab/c".parse::<Name>().unwrap_err(), ParseNameError::Character('/', 3));
    }
}
