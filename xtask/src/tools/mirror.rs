//! The providers as a filesystem mirror, in the layout that OpenTofu's `filesystem_mirror` reads without unpacking
//! (<https://opentofu.org/docs/cli/config/config-file/#provider-installation>).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::build;
use super::cache::{self, Key};
use super::catalog::Provider;

pub(super) fn obtain<'a>(root: &Path, providers: impl Iterator<Item = &'a Provider>) -> Result<PathBuf> {
    let platform = build::platform();
    let mut key = Key::new("mirror");
    let mut files = Vec::new();
    for provider in providers {
        let binary = build::obtain(root, &provider.program, &provider.file_name())?;
        key.add(binary.as_os_str().as_encoded_bytes());
        files.push((
            binary,
            format!("{}/{}", provider.folder_in_mirror(&platform), provider.file_name()),
        ));
    }
    cache::obtain("mirror", &key.finish(), |mirror| {
        files
            .iter()
            .try_for_each(|(binary, path)| link(binary, &mirror.join(path)))
    })
}

/// A hard link, because both are in the cache and a provider has tens of megabytes.
fn link(binary: &Path, target: &Path) -> Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder).with_context(|| format!("{} cannot be created", folder.display()))?;
    }
    fs::hard_link(binary, target).with_context(|| format!("{} cannot be linked", target.display()))
}
