//! A folder per tool and key under the cache directory: made once, complete or absent, never changed.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use aws_lc_rs::digest::{Context as Digest, SHA256};

use crate::environment;

/// What a tool is made from, summed up in its folder's name.
pub(super) struct Key(Digest);

impl Key {
    pub(super) fn new(what: &str) -> Self {
        let mut key = Self(Digest::new(&SHA256));
        key.add(what.as_bytes());
        key
    }

    /// Adds an ingredient. The length goes first, so that moving a byte from one to the next gives another key.
    pub(super) fn add(&mut self, ingredient: &[u8]) {
        self.0.update(&(ingredient.len() as u64).to_be_bytes());
        self.0.update(ingredient);
    }

    /// Adds the name and content of what Go builds from: the module's files and the sources beside them.
    pub(super) fn add_go_module(&mut self, folder: &Path) -> Result<()> {
        let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
        let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        files.retain(|path| {
            ["mod", "sum", "go"]
                .iter()
                .any(|ending| path.extension() == Some(ending.as_ref()))
        });
        files.sort();
        for file in files {
            self.add(file.file_name().unwrap_or_default().as_encoded_bytes());
            self.add(&fs::read(&file).with_context(|| format!("{} cannot be read", file.display()))?);
        }
        Ok(())
    }

    /// 128 bits in hexadecimal.
    pub(super) fn finish(self) -> String {
        let mut digits = hex::encode(self.0.finish());
        digits.truncate(32);
        digits
    }
}

/// The folder of the tool with this key. When it is not there, `make` fills an empty folder, which then takes its place
/// in one step; a second process that wants the same waits for the first.
pub(super) fn obtain(name: &str, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    obtain_in(&environment::cache_directory()?.join("tools"), name, key, make)
}

fn obtain_in(cache: &Path, name: &str, key: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let parent = cache.join(name);
    let finished = parent.join(key);
    if finished.is_dir() {
        return Ok(finished);
    }
    fs::create_dir_all(&parent).with_context(|| format!("{} cannot be created", parent.display()))?;
    let _lock = lock(&parent, name)?;
    if finished.is_dir() {
        return Ok(finished);
    }
    let unfinished = tempfile::Builder::new().prefix("unfinished-").tempdir_in(&parent)?;
    make(unfinished.path())?;
    fs::rename(unfinished.path(), &finished)
        .with_context(|| format!("{} cannot be put in place", finished.display()))?;
    let _renamed = unfinished.keep();
    Ok(finished)
}

/// Held until the file is dropped, also by a crash.
fn lock(parent: &Path, name: &str) -> Result<File> {
    let file = File::create(parent.join("lock")).with_context(|| format!("no lock in {}", parent.display()))?;
    match file.try_lock() {
        Ok(()) => return Ok(file),
        Err(TryLockError::WouldBlock) => eprintln!("{name}: waiting for another run that makes it"),
        Err(TryLockError::Error(error)) => return Err(error).context("the cache directory cannot be locked"),
    }
    file.lock().context("the cache directory cannot be locked")?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tool_is_made_once_per_key() {
        let cache = tempfile::tempdir().unwrap();
        let make = |text: &'static str| move |folder: &Path| Ok(fs::write(folder.join("tool"), text)?);
        let first = obtain_in(cache.path(), "tofu", "a", make("first")).unwrap();
        let again = obtain_in(cache.path(), "tofu", "a", make("again")).unwrap();
        let other = obtain_in(cache.path(), "tofu", "b", make("other")).unwrap();
        assert_eq!(
            (first == again, fs::read_to_string(first.join("tool")).unwrap().as_str()),
            (true, "first")
        );
        assert_eq!(fs::read_to_string(other.join("tool")).unwrap(), "other");
    }

    #[test]
    fn a_failure_leaves_nothing_that_looks_finished() {
        let cache = tempfile::tempdir().unwrap();
        let fail = |folder: &Path| {
            fs::write(folder.join("half"), "")?;
            anyhow::bail!("no network")
        };
        obtain_in(cache.path(), "tofu", "a", fail).unwrap_err();
        let left: Vec<_> = fs::read_dir(cache.path().join("tofu"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["lock"]);
    }

    #[test]
    fn two_that_want_the_same_get_one() {
        let cache = tempfile::tempdir().unwrap();
        let made = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let make = |_: &Path| {
                        made.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                        Ok(())
                    };
                    obtain_in(cache.path(), "tofu", "a", make).unwrap();
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn ingredients_do_not_run_into_each_other() {
        let key = |parts: [&str; 2]| {
            let mut key = Key::new("tofu");
            parts.iter().for_each(|part| key.add(part.as_bytes()));
            key.finish()
        };
        assert_ne!(key(["ab", "c"]), key(["a", "bc"]));
        assert_eq!(key(["ab", "c"]).len(), 32);
    }
}
