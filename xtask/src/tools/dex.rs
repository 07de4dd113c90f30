//! Dex with the pages that it shows, which a Go build leaves in the module's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::build;
use super::catalog::{DEX, DEX_MODULE};
use crate::{environment, process};

/// A folder with the program `dex` and its `web`.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let program = build::obtain(root, &DEX, "dex")?;
    let folder = program.parent().context("dex is in no folder")?.to_path_buf();
    let pages = folder.join("web");
    if !pages.is_dir() {
        let partial = folder.join(format!("web.{}", std::process::id()));
        copy_tree(&module_folder(root)?.join("web"), &partial)?;
        // Another process may have been faster; then its copy is as good.
        if fs::rename(&partial, &pages).is_err() {
            fs::remove_dir_all(&partial)?;
        }
    }
    Ok(folder)
}

fn module_folder(root: &Path) -> Result<PathBuf> {
    let mut command = Command::new("go");
    command
        .args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", DEX_MODULE])
        .current_dir(root.join("tools").join(DEX.folder))
        .env_clear()
        .envs(environment::for_builds())
        .env("GOWORK", "off");
    let text = process::output(&mut command)?;
    let folder = PathBuf::from(text.trim());
    ensure!(
        folder.join("web").is_dir(),
        "{} has no pages in {}: run `go mod download {DEX_MODULE}` in tools/dex",
        DEX_MODULE,
        folder.display()
    );
    Ok(folder)
}

/// Copies files and folders; the module cache is read-only, and its modes are not taken over.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::write(&target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}
