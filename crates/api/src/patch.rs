//! Telling "not mentioned" from "null" in the body of a PATCH.

use serde::{Deserialize, Deserializer};

/// For fields of type `Option<Option<T>>` with `#[serde(default)]`: absent is `None`, null is `Some(None)`.
///
/// # Errors
///
/// Those of `T`.
pub fn present<'de, T, D>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Option::<T>::deserialize(deserializer).map(Some)
}
