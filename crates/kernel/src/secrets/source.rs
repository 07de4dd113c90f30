//! Where the master key comes from: a file, the environment, or a Vault or OpenBao that keeps it wrapped.
//!
//! What must stay true: the process holds the key from its start on and asks nobody for it in the middle of a transaction.
//! While the key is being exchanged a server may find the new one beside the old: the database says which one counts.

use std::fmt;
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;

use super::master_key::{self, MasterKey};
use super::store;
use super::transit::Transit;
use crate::clock::Clock;
use crate::errors::{Error, Result};
use crate::outbound::Outbound;
use crate::random::Random;
use crate::settings::Settings;

/// The variable that may hold the master key.
pub const VARIABLE: &str = "SLIPWAY_SERVER_MASTER_KEY";

/// Where the master key comes from.
#[derive(Clone)]
pub enum KeySource {
    /// A file; the next key may lie beside it.
    File(PathBuf),
    /// The environment of the server, in base64.
    Environment(MasterKey),
    /// A transit engine wraps the key, and the database keeps it so.
    Transit(Transit),
}

impl fmt::Display for KeySource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Environment(_) => formatter.write_str(VARIABLE),
            Self::Transit(transit) => write!(formatter, "{transit}"),
        }
    }
}

impl KeySource {
    /// What the settings name.
    ///
    /// # Errors
    ///
    /// When they name several, or something that cannot be used.
    pub fn of(settings: &Settings) -> Result<Self> {
        let transit = Transit::of(&settings.transit)?;
        let file = settings.server.master_key_file.is_some();
        let variable = settings.server.master_key.is_set();
        if usize::from(transit.is_some()) + usize::from(file) + usize::from(variable) > 1 {
            return Err(Error::conflict(format!(
                "The master key comes from one place: set one of transit.address, server.master_key_file and {VARIABLE}."
            )));
        }
        if let Some(transit) = transit {
            return Ok(Self::Transit(transit));
        }
        Self::local(settings)
    }

    /// The file or the variable that the settings name, whatever they say of a transit engine.
    ///
    /// # Errors
    ///
    /// When the variable holds no key.
    pub fn local(settings: &Settings) -> Result<Self> {
        if !settings.server.master_key.is_set() {
            return Ok(Self::File(crate::open::master_key_file(settings)));
        }
        let key = MasterKey::from_base64(settings.server.master_key.expose()).ok_or_else(|| {
            Error::conflict(format!(
                "{VARIABLE} holds no master key: it must be 32 bytes in base64, as `openssl rand -base64 32` makes them."
            ))
        })?;
        Ok(Self::Environment(key))
    }

    /// The key that the database was made with, if it says so, or else what is there.
    pub(super) async fn find(
        &self,
        connection: &impl ConnectionTrait,
        outbound: &Outbound,
        wanted: Option<&str>,
    ) -> Result<Option<MasterKey>> {
        match (self, wanted) {
            (Self::File(path), _) => find_in_files(path, wanted),
            (Self::Environment(key), _) => Ok(Some(key.clone())),
            (Self::Transit(_), None) => Ok(None),
            (Self::Transit(transit), Some(wanted)) => {
                let Some(wrapped) = store::wrapped_master_key(connection, wanted).await? else {
                    return Ok(None);
                };
                transit.unwrap(outbound, &wrapped).await.map(Some)
            }
        }
    }

    /// The key with this fingerprint, if it is a matter of files.
    pub(super) fn find_in_files(&self, wanted: &str) -> Result<Option<MasterKey>> {
        match self {
            Self::File(path) => find_in_files(path, Some(wanted)),
            Self::Environment(_) | Self::Transit(_) => Ok(None),
        }
    }

    /// The database needs another key than the one that is there.
    pub(super) fn other(&self, ours: &str, wanted: &str) -> Error {
        let what = match self {
            Self::File(path) => format!(
                "Put the right file there, or point server.master_key_file to it; while keys are exchanged, put the new \
                 one into {}.",
                next_to(path).display()
            ),
            Self::Environment(_) => format!("Start the server with the right key in {VARIABLE}."),
            Self::Transit(_) => "It follows by itself as soon as the engine answers.".to_owned(),
        };
        Error::conflict(format!(
            "This is not the master key that the database was made with: the fingerprint of the one from {self} is {ours}, \
             and the database needs {wanted}. {what}"
        ))
    }

    /// Makes the first key.
    pub(super) async fn create(&self, outbound: &Outbound, random: &Random) -> Result<(MasterKey, Option<String>)> {
        match self {
            Self::File(path) => Ok((MasterKey::create(path, random)?, None)),
            Self::Environment(key) => Ok((key.clone(), None)),
            Self::Transit(transit) => {
                let key = MasterKey::random(random)?;
                let wrapped = transit.wrap(outbound, &key).await?;
                Ok((key, Some(wrapped)))
            }
        }
    }

    /// What to do when the key with this fingerprint is not there.
    pub(super) fn missing(&self, wanted: &str) -> Error {
        match self {
            Self::File(path) => Error::conflict(format!(
                "The master key {} is missing, and the database has secrets that only it opens (fingerprint {wanted}). \
                 Restore the file from your backup of it.",
                path.display(),
            )),
            Self::Environment(_) | Self::Transit(_) => Error::conflict(format!(
                "The database was made with another master key (fingerprint {wanted}) than the one from {self}. Let the \
                 server use that one, and change to {self} with `slipway admin keys rotate-master`."
            )),
        }
    }
}

/// Where the next key lies while keys are exchanged.
#[must_use]
pub fn next_to(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".next");
    PathBuf::from(name)
}

fn find_in_files(path: &Path, wanted: Option<&str>) -> Result<Option<MasterKey>> {
    let current = MasterKey::load(path)?;
    let Some(wanted) = wanted else {
        return Ok(current);
    };
    if current.as_ref().is_some_and(|key| key.fingerprint() == wanted) {
        return Ok(current);
    }
    match MasterKey::load(&next_to(path))? {
        Some(next) if next.fingerprint() == wanted => Ok(Some(next)),
        next => Ok(current.or(next)),
    }
}

/// Keeps a key that was wrapped, and the clock's time of it.
pub(super) async fn keep_wrapped(
    connection: &impl ConnectionTrait,
    clock: &Clock,
    key: &MasterKey,
    wrapped: Option<String>,
) -> Result<()> {
    match wrapped {
        Some(wrapped) => store::insert_wrapped_master_key(connection, key.fingerprint(), wrapped, clock.now()).await,
        None => Ok(()),
    }
}

/// Puts `key` into the place of the one in `path`, which is kept under the name of its fingerprint.
///
/// # Errors
///
/// When a file cannot be written.
pub fn exchange_files(path: &Path, old_fingerprint: &str) -> Result<PathBuf> {
    let kept = path.with_extension(format!("{old_fingerprint}.old"));
    master_key::rename(path, &kept)?;
    master_key::rename(&next_to(path), path)?;
    Ok(kept)
}
