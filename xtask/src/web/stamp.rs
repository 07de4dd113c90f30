//! Marks of what was done with which sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use aws_lc_rs::digest;

use crate::process;

/// What the console is made of beside its own folder: its types come from the API's document.
const OUTSIDE: &str = "docs/reference/openapi.json";

/// A digest of everything that the console is made of: every file that Git knows or would add.
pub(super) fn of_sources(root: &Path) -> Result<String> {
    let listing = process::output(
        Command::new("git")
            .args([
                "ls-files",
                "-z",
                "--cached",
                "--others",
                "--exclude-standard",
                "--deduplicate",
            ])
            .args(["--", "web", OUTSIDE])
            .current_dir(root),
    )?;
    let files: Vec<PathBuf> = listing
        .split('\0')
        .map(|path| root.join(path))
        .filter(|file| file.is_file())
        .collect();
    of_files(root, &files)
}

/// A digest of the names and contents of `files`, which are below `root`.
pub(super) fn of_files(root: &Path, files: &[PathBuf]) -> Result<String> {
    let mut context = digest::Context::new(&digest::SHA256);
    for file in files {
        let content = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(file).to_string_lossy();
        for part in [name.as_bytes(), &content] {
            context.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            context.update(part);
        }
    }
    Ok(hex::encode(context.finish()))
}

/// Whether the step was last done with what has this digest.
pub(super) fn is(step: &str, folder: &Path, digest: &str) -> bool {
    fs::read_to_string(path(step, folder)).is_ok_and(|known| known == digest)
}

/// Notes that the step was done.
pub(super) fn put(step: &str, folder: &Path, digest: &str) -> Result<()> {
    let file = path(step, folder);
    fs::write(&file, digest).with_context(|| format!("{} cannot be written", file.display()))
}

fn path(step: &str, folder: &Path) -> PathBuf {
    folder.join("node_modules").join(format!(".slipway-{step}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_done_once_for_each_content() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("node_modules")).unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "one").unwrap();
        let digest = |file: &PathBuf| of_files(folder.path(), std::slice::from_ref(file)).unwrap();
        let first = digest(&file);
        assert!(!is("build", folder.path(), &first));
        put("build", folder.path(), &first).unwrap();
        assert!(is("build", folder.path(), &digest(&file)));
        assert!(!is("check", folder.path(), &first));
        fs::write(&file, "two").unwrap();
        assert!(!is("build", folder.path(), &digest(&file)));
        let renamed = folder.path().join("b");
        fs::write(&renamed, "one").unwrap();
        assert_ne!(digest(&renamed), first, "the name counts, too");
    }
}
