//! Opening a [`Kernel`]: directory, database, tables, keys, stores, in this order.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::ctx::Kernel;
use crate::db::migrations::{Migration, migrate};
use crate::db::{ConnectOptions, connect};
use crate::errors::{Error, Result};
use crate::grants::GrantCache;
use crate::http::Totals;
use crate::ids::IdSequence;
use crate::kept::Kept;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::random::Random;
use crate::secrets::master_key::make_private_directory;
use crate::secrets::{KeySource, Secrets};
use crate::settings::Settings;
use crate::wakes::Wakes;

impl Kernel {
    /// Opens everything that the settings name, brings the tables up to date with `migrations` (the kernel's own first,
    /// see [`crate::migrations`]) and makes what a first start needs. Nothing runs in the background yet.
    ///
    /// # Errors
    ///
    /// Each says what is wrong and what to do: a database that does not answer or is newer than this program, a master
    /// key that is missing, readable by others or not the database's.
    pub async fn open(settings: Settings, clock: Clock, random: Random, migrations: &[Migration]) -> Result<Arc<Self>> {
        prepare_data_dir(&settings.server.data_dir)?;
        let options = ConnectOptions {
            url: database_url(&settings)?,
            max_connections: settings.database.max_connections,
        };
        let db = connect(&options).await?;
        let wakes = Arc::new(Wakes::default());
        migrate(&db, Arc::clone(&wakes), migrations).await?;
        let outbound = Arc::new(Outbound::new(&settings.outbound));
        let source = KeySource::of(&settings)?;
        let sources = (random.clone(), clock.clone());
        let secrets = Secrets::load(&db, Arc::clone(&wakes), source, &outbound, sources).await?;
        Ok(Arc::new(Self {
            blobs: Blobs::open(&settings)?,
            logs: Logs::new(settings.limits.log_bytes),
            metrics: Metrics::default(),
            outbound,
            kept: Kept::default(),
            grants: GrantCache::default(),
            totals: Totals::default(),
            ids: IdSequence::default(),
            secrets,
            db,
            clock,
            random,
            wakes,
            settings,
        }))
    }
}

/// Makes the data directory, or sees to it that an existing one is ours alone: one that others may look into is closed
/// to them, unless it holds something that is not ours.
///
/// # Errors
///
/// When it cannot be made or written, or is somebody else's.
pub fn prepare_data_dir(path: &Path) -> Result<()> {
    let refuse = |why: String| Err(Error::conflict(format!("The data directory {} {why}", path.display())));
    let Ok(found) = std::fs::metadata(path) else {
        return make_private_directory(path);
    };
    if !found.is_dir() {
        return refuse("is a file. Name a directory with --data-dir.".to_owned());
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        if let Some(foreign) = foreign_entry(path) {
            return refuse(format!(
                "is open to other users (mode {mode:o}) and holds \"{foreign}\", which is not Slipway's. Name a directory \
                 of its own, or run `chmod 700` on this one if nobody else needs it."
            ));
        }
        if let Err(error) = std::fs::set_permissions(path, Permissions::from_mode(0o700)) {
            return refuse(format!(
                "is open to other users (mode {mode:o}) and cannot be closed to them: {error}. Name a new directory inside \
                 it, or run `chmod 700` on it as its owner."
            ));
        }
        tracing::warn!(directory = %path.display(), "the data directory was open to other users (mode {mode:o}); it is now closed to them (700)");
    }
    let probe = path.join(format!(".probe-{}", std::process::id()));
    let probed = std::fs::write(&probe, b"can this be written?\n");
    std::fs::remove_file(&probe).ok();
    match probed {
        Ok(()) => Ok(()),
        Err(error) => refuse(format!(
            "cannot be written: {error}. Name another, or make room or give it to the user that Slipway runs as."
        )),
    }
}

/// Something in the directory that no Slipway made, if no Slipway was ever there.
fn foreign_entry(path: &Path) -> Option<String> {
    let names: Vec<String> = std::fs::read_dir(path)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .filter(|name| name != "lost+found")
        .collect();
    let ours = ["master.key", "slipway.db", "blobs"];
    if names.iter().any(|name| ours.contains(&name.as_str())) {
        return None;
    }
    names.into_iter().next()
}

/// Where the master key is: in the data directory unless the settings say otherwise.
#[must_use]
pub fn master_key_file(settings: &Settings) -> PathBuf {
    let default = || settings.server.data_dir.join("master.key");
    settings.server.master_key_file.clone().unwrap_or_else(default)
}

/// The database's URL: as set, from its file, or a file in the data directory.
///
/// # Errors
///
/// When the file that should hold it cannot be read.
pub fn database_url(settings: &Settings) -> Result<String> {
    if let Some(file) = &settings.database.url_file {
        let text = std::fs::read_to_string(file).map_err(|error| {
            let detail = format!("The file {} cannot be read: {error}", file.display());
            Error::invalid("database.url-file", detail)
        })?;
        return Ok(text.trim().to_owned());
    }
    let default = || format!("sqlite:{}", settings.server.data_dir.join("slipway.db").display());
    Ok(settings.database.url.clone().unwrap_or_else(default))
}
