//! Builds by the engine's BuildKit: it is given the files that it asks for, and tells what it does.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bollard_buildkit_proto::moby::buildkit::v1::StatusResponse;
use bytes::BytesMut;
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::{Response, StatusCode};
use prost::Message;
use serde::Deserialize;
use slipway_buildkit::session::METHODS;
use slipway_buildkit::{Line, Progress, Session};
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::error::{DockerError, root};

/// Of one message, in bytes: what an engine says at once.
const LARGEST_MESSAGE: usize = 16 * 1024 * 1024;

/// What shall be built.
#[derive(Debug, Clone, Default)]
pub struct Build {
    /// Unlike every other build's: by it a build is cancelled.
    pub id: String,
    /// The name that the image gets, with its tag.
    pub tag: String,
    /// Path of the Dockerfile in the session's folder for it.
    pub dockerfile: String,
    /// The stage to stop at; the last one when it is empty.
    pub target: String,
    /// Values of `ARG`. They are in the image's history: nothing secret.
    pub arguments: BTreeMap<String, String>,
    /// What the image says of itself.
    pub labels: BTreeMap<String, String>,
    /// Builds of the same key send only what changed since.
    pub sharing_key: String,
    /// Do everything again.
    pub no_cache: bool,
    /// Give its commands no network.
    pub is_isolated: bool,
    /// Ask the registry whether the base image is newer than the one that is here.
    pub pull: bool,
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum BuildFailed {
    /// Somebody said so.
    #[error("the build was cancelled")]
    Cancelled,
    /// The Dockerfile, or a command in it; in BuildKit's words.
    #[error("{0}")]
    Failed(String),
    /// The engine itself.
    #[error(transparent)]
    Engine(#[from] DockerError),
}

impl Engine {
    /// Builds, and tells `hear` each line while it goes on. Gives the image's id, `sha256:…`. When `cancelled` is, the build
    /// ends with all of its processes before this returns.
    ///
    /// # Errors
    /// When the build fails or is cancelled, and when the engine does not answer.
    pub async fn build(
        &self,
        build: &Build,
        session: Session,
        cancelled: &CancellationToken,
        mut hear: impl FnMut(Line) + Send,
    ) -> Result<String, BuildFailed> {
        let ended = CancellationToken::new();
        let _end = ended.clone().drop_guard();
        self.open_session(build, session, ended).await?;
        let answer = self.post(&format!("/build?{}", query(build)), &[]).await?;
        let mut told = Told::begin(answer).await?;
        let mut is_cancelled = false;
        loop {
            let message = tokio::select! {
                () = cancelled.cancelled(), if !is_cancelled => {
                    is_cancelled = true;
                    self.cancel(&build.id).await?;
                    continue;
                }
                message = told.next() => message,
            };
            match message {
                Ok(Some(lines)) => lines.into_iter().for_each(&mut hear),
                Ok(None) if is_cancelled => return Err(BuildFailed::Cancelled),
                Ok(None) => break,
                Err(BuildFailed::Failed(_)) if is_cancelled => return Err(BuildFailed::Cancelled),
                Err(failed) => return Err(failed),
            }
        }
        told.image
            .ok_or_else(|| DockerError::Unexpected("the build ended without an image".to_owned()).into())
    }

    /// The connection on which the build asks back; it is answered until `ended`.
    async fn open_session(&self, build: &Build, session: Session, ended: CancellationToken) -> Result<(), DockerError> {
        let mut headers = vec![
            ("Connection", "Upgrade"),
            ("Upgrade", "h2c"),
            ("X-Docker-Expose-Session-Uuid", build.id.as_str()),
            ("X-Docker-Expose-Session-Name", "slipway"),
            ("X-Docker-Expose-Session-Sharedkey", build.sharing_key.as_str()),
        ];
        headers.extend(METHODS.map(|method| ("X-Docker-Expose-Session-Grpc-Method", method)));
        let answer = self.post("/session", &headers).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refused(answer).await);
        }
        let upgraded = hyper::upgrade::on(answer).await;
        let connection = upgraded.map_err(|error| DockerError::Unexpected(root(&error)))?;
        tokio::spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                // The build says what it could not have.
                served = session.serve(connection) => if let Err(error) = served {
                    tracing::debug!(%error, "the session of a build broke");
                }
            }
        });
        Ok(())
    }

    async fn cancel(&self, id: &str) -> Result<(), DockerError> {
        let id: String = url::form_urlencoded::byte_serialize(id.as_bytes()).collect();
        let answer = self.post(&format!("/build/cancel?id={id}"), &[]).await?;
        if answer.status().is_success() {
            Ok(())
        } else {
            Err(refused(answer).await)
        }
    }
}

