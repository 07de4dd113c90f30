//! A Python environment with the S3 server that the tests talk to.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::cache::{self, Key};
use crate::{environment, process};

/// The interpreter. Modules are started with `-m`: the scripts beside it name the folder in which they were made.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let requirements = root.join("tools/python/requirements.txt");
    let mut key = Key::new("python");
    key.add(&fs::read(&requirements).with_context(|| format!("{} cannot be read", requirements.display()))?);
    let folder = cache::obtain("python", &key.finish(), |folder| install(&requirements, folder))?;
    Ok(folder.join("bin/python"))
}

fn install(requirements: &Path, folder: &Path) -> Result<()> {
    eprintln!("python: installing {}", requirements.display());
    let mut create = Command::new("python3");
    create.args(["-m", "venv"]).arg(folder);
    let mut fill = Command::new(folder.join("bin/python"));
    fill.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--requirement",
    ])
    .arg(requirements);
    for command in [&mut create, &mut fill] {
        process::output(command.env_clear().envs(environment::for_builds()))?;
    }
    Ok(())
}
