//! Where the checkout is that a test runs in.

use std::path::{Path, PathBuf};

/// The root of the checkout: what cargo says now and not what it said when this was compiled, because clones may share a
/// build directory.
pub fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&package).join("../..")
}
