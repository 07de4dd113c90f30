//! Volumes of the engine: made by their name, and taken away again where they are ours.

use std::collections::BTreeMap;

use bollard::models::{Mount as EngineMount, MountType, VolumeCreateRequest};
use bollard::query_parameters::RemoveVolumeOptionsBuilder;

use crate::engine::Engine;
use crate::error::DockerError;

/// A volume that shall be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VolumeSpec {
    /// Unlike every other volume's at the engine.
    pub name: String,
    /// What makes it; the engine's usual driver when it is empty.
    pub driver: String,
    /// What the driver is told.
    pub options: BTreeMap<String, String>,
    /// By these it is found.
    pub labels: BTreeMap<String, String>,
}

/// A volume as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// As it was made.
    pub name: String,
    /// What made it.
    pub driver: String,
    /// As they were given.
    pub labels: BTreeMap<String, String>,
}

/// Where a unit sees something in its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// What it sees.
    pub source: Source,
    /// Where.
    pub path: String,
    /// Whether it only reads.
    pub is_read_only: bool,
}

/// What a unit sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A volume, by its name.
    Volume(String),
    /// A folder of the engine's machine, which has to be there.
    Folder(String),
}

impl Engine {
    /// Makes a volume. One of that name that is there stays as it is.
    ///
    /// # Errors
    /// When the engine or its driver cannot.
    pub async fn make_volume(&self, spec: &VolumeSpec) -> Result<Volume, DockerError> {
        let request = VolumeCreateRequest {
            name: Some(spec.name.clone()),
            driver: (!spec.driver.is_empty()).then(|| spec.driver.clone()),
            driver_opts: Some(spec.options.clone().into_iter().collect()),
            labels: Some(spec.labels.clone().into_iter().collect()),
            ..VolumeCreateRequest::default()
        };
        let made = self.docker.create_volume(request).await;
        made.map(read)
            .map_err(|error| self.failed(error, &format!("volume driver {}", spec.driver)))
    }

    /// One volume, by its name.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn volume(&self, name: &str) -> Result<Volume, DockerError> {
        let found = self.docker.inspect_volume(name).await;
        found
            .map(read)
            .map_err(|error| self.failed(error, &format!("volume {name}")))
    }

    /// Takes a volume away with all that is in it. One that is gone is fine.
    ///
    /// # Errors
    /// [`DockerError::Conflict`] while a unit has it.
    pub async fn remove_volume(&self, name: &str) -> Result<(), DockerError> {
        let options = RemoveVolumeOptionsBuilder::new().build();
        match self
            .docker
            .remove_volume(name, Some(options))
            .await
            .map_err(|error| self.failed(error, &format!("volume {name}")))
        {
            Ok(()) | Err(DockerError::NotFound(_)) => Ok(()),
            Err(refused) => Err(refused),
        }
    }
}

pub(crate) fn mounts(wanted: &[Mount]) -> Option<Vec<EngineMount>> {
    let mounts = wanted.iter().map(|mount| {
        let (kind, source) = match &mount.source {
            Source::Volume(name) => (MountType::VOLUME, name),
            Source::Folder(path) => (MountType::BIND, path),
        };
        EngineMount {
            target: Some(mount.path.clone()),
            source: Some(source.clone()),
            typ: Some(kind),
            read_only: Some(mount.is_read_only),
            ..EngineMount::default()
        }
    });
    (!wanted.is_empty()).then(|| mounts.collect())
}

fn read(found: bollard::models::Volume) -> Volume {
    Volume {
        name: found.name,
        driver: found.driver,
        labels: found.labels.into_iter().collect(),
    }
}
