//! The secrets of an integration, opened: what must stay true is that they have no `Debug` and are overwritten when dropped.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Error, Result};
use zeroize::Zeroizing;

pub use super::model::Settings;

/// Values of fields that are secrets, by the fields' names; an entry of a field of names and values is
/// `field.NAME`. No `Debug`, overwritten when dropped.
#[derive(Default, Clone)]
pub struct Secrets(BTreeMap<String, Zeroizing<String>>);

impl Secrets {
    /// The secret of a field.
    #[must_use]
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0
            .get(field)
            .map(|secret| secret.as_str())
            .filter(|secret| !secret.is_empty())
    }

    /// The entries of a field of names and values.
    pub fn entries<'a>(&'a self, field: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.0.iter().filter_map(move |(name, secret)| {
            let name = name.strip_prefix(field)?.strip_prefix('.')?;
            Some((name, secret.as_str()))
        })
    }

    /// Which there are.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// Every secret, for what must not be shown by anybody.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|secret| secret.as_str())
    }

    /// Sets one.
    pub fn set(&mut self, name: &str, secret: impl Into<String>) {
        self.0.insert(name.to_owned(), Zeroizing::new(secret.into()));
    }

    /// Removes one.
    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// Keeps those whose names are wanted.
    pub fn retain(&mut self, is_wanted: impl Fn(&str) -> bool) {
        self.0.retain(|name, _| is_wanted(name));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they are sealed: one JSON object.
    ///
    /// # Errors
    ///
    /// Never for texts.
    pub fn to_bytes(&self) -> Result<SecretBytes> {
        let plain: BTreeMap<&str, &str> = self
            .0
            .iter()
            .map(|(name, secret)| (name.as_str(), secret.as_str()))
            .collect();
        serde_json::to_vec(&plain)
            .map(SecretBytes::new)
            .map_err(Error::internal)
    }

    /// From what was sealed.
    ///
    /// # Errors
    ///
    /// `Internal` when it is nothing that [`Self::to_bytes`] made.
    pub fn from_bytes(bytes: &SecretBytes) -> Result<Self> {
        let plain: BTreeMap<String, String> = serde_json::from_slice(bytes.expose())
            // The reason could quote a secret.
            .map_err(|_| Error::internal("sealed secrets of an integration cannot be read"))?;
        Ok(Self(
            plain
                .into_iter()
                .map(|(name, secret)| (name, Zeroizing::new(secret)))
                .collect(),
        ))
    }
}

/// For secrets in what others wrote: overwritten when dropped.
pub(crate) fn hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Zeroizing<String>, D::Error> {
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// The same where they may be absent; the field has a default.
pub(super) fn maybe_hidden<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Zeroizing<String>>, D::Error> {
    Ok(Option::<String>::deserialize(deserializer)?.map(Zeroizing::new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_come_back_as_they_were() {
        let mut secrets = Secrets::default();
        secrets.set("token", "a\"b\n");
        secrets.set("sensitive-variables.DB_PASSWORD", "x");
        let again = Secrets::from_bytes(&secrets.to_bytes().unwrap()).unwrap();
        assert_eq!(again.get("token"), Some("a\"b\n"));
        assert_eq!(
            again.entries("sensitive-variables").collect::<Vec<_>>(),
            [("DB_PASSWORD", "x")]
        );
        assert_eq!(again.get("other"), None);
    }
}