/// As `docker build` asks: the context comes from the session.
fn query(build: &Build) -> String {
    let as_json = |map: &BTreeMap<String, String>| serde_json::to_string(map).unwrap_or_default();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("version", "2")
        .append_pair("remote", "client-session");
    query
        .append_pair("session", &build.id)
        .append_pair("buildid", &build.id);
    query
        .append_pair("t", &build.tag)
        .append_pair("dockerfile", &build.dockerfile)
        .append_pair("rm", "1");
    query
        .append_pair("buildargs", &as_json(&build.arguments))
        .append_pair("labels", &as_json(&build.labels));
    if !build.target.is_empty() {
        query.append_pair("target", &build.target);
    }
    if build.no_cache {
        query.append_pair("nocache", "1");
    }
    if build.is_isolated {
        query.append_pair("networkmode", "none");
    }
    if build.pull {
        query.append_pair("pull", "1");
    }
    query.finish()
}

/// What the engine tells of one build: JSON, one message behind the other.
struct Told {
    body: Incoming,
    begun: BytesMut,
    progress: Progress,
    image: Option<String>,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    id: String,
    #[serde(default)]
    aux: Option<serde_json::Value>,
    #[serde(default)]
    error: Option<String>,
}

impl Told {
    async fn begin(answer: Response<Incoming>) -> Result<Self, DockerError> {
        if !answer.status().is_success() {
            return Err(refused(answer).await);
        }
        Ok(Self {
            body: answer.into_body(),
            begun: BytesMut::new(),
            progress: Progress::default(),
            image: None,
        })
    }

    /// The lines of the next message; nothing at the end.
    async fn next(&mut self) -> Result<Option<Vec<Line>>, BuildFailed> {
        loop {
            if let Some(end) = self.begun.iter().position(|byte| *byte == b'\n') {
                let line = self.begun.split_to(end.saturating_add(1));
                return self.read(&line).map(Some);
            }
            if self.begun.len() > LARGEST_MESSAGE {
                return Err(DockerError::Unexpected("a message of a build is too large".to_owned()).into());
            }
            match self.body.frame().await {
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        self.begun.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => return Err(DockerError::Unexpected(root(&error)).into()),
                None if self.begun.is_empty() => return Ok(None),
                None => {
                    let line = self.begun.split();
                    return self.read(&line).map(Some);
                }
            }
        }
    }

    fn read(&mut self, line: &[u8]) -> Result<Vec<Line>, BuildFailed> {
        let wire: Wire =
            serde_json::from_slice(line).map_err(|error| DockerError::Unexpected(format!("a build told {error}")))?;
        if let Some(error) = wire.error {
            return Err(BuildFailed::Failed(error));
        }
        let mut lines = Vec::new();
        match (wire.id.as_str(), wire.aux) {
            ("moby.buildkit.trace", Some(serde_json::Value::String(trace))) => {
                let bytes = BASE64_STANDARD.decode(trace).unwrap_or_default();
                if let Ok(status) = StatusResponse::decode(bytes.as_slice()) {
                    lines = self.progress.take(&status);
                }
            }
            ("moby.image.id", Some(aux)) => self.image = aux.get("ID").and_then(|id| id.as_str()).map(str::to_owned),
            _ => {}
        }
        Ok(lines)
    }
}

/// What an answer without success says.
async fn refused(answer: Response<Incoming>) -> DockerError {
    let status = answer.status();
    let body = answer
        .into_body()
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    let said = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let message = said
        .as_ref()
        .and_then(|said| said.get("message"))
        .and_then(|message| message.as_str());
    DockerError::Refused(message.map_or_else(|| format!("status {status}"), str::to_owned))
}
