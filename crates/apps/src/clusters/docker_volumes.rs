//! Volumes of the Docker Engine.
//!
//! What must stay true: a volume that is not ours is neither used nor taken away; of a folder of the machine nothing is ever removed.

use std::collections::BTreeMap;

use slipway_docker::volumes::{Mount as UnitMount, Source, VolumeSpec};
use slipway_docker::{DockerError, Engine};

use super::docker::refused;
use super::driver::DriverError;
use super::mounts::{Mount, Storage, Volume};

/// On volumes of ours: their id.
const VOLUME: &str = "slipway.volume";

/// Makes the volume, where it is not there.
pub(super) async fn ensure(engine: &Engine, volume: &Volume) -> Result<(), DriverError> {
    let (driver, options) = match &volume.storage {
        Storage::Engine { driver, options } => (driver, options),
        // Whether it is there the engine says when it is used.
        Storage::HostPath { .. } => return Ok(()),
        Storage::Persistent { .. } | Storage::Ephemeral { .. } => return Err(elsewhere()),
    };
    if find(engine, volume).await? {
        return Ok(());
    }
    let spec = VolumeSpec {
        name: volume.name(),
        driver: driver.clone(),
        options: options.clone(),
        labels: BTreeMap::from([(VOLUME.to_owned(), volume.id.to_string())]),
    };
    engine.make_volume(&spec).await.map(drop).map_err(refused)
}

/// Makes every volume of these mounts.
pub(super) async fn ensure_all(engine: &Engine, mounts: &[Mount]) -> Result<(), DriverError> {
    for mount in mounts {
        ensure(engine, &mount.volume).await?;
    }
    Ok(())
}

/// Takes the volume away with all that is in it.
pub(super) async fn remove(engine: &Engine, volume: &Volume) -> Result<(), DriverError> {
    if !matches!(volume.storage, Storage::Engine { .. }) || !find(engine, volume).await? {
        return Ok(());
    }
    match engine.remove_volume(&volume.name()).await {
        Err(DockerError::Conflict(said)) => Err(DriverError::Refused(format!("something still uses it: {said}"))),
        other => other.map_err(refused),
    }
}

/// Whether the volume is there.
pub(super) async fn find(engine: &Engine, volume: &Volume) -> Result<bool, DriverError> {
    match engine.volume(&volume.name()).await {
        Ok(found) if found.labels.get(VOLUME) == Some(&volume.id.to_string()) => Ok(true),
        Ok(found) => Err(DriverError::Refused(format!(
            "the Docker Engine has a volume {} that somebody else made; rename or remove it there",
            found.name
        ))),
        Err(DockerError::NotFound(_)) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

/// As the engine is told of them.
pub(super) fn mounts(wanted: &[Mount]) -> Vec<UnitMount> {
    let mounts = wanted.iter().map(|mount| UnitMount {
        source: match &mount.volume.storage {
            Storage::HostPath { path } => Source::Folder(path.clone()),
            _ => Source::Volume(mount.volume.name()),
        },
        path: mount.path.clone(),
        is_read_only: mount.is_read_only,
    });
    mounts.collect()
}

fn elsewhere() -> DriverError {
    DriverError::Refused(
        "volumes of this kind are for Kubernetes clusters: the Docker Engine has engine and host-path".to_owned(),
    )
}
