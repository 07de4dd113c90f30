//! `credentials.toml` in the user's configuration directory: one token per server.
//!
//! What must stay true: only the owner can read the file, at every instant; and a crash leaves the old file or the new
//! one, never half of one.

use std::collections::BTreeMap;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::failure::Failure;

/// The file's name.
const FILE_NAME: &str = "credentials.toml";

/// What the file says.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The server that was signed in to last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<Url>,
    /// By [`server_key`].
    #[serde(default)]
    servers: BTreeMap<String, Entry>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    username: String,
    token: String,
    /// Whether `slipway login` got it by the browser, so that nothing else uses it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    is_ours: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let servers: Vec<_> = self.servers.keys().collect();
        formatter
            .debug_struct("Credentials")
            .field("default", &self.default)
            .field("servers", &servers)
            .finish()
    }
}

/// What a server's token is kept under: its address without a slash at the end.
pub(crate) fn server_key(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

impl Credentials {
    /// The file in this configuration directory; empty when there is none.
    pub(crate) fn read(directory: &Path) -> anyhow::Result<Self> {
        let path = directory.join(FILE_NAME);
        match fs::read_to_string(&path) {
            // The parser's own message would show the line, and with it a token.
            Ok(text) => toml::from_str(&text).map_err(|_| {
                let next = "Remove the file and sign in again with slipway login.";
                Failure::error(format!("{} cannot be understood", path.display()), next)
            }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
        }
    }

    /// Writes the file into this configuration directory, which is made if needed.
    pub(crate) fn write(&self, directory: &Path) -> anyhow::Result<PathBuf> {
        let path = directory.join(FILE_NAME);
        let text = toml::to_string(self).context("cannot write the credentials as TOML")?;
        write_private(directory, &path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }

    /// The token for a server.
    pub(crate) fn token(&self, url: &Url) -> Option<SecretString> {
        self.servers
            .get(&server_key(url))
            .map(|entry| SecretString::from(entry.token.as_str()))
    }

    /// Whether a server's token was made for this program on this machine.
    pub(crate) fn is_ours(&self, url: &Url) -> bool {
        self.servers.get(&server_key(url)).is_some_and(|entry| entry.is_ours)
    }

    /// Keeps a token, and makes its server the default.
    pub(crate) fn insert(&mut self, url: &Url, username: &str, token: &str, is_ours: bool) {
        let entry = Entry {
            username: username.to_owned(),
            token: token.to_owned(),
            is_ours,
        };
        self.servers.insert(server_key(url), entry);
        self.default = Some(url.clone());
    }

    /// Forgets a server's token; whether there was one.
    pub(crate) fn remove(&mut self, url: &Url) -> bool {
        if self
            .default
            .as_ref()
            .is_some_and(|default| server_key(default) == server_key(url))
        {
            self.default = None;
        }
        self.servers.remove(&server_key(url)).is_some()
    }
}

/// Whether others than the owner can read the credentials.
pub(crate) fn readable_by_others(directory: &Path) -> Option<PathBuf> {
    let path = directory.join(FILE_NAME);
    let mode = fs::metadata(&path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then_some(path)
}

fn write_private(directory: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let temporary = directory.join(format!(".{FILE_NAME}.{}", std::process::id()));
    // One that a crash left has perhaps another mode; `create_new` then makes ours.
    match fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    #[test]
    fn tokens_are_kept_per_server_and_read_back() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("slipway");
        let mut credentials = Credentials::default();
        credentials.insert(&url("http://one:8080/"), "ada", "slw_u_one", false);
        credentials.insert(&url("https://two/base"), "ada", "slw_u_two", true);
        credentials.write(&directory).unwrap();
        let mut read = Credentials::read(&directory).unwrap();
        assert_eq!(
            read.token(&url("http://one:8080")).unwrap().expose_secret(),
            "slw_u_one"
        );
        assert_eq!(
            read.token(&url("https://two/base/")).unwrap().expose_secret(),
            "slw_u_two"
        );
        assert!(read.token(&url("https://two")).is_none());
        assert_eq!(read.default, Some(url("https://two/base")));
        assert!(read.remove(&url("https://two/base")) && read.default.is_none());
    }

    #[test]
    fn only_the_owner_can_read_the_file_even_when_it_was_open_before() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("slipway");
        let path = Credentials::default().write(&directory).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(readable_by_others(&directory), Some(path.clone()));
        Credentials::default().write(&directory).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(readable_by_others(&directory), None);
        assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
    }

    #[test]
    fn a_damaged_file_is_not_shown() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(FILE_NAME), "[servers.x]\ntoken = \"slw_u_secret").unwrap();
        let error = format!("{:?}", Credentials::read(home.path()).unwrap_err());
        assert!(
            !error.contains("slw_u_secret") && error.contains("credentials.toml"),
            "{error}"
        );
        let mut credentials = Credentials::default();
        credentials.insert(&url("http://one"), "ada", "slw_u_secret", true);
        assert!(!format!("{credentials:?}").contains("slw_u_secret"));
    }
}
