//! Images of the Docker Engine: built, and taken away when no version needs them.
//!
//! What must stay true: only a name that a build gave is taken away, never one of somebody else's.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use slipway_buildkit::{Session, Tree};
use slipway_docker::{Build as EngineBuild, BuildFailed, DockerError, Engine};
use tokio_util::sync::CancellationToken;

use super::docker::{APP, Docker, login_of, refused};
use super::driver::{Build, BuiltImage, DriverError, Hear, Image};
use crate::sources;

/// What the engine is told that the Dockerfile is called.
const DOCKERFILE: &str = "Dockerfile";

/// Builds of this process.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

impl Docker {
    pub(super) async fn image(&self, name: &str) -> Result<Image, DriverError> {
        let image = self.engine.image(name).await.map_err(refused)?;
        Ok(Image {
            reference: name.to_owned(),
            entrypoint: image.entrypoint,
            command: image.command,
            ports: image.ports,
        })
    }

    pub(super) async fn built(
        &self,
        build: &Build,
        cancelled: &CancellationToken,
        hear: Hear<'_>,
    ) -> Result<Image, DriverError> {
        let folder = build.folder.clone();
        let read = tokio::task::spawn_blocking(move || sources::tree(&folder)).await;
        let tree = read.map_err(|error| DriverError::Refused(error.to_string()))?;
        let tree = tree.map_err(|error| DriverError::Refused(error.to_string()))?;
        let session = Session {
            dockerfile: Tree::new().with_file(DOCKERFILE, build.dockerfile.clone()),
            context: tree,
            secrets: build.secrets.clone(),
            logins: build.registries.iter().filter_map(login_of).collect(),
        };
        let tag = name(&build.app, &build.id);
        // A build that is tried again is another one to the engine, which may not have forgotten the first.
        let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let wanted = EngineBuild {
            id: format!("{}-{}-{attempt}", build.id, std::process::id()),
            tag,
            dockerfile: DOCKERFILE.to_owned(),
            arguments: build.arguments.clone(),
            labels: BTreeMap::from([(APP.to_owned(), build.app.clone())]),
            sharing_key: build.app.clone(),
            is_isolated: self.builds_without_network,
            ..EngineBuild::default()
        };
        let made = self
            .engine
            .build(&wanted, session, cancelled, |line| hear(line.to_string()))
            .await;
        let id = made.map_err(|failed| match failed {
            BuildFailed::Cancelled => DriverError::Cancelled,
            BuildFailed::Failed(reason) => DriverError::Refused(reason),
            BuildFailed::Engine(error) => refused(error),
        })?;
        self.image(&id).await
    }
}

/// Every image that builds of apps made, by each name that they gave it.
pub(super) async fn built(engine: &Engine) -> Result<Vec<BuiltImage>, DriverError> {
    let mut built = Vec::new();
    for image in engine.images_with(APP).await.map_err(refused)? {
        let Some(app) = image.labels.get(APP) else { continue };
        for tagged in image.names {
            if let Some(build) = tagged.strip_prefix(&name(app, "")) {
                built.push(BuiltImage {
                    reference: image.id.clone(),
                    app: app.clone(),
                    build: build.to_owned(),
                    name: tagged,
                });
            }
        }
    }
    Ok(built)
}

/// Takes a name away, and the image with its last one; what a container is made of stays.
pub(super) async fn remove(engine: &Engine, image: &BuiltImage) -> Result<bool, DriverError> {
    match engine.remove_image(&image.name).await {
        Ok(()) => Ok(true),
        Err(DockerError::Conflict(_)) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

/// Whether an image is at the engine.
pub(super) async fn is_here(engine: &Engine, reference: &str) -> Result<bool, DriverError> {
    match engine.image(reference).await {
        Ok(_) => Ok(true),
        Err(DockerError::NotFound(_)) => Ok(false),
        Err(error) => Err(refused(error)),
    }
}

/// The name that a build gives its image.
fn name(app: &str, build: &str) -> String {
    format!("slipway/{app}:{build}")
}
