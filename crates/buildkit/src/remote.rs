//! Builds by a BuildKit of its own, over its control service
//! (<https://github.com/moby/buildkit/blob/master/api/services/control/control.proto>): the image goes to a registry.
//!
//! What the build asks back comes through the same connection, as HTTP/2 within messages of the call `Session`.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use bollard_buildkit_proto::moby::buildkit::v1::control_client::ControlClient;
use bollard_buildkit_proto::moby::buildkit::v1::sourcepolicy::{MatchType, Policy, PolicyAction, Rule, Selector};
use bollard_buildkit_proto::moby::buildkit::v1::{
    BytesMessage, Exporter, ListWorkersRequest, SolveRequest, StatusRequest, StatusResponse,
};
use futures::{Stream, StreamExt, TryStreamExt};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf};
use tokio_util::sync::CancellationToken;
use tonic::metadata::{AsciiMetadataValue, MetadataMap};
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};

use crate::progress::{Line, Progress};
use crate::session::{METHODS, Session};

/// To connect.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two signs of life.
const ALIVE: Duration = Duration::from_secs(20);
/// For the last lines of a build, and for the end of one that was cancelled.
const LAST: Duration = Duration::from_secs(30);
/// Of one message, in bytes: what a build tells at once.
const LARGEST_MESSAGE: usize = 16 << 20;
/// Of the session in one message, in bytes.
const CHUNK: usize = 32 << 10;
/// Between the session and the connection, in bytes.
const BUFFER: usize = 256 << 10;
/// Where an exporter says what it exported.
const DIGEST: &str = "containerimage.digest";

/// A BuildKit that is reached over the network; copies share the connection, which is made when it is needed.
#[derive(Debug, Clone)]
pub struct Daemon {
    client: ControlClient<Channel>,
    at: String,
}

/// What shall be built, and where it goes.
#[derive(Debug, Clone, Default)]
pub struct RemoteBuild {
    /// Unlike every other build's.
    pub id: String,
    /// The name that the image gets, with its registry and its tag.
    pub name: String,
    /// Whether that registry is asked without TLS.
    pub is_insecure: bool,
    /// Path of the Dockerfile in the session's folder for it.
    pub dockerfile: String,
    /// `linux/amd64`; the daemon's own when it is empty.
    pub platform: String,
    /// Values of `ARG`. They are in the image's history: nothing secret.
    pub arguments: BTreeMap<String, String>,
    /// What the image says of itself.
    pub labels: BTreeMap<String, String>,
    /// Builds of the same key send only what changed since.
    pub sharing_key: String,
    /// Give its commands no network.
    pub is_isolated: bool,
    /// No image below this is taken to build from, but those of the second; nothing is kept from it when it is empty.
    pub closed: (String, String),
}

/// Why there is no image.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteFailed {
    /// Somebody said so.
    #[error("the build was cancelled")]
    Cancelled,
    /// The Dockerfile, a command in it, or the registry; in BuildKit's words.
    #[error("{0}")]
    Failed(String),
    /// The daemon does not answer, or no more.
    #[error("BuildKit at {at} does not answer: {reason}")]
    Away {
        /// Where it should be.
        at: String,
        /// Why.
        reason: String,
    },
}

impl Daemon {
    /// The daemon at `tcp://host:port`. Nothing is asked yet.
    ///
    /// # Errors
    /// When that is no address, in words.
    pub fn at(address: &str) -> Result<Self, String> {
        let wrong = || format!("\"{address}\" is no address of a BuildKit: it looks like tcp://buildkitd.build:1234");
        let place = address.strip_prefix("tcp://").ok_or_else(wrong)?;
        let is_place = |(host, port): (&str, &str)| {
            let is_host = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
            !host.is_empty() && host.chars().all(is_host) && port.parse::<u16>().is_ok_and(|port| port > 0)
        };
        if !place.rsplit_once(':').is_some_and(is_place) {
            return Err(wrong());
        }
        let endpoint = Endpoint::from_shared(format!("http://{place}")).map_err(|_| wrong())?;
        let channel = endpoint
            .connect_timeout(PATIENCE)
            .http2_keep_alive_interval(ALIVE)
            .keep_alive_while_idle(false)
            .connect_lazy();
        Ok(Self {
            client: ControlClient::new(channel).max_decoding_message_size(LARGEST_MESSAGE),
            at: address.to_owned(),
        })
    }

