//! A program with files that it reads while it runs, which a Go build leaves in the module's folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::build;
use super::catalog::GoProgram;
use crate::{environment, process};

/// A folder with the program and copies of `folders` of its module, so that it runs also when Go's cache was emptied.
pub(super) fn obtain(
    root: &Path,
    program: &GoProgram,
    file_name: &str,
    module: &str,
    folders: &[&str],
) -> Result<PathBuf> {
    let program_file = build::obtain(root, program, file_name)?;
    let target = program_file
        .parent()
        .context("the program is in no folder")?
        .to_path_buf();
    for folder in folders {
        let finished = target.join(folder);
        if finished.is_dir() {
            continue;
        }
        let partial = target.join(format!("{folder}.{}", std::process::id()));
        copy_tree(&module_folder(root, program, module)?.join(folder), &partial)?;
        // Another process may have been faster; then its copy is as good.
        if fs::rename(&partial, &finished).is_err() {
            fs::remove_dir_all(&partial)?;
        }
    }
    Ok(target)
}

fn module_folder(root: &Path, program: &GoProgram, module: &str) -> Result<PathBuf> {
    let mut command = Command::new("go");
    command
        .args(["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", module])
        .current_dir(root.join("tools").join(program.folder))
        .env_clear()
        .envs(environment::for_builds())
        .env("GOWORK", "off");
    let text = process::output(&mut command)?;
    let folder = PathBuf::from(text.trim());
    ensure!(
        !text.trim().is_empty() && folder.is_dir(),
        "{module} has no folder: run `go mod download {module}` in tools/{}",
        program.folder
    );
    Ok(folder)
}

/// Copies files and folders; the module cache is read-only, and its modes are not taken over.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))?;
    for entry in entries {
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
