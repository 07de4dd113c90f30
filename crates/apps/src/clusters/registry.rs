//! What a registry says of an image: for clusters whose machines fetch by themselves and tell nothing of it
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

use std::time::Duration;

use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use slipway_connections::registries::{Asking, ImageName, Registry};
use slipway_kernel::outbound::{Answer, Outbound};

use super::driver::{DriverError, Image};

/// What images are described as.
pub(crate) const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json";

/// A rollback waits no longer for a registry.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    config: Option<Described>,
    #[serde(default)]
    manifests: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    digest: String,
    platform: Option<Platform>,
}

#[derive(Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    config: Option<Runs>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Runs {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    exposed_ports: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An image by its digest, with what it runs on a platform (`linux/amd64`). It is asked for where its name says, with what opens that.
pub(super) async fn look(
    outbound: &Outbound,
    (image, registry): (&str, Option<&Registry>),
    platform: &str,
) -> Result<Image, DriverError> {
    let named = ImageName::read(image).map_err(DriverError::Refused)?;
    let open = Registry::open(&named.registry);
    let mut registry = Looking {
        asking: Asking::new(outbound, registry.unwrap_or(&open)),
        named: &named,
        image,
    };
    let answer = registry.get(&format!("manifests/{}", named.reference)).await?;
    let digest = match named.reference.starts_with("sha256:") {
        true => named.reference.clone(),
        false => answer
            .headers
            .get("docker-content-digest")
            .and_then(|digest| digest.to_str().ok())
            .map(str::to_owned)
            .ok_or_else(|| {
                DriverError::Refused(format!(
                    "the registry tells no digest of {image}: name it by its digest"
                ))
            })?,
    };
    let mut manifest: Manifest = read(&answer, image)?;
    if manifest.config.is_none() {
        let is_meant = |one: &&Described| {
            let of = one.platform.as_ref();
            of.is_some_and(|of| format!("{}/{}", of.os, of.architecture) == platform)
        };
        let found = manifest.manifests.iter().find(is_meant);
        let found = found.ok_or_else(|| DriverError::Refused(format!("there is no {image} for {platform}")))?;
        manifest = read(&registry.get(&format!("manifests/{}", found.digest)).await?, image)?;
    }
    let config = manifest
        .config
        .ok_or_else(|| DriverError::Refused(format!("{image} is no image that can be run")))?;
    let configuration: Configuration = read(&registry.get(&format!("blobs/{}", config.digest)).await?, image)?;
    let runs = configuration.config.unwrap_or_default();
    let ports = runs.exposed_ports.unwrap_or_default();
    let mut ports: Vec<u16> = ports.keys().filter_map(|port| tcp(port)).collect();
    ports.sort_unstable();
    Ok(Image {
        reference: format!("{}@{digest}", named.name),
        entrypoint: runs.entrypoint.unwrap_or_default(),
        command: runs.cmd.unwrap_or_default(),
        ports,
    })
}

/// Whether a registry says that it does not have an image any more. What it does not say in time counts as there: machines may have it.
pub(super) async fn is_gone(outbound: &Outbound, registry: &Registry, image: &ImageName) -> bool {
    let path = format!("{}/manifests/{}", image.repository, image.reference);
    let mut asking = Asking::new(outbound, registry);
    let asked = tokio::time::timeout(PATIENCE, asking.get(&path, MANIFESTS)).await;
    matches!(asked, Ok(Ok(answer)) if answer.status == StatusCode::NOT_FOUND)
}

/// One image that is asked for.
struct Looking<'a> {
    asking: Asking<'a>,
    named: &'a ImageName,
    image: &'a str,
}

impl Looking<'_> {
    async fn get(&mut self, what: &str) -> Result<Answer, DriverError> {
        let path = format!("{}/{what}", self.named.repository);
        let answer = self.asking.get(&path, MANIFESTS).await;
        let answer = answer.map_err(|reason| self.refused(&reason))?;
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::NOT_FOUND => Err(self.refused("the registry does not have it")),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(self.refused(
                "the registry does not have it, or does not show it to whom it takes us for: what opens a registry is an integration of \
                 the kind oci-registry",
            )),
            status => Err(self.refused(&format!(
                "{} answered with status {}",
                self.named.registry,
                status.as_u16()
            ))),
        }
    }

    fn refused(&self, reason: &str) -> DriverError {
        DriverError::Refused(format!("{} cannot be fetched: {reason}", self.image))
    }
}

fn read<T: DeserializeOwned>(answer: &Answer, image: &str) -> Result<T, DriverError> {
    serde_json::from_slice(&answer.body)
        .map_err(|_| DriverError::Refused(format!("what the registry says of {image} is not understood")))
}

/// Of `8080/tcp`, or `8080` alone.
fn tcp(port: &str) -> Option<u16> {
    match port.split_once('/') {
        Some((number, "tcp")) => number.parse().ok(),
        Some(_) => None,
        None => port.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_those_of_tcp() {
        assert_eq!(
            (tcp("8080/tcp"), tcp("53/udp"), tcp("80")),
            (Some(8080), None, Some(80))
        );
    }
}
