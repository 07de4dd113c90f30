//! Where the project is on this machine, and what Cargo says about it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, anyhow};
use serde::Deserialize;

use crate::process;

/// What `cargo metadata` says about the packages of the workspace; the fields that are used here.
#[derive(Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) target_directory: PathBuf,
}

#[derive(Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` is a normal dependency; else `build` or `dev`.
    pub(crate) kind: Option<String>,
}

/// The project's root: the nearest folder upwards from the current one that holds `xtask/`.
///
/// Not the path known at compile time: a clone can be moved while its `target/` stays.
pub(crate) fn root() -> Result<PathBuf> {
    let current = std::env::current_dir().context("the current directory is not readable")?;
    current
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf)
        .ok_or_else(|| {
            anyhow!(
                "{} is not inside the project; change into its folder",
                current.display()
            )
        })
}

/// Reads the workspace's own packages, without their dependencies' metadata and without the network.
pub(crate) fn metadata(root: &Path) -> Result<Metadata> {
    let text = process::output(
        Command::new("cargo")
            .args(["metadata", "--offline", "--no-deps", "--format-version", "1"])
            .current_dir(root),
    )?;
    serde_json::from_str(&text).context("cargo metadata wrote something unexpected")
}

/// The `slipway` binary of the development profile.
///
/// # Errors
/// It has not been built.
pub(crate) fn slipway_binary(root: &Path) -> Result<PathBuf> {
    let binary = metadata(root)?.target_directory.join("debug/slipway");
    if binary.is_file() {
        return Ok(binary);
    }
    Err(anyhow!(
        "{} does not exist; build it with `cargo build`",
        binary.display()
    ))
}
