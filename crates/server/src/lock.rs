//! One server at a time in a data directory, and one on a SQLite database: locks on files, which go with the process.
//!
//! Two servers in one directory would take the socket and the runner from each other, whatever the database; replicas
//! have a directory each. `slipway admin` takes no lock: SQLite itself keeps order between its short transactions and the
//! server's. What a second server on SQLite would break is in the memory of the first: what it does in the background,
//! and what it waits for.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use slipway_kernel::open::{database_url, prepare_data_dir};
use slipway_kernel::settings::Settings;

/// Held for as long as it lives.
#[derive(Debug)]
pub struct ServerLock {
    _files: Vec<File>,
}

/// Takes the locks.
///
/// # Errors
///
/// When another server has one, or a file cannot be made.
pub fn take(settings: &Settings) -> anyhow::Result<ServerLock> {
    let data_dir = &settings.server.data_dir;
    prepare_data_dir(data_dir).map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    let mut files = vec![lock(&data_dir.join("server.lock"), |holder| {
        format!(
            "another server (process {holder}) uses the data directory {}. Stop it first, or name another data directory; \
             replicas share a database and an object store, never a data directory",
            data_dir.display()
        )
    })?];
    let url = database_url(settings).map_err(|error| anyhow::anyhow!("{}", error.detail()))?;
    if let Some(database) = url.strip_prefix("sqlite:").map(Path::new) {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        files.push(lock(&PathBuf::from(path), |holder| {
            format!(
                "another server (process {holder}) uses the database {}. Stop it first, or name another data directory; \
                 several servers at once need PostgreSQL",
                database.display()
            )
        })?);
    }
    Ok(ServerLock { _files: files })
}

fn lock(path: &Path, taken: impl FnOnce(&str) -> String) -> anyhow::Result<File> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("cannot open the lock {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            file.read_to_string(&mut holder)
                .context("cannot read who holds the lock")?;
            bail!(taken(holder.trim()));
        }
        Err(TryLockError::Error(error)) => {
            return Err(error).with_context(|| format!("cannot lock {}", path.display()));
        }
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_directory_has_one_server_whatever_its_database() {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().join("a");
        settings.database.url = Some("postgres://nobody@localhost/nothing".to_owned());
        let held = take(&settings).unwrap();
        let refused = take(&settings).unwrap_err().to_string();
        assert!(
            refused.contains(&format!("(process {})", std::process::id())) && refused.contains("data directory"),
            "{refused}"
        );
        let mut replica = settings.clone();
        replica.server.data_dir = directory.path().join("b");
        take(&replica).unwrap();
        drop(held);
        take(&settings).unwrap();
    }

    #[test]
    fn a_sqlite_database_has_one_server_wherever_it_lies() {
        let directory = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.server.data_dir = directory.path().join("a");
        settings.database.url = Some(format!("sqlite:{}", directory.path().join("shared.db").display()));
        let _held = take(&settings).unwrap();
        settings.server.data_dir = directory.path().join("b");
        let refused = take(&settings).unwrap_err().to_string();
        assert!(refused.contains("shared.db"), "{refused}");
    }
}
