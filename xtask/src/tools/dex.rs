//! Dex with the pages that it shows.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::catalog::{DEX, DEX_MODULE};
use super::module_files;

/// A folder with the program `dex` and its `web`.
pub(super) fn obtain(root: &Path) -> Result<PathBuf> {
    module_files::obtain(root, &DEX, "dex", DEX_MODULE, &["web"])
}
