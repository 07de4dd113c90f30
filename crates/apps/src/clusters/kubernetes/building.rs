//! Builds for Kubernetes: by a BuildKit that the server reaches, into a registry from which the cluster's machines fetch.
//!
//! What must stay true: what opens that registry is shown for an app's own images only, whatever image somebody names.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use slipway_buildkit::{Daemon, RemoteBuild, RemoteFailed, Session, Tree};
use slipway_connections::registries::{ImageName, Registry};
use slipway_kube::names::APP;
use slipway_kube::spec::UnitSpec;
use tokio_util::sync::CancellationToken;

use super::super::docker::login_of;
use super::super::driver::{Build, Desired, DriverError, Hear, Image};
use super::super::registry;
use super::Kubernetes;
use super::translating::{login, refused, unit_spec};
use crate::sources;

/// What BuildKit is told that the Dockerfile is called.
const DOCKERFILE: &str = "Dockerfile";
/// Where nobody says what the machines are.
const USUAL_PLATFORM: &str = "linux/amd64";

/// Builds of this process.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// What builds, and where the images go. No `Debug`.
#[derive(Clone)]
pub struct Builds {
    /// `tcp://host:port`.
    pub buildkit: String,
    /// Where images are pushed to, and fetched from.
    pub registry: Registry,
    /// What they are below there.
    pub repository: String,
    /// Whether commands of builds have no network.
    pub without_network: bool,
}

impl Builds {
    /// Where the images of an app are.
    pub(crate) fn name(&self, app: &str) -> String {
        format!("{}/{}/{app}", self.registry.address, self.repository)
    }
}

impl Kubernetes {
    /// What the cluster's machines are.
    pub(super) async fn platform(&self) -> Result<String, DriverError> {
        let about = self.cluster.about().await.map_err(refused)?;
        let nodes = about.nodes.unwrap_or_default();
        let first = nodes.into_iter().next().map(|node| node.platform);
        Ok(first.unwrap_or_else(|| USUAL_PLATFORM.to_owned()))
    }

    /// What a unit runs, with what opens its image.
    pub(super) fn unit(&self, desired: &Desired) -> UnitSpec {
        let mut spec = unit_spec(desired);
        if let Some(Ok(builds)) = &self.place.builds
            && ImageName::read(&desired.image).is_ok_and(|image| image.name == builds.name(&desired.app.to_string()))
        {
            spec.login = login(&builds.registry);
        }
        spec
    }

    /// Whether an image that builds pushed is not in their registry any more.
    pub(super) async fn is_gone(&self, image: &str) -> bool {
        let (Some(Ok(builds)), Ok(named)) = (&self.place.builds, ImageName::read(image)) else {
            return false;
        };
        let is_pushed = named.name.starts_with(&builds.name(""));
        is_pushed && registry::is_gone(&self.outbound, &builds.registry, &named).await
    }

    pub(super) async fn built(
        &self,
        build: &Build,
        cancelled: &CancellationToken,
        hear: Hear<'_>,
    ) -> Result<Image, DriverError> {
        let builds = match &self.place.builds {
            Some(Ok(builds)) => builds,
            Some(Err(why)) => {
                let why = why.trim_end_matches('.');
                return Err(DriverError::Refused(format!(
                    "the registry of its builds cannot be used: {why}"
                )));
            }
            None => {
                return Err(DriverError::Refused(
                    "nothing builds images for this cluster: whoever administers the site names a BuildKit and a registry for it \
                     (`slipway cluster update --buildkit`); until then, deploy an image by its name"
                        .to_owned(),
                ));
            }
        };
        let daemon = Daemon::at(&builds.buildkit).map_err(DriverError::Refused)?;
        let platform = self.platform().await?;
        let folder = build.folder.clone();
        let read = tokio::task::spawn_blocking(move || sources::tree(&folder)).await;
        let tree = read.map_err(|error| DriverError::Refused(error.to_string()))?;
        let tree = tree.map_err(|error| DriverError::Refused(error.to_string()))?;
        let mut logins: BTreeMap<_, _> = build.registries.iter().filter_map(login_of).collect();
        logins.extend(login_of(&builds.registry));
        let session = Session {
            dockerfile: Tree::new().with_file(DOCKERFILE, build.dockerfile.clone()),
            context: tree,
            logins,
            secrets: build.secrets.clone(),
        };
        let name = builds.name(&build.app);
        let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let wanted = RemoteBuild {
            // A build that is tried again is another one to the daemon, which may not have forgotten the first.
            id: format!("{}-{}-{attempt}", build.id, std::process::id()),
            name: format!("{name}:{}", build.id),
            is_insecure: builds.registry.is_insecure,
            dockerfile: DOCKERFILE.to_owned(),
            platform: platform.clone(),
            arguments: build.arguments.clone(),
            labels: BTreeMap::from([(APP.to_owned(), build.app.clone())]),
            sharing_key: build.app.clone(),
            is_isolated: builds.without_network,
            // What is shown to the registry opens the images of all apps.
            closed: (
                format!("{}/{}", builds.registry.address, builds.repository),
                name.clone(),
            ),
        };
        let made = daemon
            .build(&wanted, session, cancelled, |line| hear(line.to_string()))
            .await;
        let digest = made.map_err(|failed| match failed {
            RemoteFailed::Cancelled => DriverError::Cancelled,
            RemoteFailed::Failed(reason) => DriverError::Refused(reason),
            away @ RemoteFailed::Away { .. } => DriverError::Away(away.to_string()),
        })?;
        let image = format!("{name}@{digest}");
        registry::look(&self.outbound, (&image, Some(&builds.registry)), &platform).await
    }
}
