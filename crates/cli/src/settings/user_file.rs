//! `config.toml` in the user's configuration directory: what holds for this user unless a project says otherwise.
//! Written by hand only.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::Deserialize;
use slipway_api::Name;
use url::Url;

use crate::failure::Failure;

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserFile {
    /// The server's address.
    pub(crate) url: Option<Url>,
    /// The organization.
    pub(crate) organization: Option<Name>,
}

impl UserFile {
    /// The file in this configuration directory, if there is one.
    pub(crate) fn read(directory: &Path) -> anyhow::Result<Option<(PathBuf, Self)>> {
        let path = directory.join("config.toml");
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
        };
        let file = toml::from_str(&text).map_err(|error| {
            let what = format!(
                "{} cannot be understood: {}",
                path.display(),
                error.to_string().trim_end()
            );
            Failure::error(what, "It has the keys url and organization.")
        })?;
        Ok(Some((path, file)))
    }
}
