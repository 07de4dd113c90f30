//! What `init` made in one workspace: modules, the choice of providers, the lock file, the record of the backend.

use std::collections::BTreeMap;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{AtFlags, Dir, FileType, readlinkat, statat};
use serde::{Deserialize, Serialize};

use super::place::make_directory;
use super::prune::used;
use super::tree::{self, Bounds, open_directory, open_own};
use super::{Cache, CacheError, failed};
use crate::commands::RunDirectory;
use crate::digest::sha256_hex;

/// Module trees larger than this are not kept.
const MODULES: Bounds = Bounds {
    entries: 100_000,
    bytes: 1 << 30,
    links: true,
};
const RECORD_BYTES: u64 = 1 << 20;

/// Names one `init`. It must cover everything that `init` depends on, the workspace included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmKey(String);

impl WarmKey {
    /// A key over parts; their lengths count, so that moving a byte from one to the next gives another key.
    #[must_use]
    pub fn new(parts: &[&str]) -> Self {
        let text: String = parts.iter().map(|part| format!("{}:{part}", part.len())).collect();
        Self(sha256_hex(text.as_bytes()))
    }
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The packages that the run must be able to read and run.
    pub packages: Vec<PathBuf>,
}

/// What an entry says beside its modules.
#[derive(Serialize, Deserialize)]
struct Entry {
    /// `host/namespace/type/version/platform` to the digest of the package.
    providers: BTreeMap<String, String>,
    lock_file: Option<String>,
    backend: String,
    modules: bool,
}

impl Cache {
    /// Brings back what `init` would make. The directory must be fresh: nothing of the configuration has run in it.
    ///
    /// # Errors
    /// The cache or the directory cannot be used; run `init` then.
    pub fn restore(
        &self,
        key: &WarmKey,
        directory: &RunDirectory,
        module: &Path,
        max_age: Duration,
    ) -> Result<Option<Restored>, CacheError> {
        let place = self.folder("warm").join(&key.0);
        let Some(entry) = read_entry(&place, max_age) else {
            return Ok(None);
        };
        used(&place);
        let packages: BTreeMap<&String, PathBuf> = entry
            .providers
            .iter()
            .map(|(name, digest)| (name, self.folder("packages").join(digest)))
            .collect();
        packages.values().for_each(|package| used(package));
        if !packages.values().all(|package| package.is_dir()) {
            return Ok(None);
        }
        let own = module.join(".terraform");
        directory.remove(&own)?;
        directory.write(&own.join("terraform.tfstate"), entry.backend.as_bytes())?;
        if let Some(lock_file) = &entry.lock_file {
            directory.write(&module.join(".terraform.lock.hcl"), lock_file.as_bytes())?;
        }
        for (name, package) in &packages {
            directory.link(&own.join("providers").join(name), package)?;
        }
        if entry.modules {
            let target = directory.path().join(&own).join("modules");
            make_directory(&target)?;
            tree::copy(&open_own(&place.join("modules"))?, &target, MODULES)?;
        }
        Ok(Some(Restored {
            packages: packages.into_values().collect(),
        }))
    }

