//! Images: what they say of themselves, fetching them by a digest, giving them names and taking them away.

use std::collections::{BTreeMap, HashMap};

use bollard::auth::DockerCredentials;
use bollard::models::ImageInspect;
use bollard::query_parameters::{
    CreateImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptionsBuilder, TagImageOptionsBuilder,
};
use futures::StreamExt;
use slipway_buildkit::RegistryLogin;

use crate::engine::Engine;
use crate::error::DockerError;

/// What an image says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// `sha256:…`, of its configuration: the same image has the same one wherever it came from.
    pub id: String,
    /// The names by which registries have it, each with a digest: `registry/name@sha256:…`.
    pub digests: Vec<String>,
    /// Its `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// Its `CMD`.
    pub command: Vec<String>,
    /// TCP ports that it says it listens on, from the lowest.
    pub ports: Vec<u16>,
    /// Its `USER`; empty for root.
    pub user: String,
    /// Its `WORKDIR`.
    pub directory: String,
    /// In bytes, with what it shares with others.
    pub size: u64,
}

/// An image that is here, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedImage {
    /// `sha256:…`.
    pub id: String,
    /// Every `repository:tag` that it has here.
    pub names: Vec<String>,
    /// What it says of itself.
    pub labels: BTreeMap<String, String>,
}

impl Engine {
    /// Every image that has a label, whatever it says there.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn images_with(&self, label: &str) -> Result<Vec<ListedImage>, DockerError> {
        let filters = HashMap::from([("label", vec![label.to_owned()])]);
        let options = ListImagesOptionsBuilder::new().filters(&filters).build();
        let listed = self.docker.list_images(Some(options)).await;
        let listed = listed.map_err(|error| self.failed(error, "images"))?;
        let read = listed.into_iter().map(|image| ListedImage {
            id: image.id,
            names: image.repo_tags,
            labels: image.labels.into_iter().collect(),
        });
        Ok(read.collect())
    }

    /// What is known of an image that is here.
    ///
    /// # Errors
    /// When it is not here.
    pub async fn image(&self, name: &str) -> Result<Image, DockerError> {
        let found = self.docker.inspect_image(name).await;
        found
            .map(read)
            .map_err(|error| self.failed(error, &format!("image {name}")))
    }

    /// Fetches an image from its registry, unless it is here already, which only a digest can say. `hear` is told what the
    /// registry tells.
    ///
    /// # Errors
    /// When the registry does not give it.
    pub async fn fetch_image(
        &self,
        name: &str,
        login: Option<&RegistryLogin>,
        mut hear: impl FnMut(String) + Send,
    ) -> Result<Image, DockerError> {
        if name.contains("@sha256:") {
            match self.image(name).await {
                Err(DockerError::NotFound(_)) => {}
                found => return found,
            }
        }
        // Without a tag or a digest an engine fetches all tags.
        let named = if is_exact(name) {
            name.to_owned()
        } else {
            format!("{name}:latest")
        };
        let options = CreateImageOptionsBuilder::new().from_image(&named).build();
        let credentials = login.map(|login| DockerCredentials {
            username: Some(login.user.clone()),
            password: Some(login.secret.to_string()),
            ..DockerCredentials::default()
        });
        let mut told = self.docker.create_image(Some(options), None, credentials);
        let refused = |reason: String| DockerError::NotFetched {
            image: name.to_owned(),
            reason,
        };
        while let Some(message) = told.next().await {
            let message = message.map_err(|error| match self.failed(error, name) {
                DockerError::Refused(reason) => refused(reason),
                DockerError::NotFound(_) => {
                    refused("the registry does not have it, or does not show it without a login".to_owned())
                }
                other => other,
            })?;
            if let Some(error) = message.error_detail.and_then(|detail| detail.message) {
                return Err(refused(error));
            }
            // Bars of progress are not told: they are many, and say little in a log.
            if let (Some(status), None) = (message.status, message.progress_detail.and_then(|detail| detail.total)) {
                hear(message.id.map_or(status.clone(), |id| format!("{id}: {status}")));
            }
        }
        self.image(&named).await
    }

    /// Gives an image another name, `repository:tag`.
    ///
    /// # Errors
    /// When it is not here.
    pub async fn tag_image(&self, image: &str, repository: &str, tag: &str) -> Result<(), DockerError> {
        let options = TagImageOptionsBuilder::new().repo(repository).tag(tag).build();
        let done = self.docker.tag_image(image, Some(options)).await;
        done.map_err(|error| self.failed(error, &format!("image {image}")))
    }

    /// Takes a name of an image away, and the image with its last name. One that is gone already is fine.
    ///
    /// # Errors
    /// [`DockerError::Conflict`] while a unit uses it.
    pub async fn remove_image(&self, name: &str) -> Result<(), DockerError> {
        let options = RemoveImageOptionsBuilder::new().build();
        match self
            .docker
            .remove_image(name, Some(options), None)
            .await
            .map_err(|error| self.failed(error, name))
        {
            Ok(_) | Err(DockerError::NotFound(_)) => Ok(()),
            Err(refused) => Err(refused),
        }
    }
}

/// Whether a name has a tag or a digest. A colon before the last slash belongs to a port.
fn is_exact(name: &str) -> bool {
    let last = name.rsplit('/').next().unwrap_or(name);
    last.contains(':') || last.contains('@')
}

fn read(found: ImageInspect) -> Image {
    let config = found.config.unwrap_or_default();
    let mut ports: Vec<u16> = config
        .exposed_ports
        .unwrap_or_default()
        .iter()
        .filter_map(|port| tcp(port))
        .collect();
    ports.sort_unstable();
    Image {
        id: found.id.unwrap_or_default(),
        digests: found.repo_digests.unwrap_or_default(),
        entrypoint: config.entrypoint.unwrap_or_default(),
        command: config.cmd.unwrap_or_default(),
        ports,
        user: config.user.unwrap_or_default(),
        directory: config.working_dir.unwrap_or_default(),
        size: found
            .size
            .and_then(|bytes| u64::try_from(bytes).ok())
            .unwrap_or_default(),
    }
}

/// `8080/tcp` and `8080`; nothing for other protocols.
fn tcp(port: &str) -> Option<u16> {
    let number = match port.split_once('/') {
        Some((number, "tcp")) => number,
        Some(_) => return None,
        None => port,
    };
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::a_name("web", false)]
    #[case::a_tag("web:v1", true)]
    #[case::a_port_is_no_tag("127.0.0.1:5000/web", false)]
    #[case::a_port_and_a_tag("127.0.0.1:5000/web:v1", true)]
    #[case::a_digest("web@sha256:00", true)]
    fn exact_names(#[case] name: &str, #[case] exact: bool) {
        assert_eq!(is_exact(name), exact);
    }

    #[rstest]
    #[case("8080/tcp", Some(8080))]
    #[case("8080", Some(8080))]
    #[case("53/udp", None)]
    fn ports(#[case] said: &str, #[case] port: Option<u16>) {
        assert_eq!(tcp(said), port);
    }
}
