//! The master key: one file, made at the first start, readable by its owner alone.
//!
//! Who has the file and the database can read every secret; who has only one of them, none. The file is made whole or
//! not at all, and never replaced.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::sealing::{KEY_BYTES, Key};
use crate::errors::{Error, Result};
use crate::random::Random;

/// What the file starts with; the key follows in hexadecimal.
const HEADING: &str = "slipway-master-key-1:";

/// The key that wraps all data keys.
#[derive(Clone)]
pub struct MasterKey {
    key: Arc<Key>,
    fingerprint: String,
}

impl MasterKey {
    /// Reads the key from `path`; none when there is no such file.
    ///
    /// # Errors
    ///
    /// When others than its owner may read the file, or it holds no key.
    pub fn load(path: &Path) -> Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(cannot("read", path, &error)),
        };
        let metadata = file.metadata().map_err(|error| cannot("read", path, &error))?;
        if metadata.permissions().mode() & 0o077 != 0 {
            return Err(Error::conflict(format!(
                "Others may read the master key {path}. Run `chmod 600 {path}`, and consider that whoever read it can \
                 open every secret in the database.",
                path = path.display()
            )));
        }
        let text = std::io::read_to_string(file).map_err(|error| cannot("read", path, &error))?;
        let key = Self::parse(&Zeroizing::new(text)).ok_or_else(|| {
            Error::conflict(format!(
                "{} holds no master key. Restore the file from your backup of it.",
                path.display()
            ))
        })?;
        Ok(Some(key))
    }

    /// Makes a new key and stores it at `path`, unless another process just did: then that one is read.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn create(path: &Path, random: &Random) -> Result<Self> {
        let key = Self::random(random)?;
        let text = key.text();
        let directory = folder_of(path);
        make_private_directory(directory)?;
        let draft = path.with_extension(format!("new-{:016x}", random.number()?));
        write_private(&draft, text.as_bytes()).map_err(|error| cannot("write", &draft, &error))?;
        // A link, not a rename, because a rename would replace a key that another process made a moment ago.
        let linked = std::fs::hard_link(&draft, path);
        std::fs::remove_file(&draft).map_err(|error| cannot("write", &draft, &error))?;
        match linked {
            Ok(()) => {
                File::open(directory)
                    .and_then(|directory| directory.sync_all())
                    .map_err(|error| cannot("write", path, &error))?;
                Ok(key)
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Self::load(path)?.ok_or_else(|| Error::conflict("The master key came and went; start again."))
            }
            Err(error) => Err(cannot("write", path, &error)),
        }
    }

    /// A new key that is nowhere yet.
    pub(super) fn random(random: &Random) -> Result<Self> {
        Key::random(random).map(Self::from_key)
    }

    /// Stores the key in a new file of its owner alone.
    ///
    /// # Errors
    ///
    /// When there is something already, or it cannot be written.
    pub fn store(&self, path: &Path) -> Result<()> {
        make_private_directory(folder_of(path))?;
        write_private(path, self.text().as_bytes()).map_err(|error| cannot("write", path, &error))
    }

    /// The key as a variable holds it: 32 bytes in base64, or the text of a file.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        if let Some(key) = Self::parse(text) {
            return Some(key);
        }
        let bytes = STANDARD.decode(text.trim()).ok()?;
        Key::from_bytes(bytes).ok().map(Self::from_key)
    }

    /// The key as a file holds it.
    pub(super) fn text(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex::encode(self.key.as_bytes()));
        Zeroizing::new(format!("{HEADING}{}\n", *digits))
    }

    /// A few characters that tell one key from another and say nothing about it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    fn from_key(key: Key) -> Self {
        let hash = digest(
            &SHA256,
            &[b"slipway master key fingerprint".as_slice(), key.as_bytes()].concat(),
        );
        let fingerprint = hex::encode(hash).chars().take(16).collect();
        Self {
            key: Arc::new(key),
            fingerprint,
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix(HEADING)?;
        let bytes = hex::decode(digits).ok().filter(|bytes| bytes.len() == KEY_BYTES)?;
        Key::from_bytes(bytes).ok().map(Self::from_key)
    }
}

/// Writes a key that came with a backup to `path`, unless one is there.
///
/// # Errors
///
/// When it cannot be written.
pub(crate) fn install(path: &Path, text: &[u8]) -> Result<()> {
    make_private_directory(folder_of(path))?;
    match write_private(path, text) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(cannot("write", path, &error)),
        _ => Ok(()),
    }
}

/// Makes the directory, for its owner alone, unless it is there.
///
/// # Errors
///
/// When it cannot be made.
pub fn make_private_directory(path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|error| cannot("make", path, &error))
}

/// Gives a file another name, durably.
pub(super) fn rename(from: &Path, to: &Path) -> Result<()> {
    let directory = folder_of(to);
    std::fs::rename(from, to)
        .and_then(|()| File::open(directory)?.sync_all())
        .map_err(|error| cannot("rename", from, &error))
}

/// The folder that a file is in. The parent of a bare name is the empty path, which nothing can open.
fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> Error {
    Error::unavailable(format!("Slipway cannot {verb} {}: {error}.", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_in_the_current_folder() {
        assert_eq!(folder_of(Path::new("master.key")), Path::new("."));
        assert_eq!(folder_of(Path::new("deep/master.key")), Path::new("deep"));
        assert_eq!(folder_of(Path::new("/master.key")), Path::new("/"));
    }

    #[test]
    fn the_file_is_made_once_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("deep/master.key");
        assert!(MasterKey::load(&path).unwrap().is_none());
        let made = MasterKey::create(&path, &Random::system()).unwrap();
        let again = MasterKey::create(&path, &Random::system()).unwrap();
        let read = MasterKey::load(&path).unwrap().unwrap();
        assert_eq!(made.fingerprint(), again.fingerprint());
        assert_eq!(made.fingerprint(), read.fingerprint());
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn the_file_may_be_a_bare_name() {
        let name = format!("test-{}.master.key", std::process::id());
        let made = MasterKey::create(Path::new(&name), &Random::system());
        let read = MasterKey::load(Path::new(&name));
        std::fs::remove_file(&name).unwrap();
        assert_eq!(made.unwrap().fingerprint(), read.unwrap().unwrap().fingerprint());
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("master.key");
        MasterKey::create(&path, &Random::system()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let refused = MasterKey::load(&path).err().unwrap();
        assert!(refused.detail().contains("chmod 600"), "{}", refused.detail());
    }

    #[test]
    fn a_file_without_a_key_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        for (index, text) in ["", "slipway-master-key-1:", "slipway-master-key-1:zz", "secret"]
            .iter()
            .enumerate()
        {
            let path = directory.path().join(index.to_string());
            write_private(&path, text.as_bytes()).unwrap();
            assert!(MasterKey::load(&path).err().unwrap().detail().contains("no master key"));
        }
    }
}
