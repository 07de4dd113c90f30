//! The OpenTofu binary: what the machine has, else the pinned release, else built from its Go module.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use semver::Version;
use serde::Deserialize;

use super::catalog::{TOFU, TOFU_AT_LEAST};
use super::{build, release};
use crate::{environment, process};

pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    if let Some(found) = on_search_path() {
        return Ok(found);
    }
    match release::obtain(root, &build::platform()) {
        Ok(Some(downloaded)) => return Ok(downloaded),
        Ok(None) => {}
        Err(error) => eprintln!("tofu: the release is not to be had ({error:#}); building instead"),
    }
    build::obtain(root, &TOFU, "tofu")
}

/// `tofu` on PATH, unless it is too old; then it says so and is passed over.
fn on_search_path() -> Option<PathBuf> {
    let candidates = env::split_paths(&environment::search_path())
        .map(|folder| folder.join("tofu"))
        .collect::<Vec<_>>();
    let found = candidates.into_iter().find(|candidate| candidate.is_file())?;
    match version(&found) {
        Ok(version) if is_recent_enough(&version) => Some(found),
        Ok(version) => {
            eprintln!(
                "tofu: {} is {version}, {TOFU_AT_LEAST} or a later 1.x is needed; not using it",
                found.display()
            );
            None
        }
        Err(error) => {
            eprintln!(
                "tofu: {} does not say its version ({error:#}); not using it",
                found.display()
            );
            None
        }
    }
}

fn is_recent_enough(version: &Version) -> bool {
    version.major == TOFU_AT_LEAST.major && *version >= TOFU_AT_LEAST
}

fn version(tofu: &Path) -> Result<Version> {
    let text = process::output(Command::new(tofu).args(["version", "-json"]).env_clear())?;
    parse_version(&text)
}

fn parse_version(json: &str) -> Result<Version> {
    #[derive(Deserialize)]
    struct Answer {
        terraform_version: String,
    }
    let answer: Answer = serde_json::from_str(json).context("not the JSON of `tofu version`")?;
    Version::parse(&answer.terraform_version).context("not a version")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recent_enough_engine_is_used_as_it_is() {
        let check = |version: &str| is_recent_enough(&Version::parse(version).unwrap());
        assert_eq!(["1.12.0", "1.12.6", "1.13.0"].map(check), [true; 3]);
        assert_eq!(["1.11.9", "1.12.0-rc1", "2.0.0"].map(check), [false; 3]);
    }

    #[test]
    fn the_version_is_read_from_json() {
        let json = r#"{"terraform_version": "1.12.6", "platform": "linux_amd64", "provider_selections": {}}"#;
        assert_eq!(parse_version(json).unwrap(), Version::new(1, 12, 6));
    }
}
