//! Making room: what no run has used for a while is removed, and so is what killed processes left.
//!
//! What must stay true: an entry in use is never removed. Whoever uses one says so first ([`used`]), on the entry and on each
//! of its packages, and what is removed was not used for longer than any run lasts. An entry whose package is gone is no
//! entry; the next run makes it again.

use std::fs::{self, File};
use std::path::Path;
use std::time::{Duration, SystemTime};

use super::place::remove;
use super::providers::age;
use super::{Cache, CacheError, failed};

/// Drafts this old are of killed processes: nothing takes so long to make.
const DRAFT_AGE: Duration = Duration::from_secs(86_400);

impl Cache {
    /// Removes what was not used for `unused_for`, and says how many entries that were.
    ///
    /// # Errors
    /// The cache cannot be read, or something cannot be removed.
    pub fn prune(&self, unused_for: Duration) -> Result<usize, CacheError> {
        let mut removed = 0;
        for kind in ["warm", "mirrors", "packages"] {
            removed += self.prune_folder(kind, unused_for)?;
        }
        self.prune_folder("drafts", DRAFT_AGE)?;
        Ok(removed)
    }

    fn prune_folder(&self, kind: &str, unused_for: Duration) -> Result<usize, CacheError> {
        let folder = self.folder(kind);
        let mut removed = 0;
        for entry in fs::read_dir(&folder).map_err(|source| failed("read", &folder, source))? {
            let place = entry.map_err(|source| failed("read", &folder, source))?.path();
            if age(&place).is_some_and(|age| age >= unused_for) {
                self.discard(&place)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Away at once by a rename: a process that is killed while it removes leaves a draft and not half an entry.
    fn discard(&self, place: &Path) -> Result<(), CacheError> {
        let draft = self.draft()?;
        let gone = draft.path().join("entry");
        fs::rename(place, &gone).map_err(|source| failed("remove", place, source))?;
        if gone.is_dir() { remove(&gone) } else { Ok(()) }
    }
}

/// Notes that an entry is used now. What cannot be noted is removed early, and made again.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with times of files, which the system gives"
)]
pub(super) fn used(place: &Path) {
    let _ = File::open(place).and_then(|place| place.set_modified(SystemTime::now()));
}

#[cfg(test)]
mod tests {
    use super::super::place::make_directory;
    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    #[expect(clippy::disallowed_methods, reason = "as `used`")]
    fn last_used(place: &Path, ago: Duration) {
        let file = File::open(place).unwrap();
        file.set_modified(SystemTime::now() - ago).unwrap();
    }

    #[test]
    fn what_was_not_used_goes_and_the_rest_stays() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("cache")).unwrap();
        for (entry, days) in [
            ("packages/old", 20),
            ("packages/used-again", 20),
            ("packages/new", 1),
            ("warm/old", 20),
            ("mirrors/new", 1),
            ("drafts/4711-0", 2),
            ("drafts/4711-1", 0),
        ] {
            let place = cache.root.join(entry);
            make_directory(&place).unwrap();
            fs::write(place.join("file"), "content").unwrap();
            last_used(&place, DAY * days);
        }
        let failure = cache.root.join("mirrors/old.failed");
        fs::write(&failure, "").unwrap();
        last_used(&failure, DAY * 20);
        used(&cache.root.join("packages/used-again"));

        assert_eq!(cache.prune(DAY * 14).unwrap(), 3);
        let stays = |entry: &str| cache.root.join(entry).exists();
        assert!(
            ["packages/used-again/file", "packages/new/file", "mirrors/new/file"]
                .into_iter()
                .all(stays)
        );
        assert!(
            !["packages/old", "warm/old", "mirrors/old.failed"]
                .into_iter()
                .any(stays)
        );
        assert!(stays("drafts/4711-1"), "somebody is making it");
        assert!(!stays("drafts/4711-0"));
        assert_eq!(cache.prune(DAY * 14).unwrap(), 0);
    }
}
