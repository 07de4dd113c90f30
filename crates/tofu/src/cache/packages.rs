//! Provider packages by content.

use std::fs::{self, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::prune::used;
use super::tree::{self, Bounds, Copied};
use super::{Cache, CacheError, failed};
use crate::digest::sha256_hex;

/// The largest providers of today are below 1 GiB unpacked.
const BOUNDS: Bounds = Bounds {
    entries: 20_000,
    bytes: 4 << 30,
    links: false,
};

impl Cache {
    /// Keeps a copy of a package and says where it is. A package with the same content is kept once.
    pub(super) fn keep_package(&self, package: &OwnedFd) -> Result<PathBuf, CacheError> {
        let draft = self.draft()?;
        let copy = draft.path().join("package");
        fs::create_dir(&copy).map_err(|source| failed("make", &copy, source))?;
        let files = tree::copy(package, &copy, BOUNDS)?;
        for file in &files {
            settle(&copy.join(&file.path))?;
        }
        let place = self.folder("packages").join(digest(&files));
        draft.publish("package", &place)?;
        used(&place);
        Ok(place)
    }
}

/// Read-only, and on the disk before its name is: after a power cut a name must not lead to half a provider.
fn settle(file: &Path) -> Result<(), CacheError> {
    let io = |source| failed("keep", file, source);
    let opened = fs::File::open(file).map_err(io)?;
    let runnable = opened.metadata().map_err(io)?.permissions().mode() & 0o111 != 0;
    opened
        .set_permissions(Permissions::from_mode(if runnable { 0o555 } else { 0o444 }))
        .map_err(io)?;
    opened.sync_all().map_err(io)
}

/// The digest that the lock file calls `h1`, in hexadecimal: over the sorted list of digests and names (golang.org/x/mod
/// `dirhash.Hash1`).
fn digest(files: &[Copied]) -> String {
    let lines: Vec<String> = files
        .iter()
        .map(|file| {
            let hexadecimal = hex::encode(file.sha256);
            format!("{hexadecimal}  {}\n", file.path.display())
        })
        .collect();
    sha256_hex(lines.concat().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::tree::open_own;

    #[test]
    fn the_same_content_is_kept_once_and_read_only() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("cache")).unwrap();
        let package = root.path().join("package");
        fs::create_dir(&package).unwrap();
        fs::write(package.join("provider"), "code").unwrap();
        fs::set_permissions(package.join("provider"), Permissions::from_mode(0o755)).unwrap();
        let first = cache.keep_package(&open_own(&package).unwrap()).unwrap();
        let again = cache.keep_package(&open_own(&package).unwrap()).unwrap();
        assert_eq!(first, again);
        assert_eq!(
            fs::metadata(first.join("provider")).unwrap().permissions().mode() & 0o777,
            0o555
        );
        // printf '<sha256 of "code">  provider\n' | sha256sum
        assert!(
            first.ends_with("dc3ac1c425635fa1edd8bfab978cd59283e4b57b86490645b48ecfc0772f8060"),
            "{}",
            first.display()
        );
        assert_eq!(fs::read_dir(root.path().join("cache/drafts")).unwrap().count(), 0);
    }
}