    /// Whether it answers.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn check(&self) -> Result<(), RemoteFailed> {
        let mut client = self.client.clone();
        let asked = client.list_workers(ListWorkersRequest::default());
        match tokio::time::timeout(PATIENCE, asked).await {
            Ok(answer) => answer.map(drop).map_err(|status| self.failed(&status)),
            Err(_) => Err(self.away(format!("no answer within {} s", PATIENCE.as_secs()))),
        }
    }

    /// Builds and pushes, and tells `hear` each line while it goes on. Gives the image's digest, `sha256:…`. When `cancelled` is,
    /// the daemon is told so and its end is waited for.
    ///
    /// # Errors
    /// When the build fails or is cancelled, and when the daemon does not answer.
    pub async fn build(
        &self,
        build: &RemoteBuild,
        session: Session,
        cancelled: &CancellationToken,
        mut hear: impl FnMut(Line) + Send,
    ) -> Result<String, RemoteFailed> {
        let ended = CancellationToken::new();
        let _end = ended.clone().drop_guard();
        self.open_session(build, session, ended).await?;
        let mut client = self.client.clone();
        let mut solving = Box::pin(async move { client.solve(solve(build)).await });
        let (mut told, mut progress) = (Box::pin(self.told(&build.id)), Progress::default());
        let mut is_told = false;
        let solved = loop {
            tokio::select! {
                () = cancelled.cancelled() => break None,
                message = told.next(), if !is_told => match message {
                    Some(Ok(message)) => progress.take(&message).into_iter().for_each(&mut hear),
                    // How the build ended is said by its own call.
                    Some(Err(_)) | None => is_told = true,
                },
                solved = &mut solving => break Some(solved),
            }
        };
        // Who lets go of the call cancels the build.
        drop(solving);
        let rest = async {
            while let Some(Ok(message)) = told.next().await {
                progress.take(&message).into_iter().for_each(&mut hear);
            }
        };
        if !is_told && tokio::time::timeout(LAST, rest).await.is_err() {
            tracing::warn!(build = build.id, "the end of a build was not told in time");
        }
        let answer = solved.ok_or(RemoteFailed::Cancelled)?;
        let mut said = answer
            .map_err(|status| self.failed(&status))?
            .into_inner()
            .exporter_response;
        said.remove(DIGEST)
            .ok_or_else(|| RemoteFailed::Failed("the build ended without an image".to_owned()))
    }

    /// What a build tells.
    fn told(&self, id: &str) -> impl Stream<Item = Result<StatusResponse, Status>> + Send + use<> {
        let (mut client, request) = (self.client.clone(), StatusRequest { r#ref: id.to_owned() });
        futures::stream::once(async move { client.status(request).await.map(tonic::Response::into_inner) })
            .try_flatten()
    }

    /// The call by which the build asks back; it is answered until `ended`.
    async fn open_session(
        &self,
        build: &RemoteBuild,
        session: Session,
        ended: CancellationToken,
    ) -> Result<(), RemoteFailed> {
        let (ours, theirs) = tokio::io::duplex(BUFFER);
        let (reader, mut writer) = tokio::io::split(ours);
        let mut request = Request::new(outgoing(reader));
        announce(request.metadata_mut(), build)
            .ok_or_else(|| RemoteFailed::Failed("a build's name has characters that it cannot have".to_owned()))?;
        let serving = {
            let ended = ended.clone();
            async move {
                tokio::select! {
                    () = ended.cancelled() => {}
                    // The build says what it could not have.
                    served = session.serve(TokioIo::new(theirs)) => if let Err(error) = served {
                        tracing::debug!(%error, "the session of a build broke");
                    }
                }
            }
        };
        tokio::spawn(serving);
        let mut client = self.client.clone();
        let opened = tokio::time::timeout(PATIENCE, client.session(request)).await;
        let opened = opened.map_err(|_| self.away(format!("no session within {} s", PATIENCE.as_secs())))?;
        let mut incoming = opened.map_err(|status| self.failed(&status))?.into_inner();
        tokio::spawn(async move {
            loop {
                let message = tokio::select! {
                    () = ended.cancelled() => return,
                    message = incoming.next() => message,
                };
                let Some(Ok(message)) = message else { return };
                if writer.write_all(&message.data).await.is_err() {
                    return;
                }
            }
        });
        Ok(())
    }

    fn away(&self, reason: String) -> RemoteFailed {
        RemoteFailed::Away {
            at: self.at.clone(),
            reason,
        }
    }

    fn failed(&self, status: &Status) -> RemoteFailed {
        // What the daemon says has no source here; what went wrong on the way has.
        match std::error::Error::source(status) {
            Some(source) => self.away(innermost(source)),
            None if status.code() == Code::Unavailable => self.away(status.message().to_owned()),
            None => RemoteFailed::Failed(status.message().to_owned()),
        }
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(next) = inner.source() {
        inner = next;
    }
    inner.to_string()
}

/// What the session writes, as messages.
fn outgoing(reader: ReadHalf<DuplexStream>) -> impl Stream<Item = BytesMessage> + Send + 'static {
    futures::stream::unfold(reader, async |mut reader| {
        let mut data = Vec::with_capacity(CHUNK);
        match reader.read_buf(&mut data).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some((BytesMessage { data }, reader)),
        }
    })
}

