//! One server at a time on a SQLite database: a lock on a file beside it, which goes with the process.
//!
//! `slipway admin` takes none: SQLite itself keeps order between its short transactions and the server's. What a second
//! server would break is in the memory of the first: what it does in the background, and what it waits for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use slipway_kernel::open::{database_url, prepare_data_dir};
use slipway_kernel::settings::Settings;

/// Held for as long as it lives.
pub struct ServerLock {
    _file: File,
}

/// Takes the lock; none is needed on a database that several servers may share.
///
/// # Errors
///
/// When another server has it, or the file cannot be made.
pub fn take(settings: &Settings) -> anyhow::Result<Option<ServerLock>> {
    prepare_data_dir(&settings.server.data_dir).map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    let url = database_url(settings).map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    let Some(database) = url.strip_prefix("sqlite:").map(Path::new) else {
        return Ok(None);
    };
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(&path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)
                .context("cannot read who holds the lock")?;
            bail!(
                "another server (process {}) uses the database {}. Stop it first, or name another data directory; \
                 several servers at once need PostgreSQL",
                holder.trim(),
                database.display()
            );
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Some(ServerLock { _file: file }))
}
