//! A release archive of OpenTofu, used only when `tools/tofu/release.toml` pins its digest for the platform.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use super::cache;
use crate::{environment, process};

/// The content of `release.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    version: String,
    /// With `{version}` and `{platform}` to be filled in.
    url: String,
    /// Platform, such as `linux_amd64`, to the SHA-256 of its archive in hexadecimal.
    sha256: BTreeMap<String, String>,
}

/// The binary, or `None` when no release is pinned for the platform.
///
/// # Errors
/// The archive cannot be downloaded, or is not the pinned one.
pub(super) fn obtain(root: &Path, platform: &str) -> Result<Option<PathBuf>> {
    let file = root.join("tools/tofu/release.toml");
    let text = fs::read_to_string(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let release: Release = toml::from_str(&text).with_context(|| format!("{} is not understood", file.display()))?;
    let Some(pinned) = release.sha256.get(platform) else {
        return Ok(None);
    };
    let url = release
        .url
        .replace("{version}", &release.version)
        .replace("{platform}", platform);
    let folder = cache::obtain("tofu", pinned, |folder| download(&url, pinned, folder))?;
    Ok(Some(folder.join("tofu")))
}

/// Leaves `tofu` in the folder, from an archive that is checked before anything reads it.
fn download(url: &str, pinned: &str, folder: &Path) -> Result<()> {
    eprintln!("tofu: downloading {url}");
    let archive = folder.join("archive.tar.gz");
    let limits = [
        "--fail",
        "--silent",
        "--show-error",
        "--location",
        "--connect-timeout",
        "5",
        "--max-time",
        "300",
    ];
    process::output(
        Command::new("curl")
            .args(limits)
            .arg("--output")
            .arg(&archive)
            .arg(url)
            .env_clear()
            .envs(environment::for_builds()),
    )?;
    let found = hex::encode(digest(&SHA256, &fs::read(&archive)?));
    ensure!(
        found == pinned,
        "its SHA-256 is {found}, tools/tofu/release.toml says {pinned}"
    );
    process::output(
        Command::new("tar")
            .arg("-xzf")
            .arg(&archive)
            .arg("-C")
            .arg(folder)
            .arg("tofu"),
    )?;
    Ok(fs::remove_file(archive)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive as a release has it, and its URL.
    fn archive(folder: &Path) -> (PathBuf, String) {
        fs::write(folder.join("tofu"), "#!/bin/true").unwrap();
        let path = folder.join("release.tar.gz");
        process::output(
            Command::new("tar")
                .arg("-czf")
                .arg(&path)
                .arg("-C")
                .arg(folder)
                .arg("tofu"),
        )
        .unwrap();
        let url = format!("file://{}", path.display());
        (path, url)
    }

    #[test]
    fn the_pinned_archive_is_unpacked() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (path, url) = archive(source.path());
        let pinned = hex::encode(digest(&SHA256, &fs::read(path).unwrap()));
        download(&url, &pinned, target.path()).unwrap();
        assert_eq!(fs::read_to_string(target.path().join("tofu")).unwrap(), "#!/bin/true");
    }

    #[test]
    fn another_archive_is_refused_before_it_is_unpacked() {
        let (source, target) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (_, url) = archive(source.path());
        let error = download(&url, &"0".repeat(64), target.path()).unwrap_err().to_string();
        assert!(error.contains("release.toml says 0000"), "{error}");
        assert!(!target.path().join("tofu").exists());
    }

    #[test]
    fn the_table_of_the_project_is_understood() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        assert_eq!(obtain(root, "plan9_mips").unwrap(), None);
    }
}
