//! Opening a [`Kernel`]: directory, database, tables, keys, stores, in this order.

use std::path::PathBuf;
use std::sync::Arc;

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::ctx::Kernel;
use crate::db::migrations::{Migration, migrate};
use crate::db::{ConnectOptions, connect};
use crate::errors::{Error, Result};
use crate::grants::GrantCache;
use crate::ids::IdSequence;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::random::Random;
use crate::secrets::Secrets;
use crate::secrets::master_key::make_private_directory;
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
        make_private_directory(&settings.server.data_dir)?;
        let options = ConnectOptions {
            url: database_url(&settings)?,
            max_connections: settings.database.max_connections,
        };
        let db = connect(&options).await?;
        let wakes = Arc::new(Wakes::default());
        migrate(&db, Arc::clone(&wakes), migrations).await?;
        let master_key = master_key_file(&settings);
        let secrets = Secrets::load(&db, Arc::clone(&wakes), &master_key, random.clone(), clock.clone()).await?;
        Ok(Arc::new(Self {
            blobs: Blobs::open(&settings)?,
            logs: Logs::new(settings.limits.log_bytes),
            metrics: Metrics::default(),
            grants: GrantCache::default(),
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
