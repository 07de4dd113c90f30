//! Keeps the caches of this machine from growing without end.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::time::sleep;

use crate::item::Machine;

/// What no run has used for so long is removed. Far longer than a run may take.
const UNUSED_FOR: Duration = Duration::from_secs(14 * 86_400);
const BETWEEN: Duration = Duration::from_secs(86_400);

/// Prunes now and once a day, when nothing is at work. Never ends.
pub(crate) async fn prune(machine: Arc<Machine>) {
    loop {
        let turn = machine.leisure.wait().await;
        let (cache, configurations) = (machine.cache.clone(), machine.config.work.join(CONFIGURATIONS));
        let pruned = tokio::task::spawn_blocking(move || {
            let entries = cache.prune(UNUSED_FOR).map_err(io::Error::other)?;
            Ok::<_, io::Error>(entries + old_files(&configurations, UNUSED_FOR)?)
        });
        match pruned.await {
            Ok(Ok(0)) => {}
            Ok(Ok(entries)) => tracing::info!(entries, "removed from the cache what no run used for two weeks"),
            Ok(Err(error)) => tracing::warn!(%error, "the cache cannot be pruned"),
            Err(error) => tracing::error!(%error, "pruning the cache failed"),
        }
        drop(turn);
        sleep(BETWEEN).await;
    }
}

/// The folder with the archives of configurations, below the runner's own.
pub(crate) const CONFIGURATIONS: &str = "configurations";

/// Notes that a file is used now.
#[expect(
    clippy::disallowed_methods,
    reason = "compared with times of files, which the system gives"
)]
pub(crate) fn used(file: &Path) {
    let _ = File::open(file).and_then(|file| file.set_modified(SystemTime::now()));
}

fn old_files(folder: &Path, unused_for: Duration) -> io::Result<usize> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut removed = 0;
    for entry in entries {
        let entry = entry?;
        let unused = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if unused >= unused_for {
            fs::remove_file(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "as `used`")]
    fn archives_that_no_run_used_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(old_files(&folder.path().join("none"), UNUSED_FOR).unwrap(), 0);
        for name in ["old", "used-again", "new"] {
            fs::write(folder.path().join(name), "archive").unwrap();
        }
        for name in ["old", "used-again"] {
            let file = File::open(folder.path().join(name)).unwrap();
            file.set_modified(SystemTime::now() - UNUSED_FOR).unwrap();
        }
        used(&folder.path().join("used-again"));
        assert_eq!(old_files(folder.path(), UNUSED_FOR).unwrap(), 1);
        assert!(!folder.path().join("old").exists());
    }
}
