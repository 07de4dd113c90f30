//! Whether what is to be backed up is as this program knows it. A backup changes nothing, so it brings nothing up to date.

use std::path::Path;

use crate::db::migrations::{self, Migration};
use crate::db::{ConnectOptions, connect};
use crate::errors::{Error, Result};
use crate::open::database_url;
use crate::settings::Settings;

/// Refuses what no server of this version has used.
///
/// # Errors
///
/// `Conflict` when there is nothing or something of another version, with what to do; those of the database.
pub async fn require_current(settings: &Settings, migrations: &[Migration]) -> Result<()> {
    let url = database_url(settings)?;
    // Opening it would make it.
    if let Some(file) = url.strip_prefix("sqlite:").map(Path::new)
        && !file.exists()
    {
        return Err(Error::conflict(format!(
            "There is no database {}. Name the data directory that the server uses.",
            file.display()
        )));
    }
    let options = ConnectOptions {
        url,
        max_connections: 1,
    };
    migrations::require_current(&connect(&options).await?, migrations).await
}
