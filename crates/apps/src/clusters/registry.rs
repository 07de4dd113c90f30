//! What a registry says of an image: for clusters whose machines fetch by themselves and tell nothing of it
//! (<https://github.com/opencontainers/distribution-spec/blob/main/spec.md>).

use http::header::{ACCEPT, AUTHORIZATION, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use slipway_kernel::outbound::{Answer, Outbound, OutboundError, Request};
use url::Url;

use super::driver::{DriverError, Image};

/// Whom names without a registry mean, as every engine has it.
const USUAL: &str = "docker.io";
/// Where that one is asked.
const USUAL_HOST: &str = "registry-1.docker.io";
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, \
                         application/vnd.docker.distribution.manifest.list.v2+json, \
                         application/vnd.docker.distribution.manifest.v2+json";

/// An image's name in its parts.
#[derive(Debug, PartialEq, Eq)]
struct Named {
    /// As people wrote it, without tag and digest.
    name: String,
    host: String,
    repository: String,
    /// A tag or a digest.
    reference: String,
}

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

#[derive(Deserialize)]
struct Token {
    #[serde(alias = "access_token")]
    token: String,
}

/// An image by its digest, with what it runs on a platform (`linux/amd64`).
pub(super) async fn look(outbound: &Outbound, image: &str, platform: &str) -> Result<Image, DriverError> {
    let named = Named::read(image)?;
    let mut registry = Registry {
        outbound,
        named: &named,
        image,
        token: None,
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

struct Registry<'a> {
    outbound: &'a Outbound,
    named: &'a Named,
    image: &'a str,
    token: Option<HeaderValue>,
}

impl Registry<'_> {
    async fn get(&mut self, what: &str) -> Result<Answer, DriverError> {
        let Named { host, repository, .. } = self.named;
        // As engines have it: nobody else listens at one's own addresses.
        let is_own = host.starts_with("127.") || host == "localhost" || host.starts_with("localhost:");
        let scheme = if is_own { "http" } else { "https" };
        let url = self.url(&format!("{scheme}://{host}/v2/{repository}/{what}"))?;
        let mut answer = self.ask(url.clone()).await?;
        if answer.status == StatusCode::UNAUTHORIZED && self.token.is_none() {
            self.token = self.sign_in(&answer).await?;
            answer = self.ask(url).await?;
        }
        match answer.status {
            StatusCode::OK => Ok(answer),
            StatusCode::NOT_FOUND => Err(self.refused("the registry does not have it")),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                Err(self.refused("the registry does not have it, or does not show it without a login"))
            }
            status => Err(self.refused(&format!("{host} answered with status {}", status.as_u16()))),
        }
    }

    async fn ask(&self, url: Url) -> Result<Answer, DriverError> {
        let mut request = Request::get(url).header(ACCEPT, HeaderValue::from_static(MANIFESTS));
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        self.send(request).await
    }

    async fn send(&self, request: Request) -> Result<Answer, DriverError> {
        let answer = self.outbound.send(request).await;
        answer.map_err(|error: OutboundError| self.refused(&error.to_string()))
    }

    /// Gets the token that everybody gets, as the registry says where.
    async fn sign_in(&self, refusal: &Answer) -> Result<Option<HeaderValue>, DriverError> {
        let challenge = refusal.headers.get(WWW_AUTHENTICATE);
        let Some(said) = challenge.and_then(|said| said.to_str().ok()?.strip_prefix("Bearer ")) else {
            return Ok(None);
        };
        let value = |key: &str| {
            let (_, rest) = said.split_once(&format!("{key}=\""))?;
            rest.split('"').next()
        };
        let Some(realm) = value("realm") else { return Ok(None) };
        let mut url = self.url(realm)?;
        for key in ["service", "scope"] {
            if let Some(value) = value(key) {
                url.query_pairs_mut().append_pair(key, value);
            }
        }
        let answer = self.send(Request::get(url)).await?;
        if answer.status != StatusCode::OK {
            return Ok(None);
        }
        let token: Token = read(&answer, self.image)?;
        let mut header = HeaderValue::from_str(&format!("Bearer {}", token.token))
            .map_err(|_| self.refused("the registry gave something that is no token"))?;
        header.set_sensitive(true);
        Ok(Some(header))
    }

    fn url(&self, text: &str) -> Result<Url, DriverError> {
        Url::parse(text).map_err(|_| self.refused("its registry has no address"))
    }

    fn refused(&self, reason: &str) -> DriverError {
        DriverError::Refused(format!("{} cannot be fetched: {reason}", self.image))
    }
}

impl Named {
    fn read(image: &str) -> Result<Self, DriverError> {
        let (name, digest) = match image.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (image, None),
        };
        // A colon before the last slash is that of a port.
        let (name, tag) = match name.rsplit_once(':') {
            Some((before, tag)) if !tag.contains('/') => (before, Some(tag)),
            _ => (name, None),
        };
        let is_host = |first: &str| first.contains(['.', ':']) || first == "localhost";
        let (host, path) = match name.split_once('/') {
            Some((first, path)) if is_host(first) => (first, path.to_owned()),
            Some(_) => (USUAL, name.to_owned()),
            None => (USUAL, format!("library/{name}")),
        };
        let fits = |text: &str| {
            let is_fine = |character: char| character.is_ascii_alphanumeric() || "._-/:".contains(character);
            text.split('/').all(|part| !part.is_empty()) && text.chars().all(is_fine) && !text.contains("..")
        };
        let reference = digest.or(tag).unwrap_or("latest");
        if ![host, &path, reference].into_iter().all(fits) {
            return Err(DriverError::Refused(format!(
                "\"{image}\" is no name of an image: it looks like registry.example.com/team/app:1.0"
            )));
        }
        Ok(Self {
            name: name.to_owned(),
            host: if host == USUAL { USUAL_HOST } else { host }.to_owned(),
            repository: path,
            reference: reference.to_owned(),
        })
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

    #[rstest::rstest]
    #[case("busybox", "busybox registry-1.docker.io library/busybox latest")]
    #[case("team/app:1.0", "team/app registry-1.docker.io team/app 1.0")]
    #[case("docker.io/team/app", "docker.io/team/app registry-1.docker.io team/app latest")]
    #[case("127.0.0.1:5000/app", "127.0.0.1:5000/app 127.0.0.1:5000 app latest")]
    #[case("r.example.test/a/b:2@sha256:ab", "r.example.test/a/b r.example.test a/b sha256:ab")]
    fn names_are_read_as_engines_read_them(#[case] image: &str, #[case] parts: &str) {
        let Named {
            name,
            host,
            repository,
            reference,
        } = Named::read(image).unwrap();
        assert_eq!(format!("{name} {host} {repository} {reference}"), parts);
    }

    #[test]
    fn what_is_no_name_is_asked_nowhere() {
        for image in ["", "a b", "r.example.test/../x", "r.example.test/?x", "@sha256:ab"] {
            assert!(Named::read(image).is_err(), "{image}");
        }
        assert_eq!(
            (tcp("8080/tcp"), tcp("53/udp"), tcp("80")),
            (Some(8080), None, Some(80))
        );
    }
}
