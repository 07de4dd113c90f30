//! Gitea with what it reads while it runs: texts, templates and the few pages that need no front-end build.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::catalog::{GITEA, GITEA_MODULE};
use super::module_files;

/// A folder with the program `gitea` and its `options`, `templates` and `public`.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    let folders = ["options", "templates", "public"];
    module_files::obtain(root, &GITEA, "gitea", GITEA_MODULE, &folders)
}