    /// Keeps what `init` made in a run's directory. `mirrors` are the operator's own: the only places outside this cache
    /// that providers may be linked from.
    ///
    /// # Errors
    /// Something that cannot be kept; the next run then makes its own `init`.
    pub fn keep(
        &self,
        key: &WarmKey,
        directory: &RunDirectory,
        module: &Path,
        mirrors: &[PathBuf],
    ) -> Result<(), CacheError> {
        let own = module.join(".terraform");
        let text = |path: &Path| -> Result<Option<String>, CacheError> {
            Ok(directory
                .read(path, RECORD_BYTES)?
                .and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let Some(backend) = text(&own.join("terraform.tfstate"))? else {
            return Ok(());
        };
        let draft = self.draft()?;
        let folder = draft.path().join("entry");
        make_directory(&folder)?;
        let mut entry = Entry {
            providers: BTreeMap::new(),
            lock_file: text(&module.join(".terraform.lock.hcl"))?,
            backend,
            modules: false,
        };
        if let Some(providers) = directory.open_directory(&own.join("providers"))? {
            self.keep_providers(&providers, Path::new(""), mirrors, &mut entry.providers)?;
        }
        if let Some(modules) = directory.open_directory(&own.join("modules"))? {
            make_directory(&folder.join("modules"))?;
            tree::copy(&modules, &folder.join("modules"), MODULES)?;
            entry.modules = true;
        }
        let file = folder.join("entry.json");
        let json = serde_json::to_vec(&entry).map_err(|error| failed("write", &file, error.into()))?;
        fs::write(&file, json).map_err(|source| failed("write", &file, source))?;
        let place = self.folder("warm").join(&key.0);
        let _ = fs::rename(&place, draft.path().join("old"));
        draft.publish("entry", &place)
    }

    /// Walks `host/namespace/type/version` and keeps each platform's package.
    fn keep_providers(
        &self,
        directory: &OwnedFd,
        relative: &Path,
        mirrors: &[PathBuf],
        found: &mut BTreeMap<String, String>,
    ) -> Result<(), CacheError> {
        let io = |source| failed("read", relative, source);
        for entry in Dir::read_from(directory).map_err(|error| io(error.into()))? {
            let entry = entry.map_err(|error| io(error.into()))?;
            let Ok(name) = entry.file_name().to_str() else {
                return Err(unsuitable(relative, "a name is not UTF-8"));
            };
            if name == "." || name == ".." {
                continue;
            }
            let path = relative.join(name);
            if path.components().count() < 5 {
                let inner = open_directory(directory, Path::new(name)).map_err(io)?;
                self.keep_providers(&inner, &path, mirrors, found)?;
            } else if !name.ends_with(".lock") {
                // The rest are lock files that OpenTofu leaves beside each package.
                let package = self.keep_provider(directory, Path::new(name), &path, mirrors)?;
                let digest = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
                found.insert(path.display().to_string(), digest);
            }
        }
        Ok(())
    }

    /// A package is a directory of the run, or a link into this cache or the operator's mirrors. Any other link was made
    /// by the run, and following it would copy what the run may not read.
    fn keep_provider(
        &self,
        parent: &OwnedFd,
        name: &Path,
        path: &Path,
        mirrors: &[PathBuf],
    ) -> Result<PathBuf, CacheError> {
        let io = |source| failed("read", path, source);
        let stat = statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).map_err(|error| io(error.into()))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::Symlink {
            return self.keep_package(&open_directory(parent, name).map_err(io)?);
        }
        let target = readlinkat(parent, name, Vec::new()).map_err(|error| io(error.into()))?;
        let target = target.to_str().map_err(|_| unsuitable(path, "a link is not UTF-8"))?;
        let target = Path::new(target).canonicalize().map_err(io)?;
        if target.parent() == Some(&self.folder("packages")) {
            return Ok(target);
        }
        let is_theirs = mirrors
            .iter()
            .any(|mirror| mirror.canonicalize().is_ok_and(|root| target.starts_with(root)));
        if is_theirs {
            self.keep_package(&open_own(&target)?)
        } else {
            Err(unsuitable(path, "it links elsewhere"))
        }
    }
}

fn read_entry(place: &Path, max_age: Duration) -> Option<Entry> {
    let file = place.join("entry.json");
    if super::providers::age(&file)? > max_age {
        return None;
    }
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn unsuitable(path: &Path, reason: &'static str) -> CacheError {
    CacheError::Unsuitable {
        path: path.display().to_string(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const PLATFORM: &str = "registry.opentofu.org/hashicorp/null/3.2.1/linux_amd64";
    const DAY: Duration = Duration::from_secs(86_400);

    /// A run's directory as `init` leaves it.
    fn initialised(root: &Path, run: &str) -> RunDirectory {
        let directory = RunDirectory::create(root, run).unwrap();
        let own = directory.config().join(".terraform");
        fs::create_dir_all(own.join("providers").join(PLATFORM)).unwrap();
        fs::write(own.join("providers").join(PLATFORM).join("provider"), "code").unwrap();
        fs::create_dir_all(own.join("modules/net")).unwrap();
        fs::write(own.join("modules/modules.json"), "{}").unwrap();
        fs::write(own.join("terraform.tfstate"), "backend").unwrap();
        fs::write(directory.config().join(".terraform.lock.hcl"), "lock").unwrap();
        directory
    }

    #[test]
    fn what_was_kept_comes_back_with_providers_as_links() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("cache")).unwrap();
        let key = WarmKey::new(&["ws-1", "requirements"]);
        let module = Path::new("config");
        let fresh = RunDirectory::create(root.path(), "run-2").unwrap();
        assert_eq!(cache.restore(&key, &fresh, module, DAY).unwrap(), None);
        cache
            .keep(&key, &initialised(root.path(), "run-1"), module, &[])
            .unwrap();

        let restored = cache.restore(&key, &fresh, module, DAY).unwrap().unwrap();
        let own = fresh.config().join(".terraform");
        assert_eq!(
            fs::read_link(own.join("providers").join(PLATFORM)).unwrap(),
            restored.packages[0]
        );
        assert_eq!(
            fs::read_to_string(own.join("providers").join(PLATFORM).join("provider")).unwrap(),
            "code"
        );
        assert_eq!(fs::read_to_string(own.join("modules/modules.json")).unwrap(), "{}");
        assert_eq!(fs::read_to_string(own.join("terraform.tfstate")).unwrap(), "backend");
        assert_eq!(
            fs::read_to_string(fresh.config().join(".terraform.lock.hcl")).unwrap(),
            "lock"
        );
        assert_eq!(
            cache.restore(&key, &fresh, module, Duration::ZERO).unwrap(),
            None,
            "too old"
        );
        assert_eq!(
            cache
                .restore(&WarmKey::new(&["ws-2", "requirements"]), &fresh, module, DAY)
                .unwrap(),
            None
        );
    }

    #[test]
    fn a_provider_that_links_elsewhere_is_not_kept() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("cache")).unwrap();
        let directory = initialised(root.path(), "run-1");
        let secret = root.path().join("secret");
        fs::create_dir(&secret).unwrap();
        let place = directory.config().join(".terraform/providers").join(PLATFORM);
        fs::remove_dir_all(&place).unwrap();
        symlink(&secret, &place).unwrap();
        let key = WarmKey::new(&["ws-1"]);
        assert!(cache.keep(&key, &directory, Path::new("config"), &[]).is_err());
        assert!(
            cache.keep(&key, &directory, Path::new("config"), &[secret]).is_ok(),
            "the operator's mirror"
        );
    }

    #[test]
    fn a_half_made_entry_is_no_entry() {
        let root = tempfile::tempdir().unwrap();
        let cache = Cache::open(&root.path().join("cache")).unwrap();
        let (key, module) = (WarmKey::new(&["ws-1"]), Path::new("config"));
        cache
            .keep(&key, &initialised(root.path(), "run-1"), module, &[])
            .unwrap();
        let fresh = RunDirectory::create(root.path(), "run-2").unwrap();
        fs::write(
            root.path().join("cache/warm").join(&key.0).join("entry.json"),
            "{\"prov",
        )
        .unwrap();
        assert_eq!(cache.restore(&key, &fresh, module, DAY).unwrap(), None);
        cache
            .keep(&key, &initialised(root.path(), "run-3"), module, &[])
            .unwrap();
        for package in fs::read_dir(root.path().join("cache/packages")).unwrap() {
            fs::remove_dir_all(package.unwrap().path()).unwrap();
        }
        assert_eq!(
            cache.restore(&key, &fresh, module, DAY).unwrap(),
            None,
            "its package is gone"
        );
    }
}
