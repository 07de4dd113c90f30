//! One engine, by its Unix socket.

use std::path::{Path, PathBuf};

use bollard::{API_DEFAULT_VERSION, Docker};

use crate::error::{DockerError, root};

/// Of one answer that is no stream, in seconds.
const PATIENCE: u64 = 120;
/// The oldest version of the interface that has everything which is asked for: Docker 20.10.
const OLDEST: (usize, usize) = (1, 41);
const STANDARD_SOCKET: &str = "/var/run/docker.sock";

/// A connection to an engine; copies share it.
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) docker: Docker,
    pub(crate) socket: PathBuf,
    /// As its paths have it: `v1.41`.
    pub(crate) version: String,
}

/// What an engine says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Of the program: `20.10.24`.
    pub version: String,
    /// `linux/amd64`, `linux/arm64`, ….
    pub platform: String,
    /// Processors that it has.
    pub processors: u32,
    /// Memory that it has, in bytes.
    pub memory: u64,
    /// Its id, which stays the same while its data does.
    pub id: String,
    /// Whether limits of memory count: some machines have them turned off.
    pub limits_memory: bool,
}

impl Engine {
    /// Where an engine of this machine listens: what `DOCKER_HOST` says when it names a socket, else the standard place.
    #[must_use]
    pub fn standard_socket(docker_host: Option<&str>) -> PathBuf {
        let path = docker_host.and_then(|host| host.strip_prefix("unix://"));
        PathBuf::from(path.unwrap_or(STANDARD_SOCKET))
    }

    /// Connects, and agrees on a version of the interface.
    ///
    /// # Errors
    /// When nobody answers there, or an engine that is too old.
    pub async fn connect(socket: &Path) -> Result<Self, DockerError> {
        let at = socket.display().to_string();
        let unreachable = |error: bollard::errors::Error| DockerError::Unreachable {
            at: at.clone(),
            reason: root(&error),
        };
        let docker = Docker::connect_with_unix(&at, PATIENCE, API_DEFAULT_VERSION).map_err(unreachable)?;
        let docker = docker.negotiate_version().await.map_err(unreachable)?;
        let agreed = docker.client_version();
        if (agreed.major_version, agreed.minor_version) < OLDEST {
            return Err(DockerError::Refused(format!(
                "it speaks version {agreed} of its interface; {}.{} is needed (Docker 20.10 or newer)",
                OLDEST.0, OLDEST.1
            )));
        }
        Ok(Self {
            docker,
            socket: socket.to_owned(),
            version: format!("v{agreed}"),
        })
    }

    /// What it is.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn about(&self) -> Result<About, DockerError> {
        let info = self
            .docker
            .info()
            .await
            .map_err(|error| self.failed(error, "information"))?;
        let architecture = match info.architecture.as_deref() {
            Some("x86_64") => "amd64",
            Some("aarch64") => "arm64",
            other => other.unwrap_or("unknown"),
        };
        Ok(About {
            version: info.server_version.unwrap_or_default(),
            platform: format!("{}/{architecture}", info.os_type.as_deref().unwrap_or("linux")),
            processors: info
                .ncpu
                .and_then(|count| u32::try_from(count).ok())
                .unwrap_or_default(),
            memory: info
                .mem_total
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or_default(),
            id: info.id.unwrap_or_default(),
            limits_memory: info.memory_limit.unwrap_or(false),
        })
    }

    pub(crate) fn failed(&self, error: bollard::errors::Error, what: &str) -> DockerError {
        DockerError::of(error, &self.socket.display().to_string(), what)
    }
}
