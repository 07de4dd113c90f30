//! The last table on disk: what a router serves when it starts before anybody tells it anything.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads the table that was written last, or what somebody keeps with it; nothing when nothing was.
///
/// # Errors
/// When the file cannot be read, or is no table.
pub fn read<T: DeserializeOwned>(path: &Path) -> std::io::Result<Option<T>> {
    match std::fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(std::io::Error::other),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes a table so that a process that is killed in the middle leaves the one before. It has keys in it: nobody else may
/// read it.
///
/// # Errors
/// When the disk does not take it.
pub fn write(path: &Path, table: &impl Serialize) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(&serde_json::to_vec(table)?)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    // The name counts only once its folder is written.
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn what_was_written_last_is_read_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("table.json");
        assert_eq!(read::<Table>(&path).unwrap(), None);
        for version in [1, 2] {
            write(
                &path,
                &Table {
                    version,
                    ..Table::default()
                },
            )
            .unwrap();
        }
        assert_eq!(read::<Table>(&path).unwrap().unwrap().version, 2);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::write(&path, "{").unwrap();
        read::<Table>(&path).unwrap_err();
    }
}