/// As BuildKit's own client says what a session is, and what it answers.
fn announce(metadata: &mut MetadataMap, build: &RemoteBuild) -> Option<()> {
    let value = |text: &str| AsciiMetadataValue::try_from(text).ok();
    metadata.insert("x-docker-expose-session-uuid", value(&build.id)?);
    metadata.insert(
        "x-docker-expose-session-name",
        AsciiMetadataValue::from_static("slipway"),
    );
    metadata.insert("x-docker-expose-session-sharedkey", value(&build.sharing_key)?);
    for method in METHODS {
        metadata.append(
            "x-docker-expose-session-grpc-method",
            AsciiMetadataValue::from_static(method),
        );
    }
    Some(())
}

fn solve(build: &RemoteBuild) -> SolveRequest {
    let mut attributes = HashMap::from([("filename".to_owned(), build.dockerfile.clone())]);
    if !build.platform.is_empty() {
        attributes.insert("platform".to_owned(), build.platform.clone());
    }
    if build.is_isolated {
        attributes.insert("force-network-mode".to_owned(), "none".to_owned());
    }
    let arguments = build.arguments.iter();
    attributes.extend(arguments.map(|(name, value)| (format!("build-arg:{name}"), value.clone())));
    let labels = build.labels.iter();
    attributes.extend(labels.map(|(name, value)| (format!("label:{name}"), value.clone())));
    let mut exported = HashMap::from([
        ("name".to_owned(), build.name.clone()),
        ("push".to_owned(), "true".to_owned()),
    ]);
    if build.is_insecure {
        exported.insert("registry.insecure".to_owned(), "true".to_owned());
    }
    SolveRequest {
        r#ref: build.id.clone(),
        session: build.id.clone(),
        frontend: "dockerfile.v0".to_owned(),
        frontend_attrs: attributes,
        exporters: vec![Exporter {
            r#type: "image".to_owned(),
            attrs: exported,
        }],
        source_policy: policy(&build.closed),
        ..SolveRequest::default()
    }
}

/// Of the rules that mean an image the last one counts.
fn policy((closed, own): &(String, String)) -> Option<Policy> {
    let rule = |name: &str, behind: &str, action: PolicyAction| Rule {
        action: action.into(),
        selector: Some(Selector {
            identifier: format!("docker-image://{name}{behind}"),
            match_type: MatchType::Wildcard.into(),
            constraints: Vec::new(),
        }),
        updates: None,
    };
    (!closed.is_empty()).then(|| Policy {
        version: 1,
        rules: vec![
            rule(closed, "/*", PolicyAction::Deny),
            rule(own, ":*", PolicyAction::Allow),
            rule(own, "@*", PolicyAction::Allow),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn addresses_are_those_of_tcp() {
        for address in ["tcp://buildkitd.build:1234", "tcp://127.0.0.1:1", "tcp://[::1]:1234"] {
            assert!(Daemon::at(address).is_ok(), "{address}");
        }
        for address in [
            "buildkitd:1234",
            "tcp://buildkitd",
            "tcp://:1",
            "tcp://a/b:1",
            "unix:///run/b.sock",
            "tcp://a:0",
        ] {
            assert!(Daemon::at(address).is_err(), "{address}");
        }
    }

    #[tokio::test]
    async fn one_that_is_not_there_is_away() {
        // Nobody listens at the port of a listener that is gone.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let daemon = Daemon::at(&format!("tcp://127.0.0.1:{port}")).unwrap();
        assert!(matches!(daemon.check().await, Err(RemoteFailed::Away { .. })));
    }

    #[test]
    fn what_is_asked_for_is_what_was_said() {
        let build = RemoteBuild {
            id: "b-1".to_owned(),
            name: "r.example.test/apps/a:1".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            platform: "linux/arm64".to_owned(),
            arguments: BTreeMap::from([("WHO".to_owned(), "me".to_owned())]),
            labels: BTreeMap::from([("slipway.app".to_owned(), "a".to_owned())]),
            is_insecure: true,
            is_isolated: true,
            ..RemoteBuild::default()
        };
        let asked = solve(&build);
        let said = |name: &str| asked.frontend_attrs.get(name).map(String::as_str);
        assert_eq!(
            (said("platform"), said("build-arg:WHO")),
            (Some("linux/arm64"), Some("me"))
        );
        assert_eq!(
            (said("label:slipway.app"), said("force-network-mode")),
            (Some("a"), Some("none"))
        );
        let exported = &asked.exporters[0].attrs;
        assert_eq!(exported["registry.insecure"], "true");
        assert_eq!(
            (exported["name"].as_str(), exported["push"].as_str()),
            ("r.example.test/apps/a:1", "true")
        );
    }
}
