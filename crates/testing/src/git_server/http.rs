//! `git http-backend` behind a small HTTP server, with the misbehaviour that tests ask for.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::{oneshot, watch};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::background;

type Answer = Response<BoxBody<Bytes, Infallible>>;
type Certified = rcgen::CertifiedKey<rcgen::KeyPair>;

/// The server; ends with this value.
pub struct HttpServer {
    origin: String,
    certificate: Option<String>,
    state: Arc<State>,
    _stop: oneshot::Sender<()>,
}

/// How often the server was asked for what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// All requests.
    pub requests: u64,
    /// Requests that were refused for want of credentials.
    pub unauthorized: u64,
    /// Lists of references: the start of every fetch, and all of `ls-remote` in its older form.
    pub references: u64,
    /// Requests for objects, or for references in the newer form.
    pub upload_pack: u64,
    /// Pushes.
    pub receive_pack: u64,
}

struct State {
    folder: PathBuf,
    origin: String,
    behaviour: Mutex<Behaviour>,
    counters: [AtomicU64; 5],
    stalled: watch::Sender<bool>,
}

#[derive(Clone, Default)]
struct Behaviour {
    credentials: Option<String>,
    redirect: Option<String>,
    status: Option<u16>,
    stall_after: Option<usize>,
}

impl HttpServer {
    pub(super) fn start(folder: &Path, certified: Option<Arc<Certified>>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let origin = match certified {
            Some(_) => format!("https://localhost:{}", address.port()),
            None => format!("http://{address}"),
        };
        let state = Arc::new(State {
            folder: folder.to_owned(),
            origin: origin.clone(),
            behaviour: Mutex::default(),
            counters: Default::default(),
            stalled: watch::Sender::new(false),
        });
        let acceptor = certified.as_deref().map(acceptor).transpose()?;
        let certificate = certified.map(|certified| certified.cert.pem());
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let serving = Arc::clone(&state);
        std::thread::spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    _ = stopped => {}
                    _ = serve(listener, acceptor, serving) => {}
                }
            });
            runtime.shutdown_background();
        });
        Ok(Self {
            origin,
            certificate,
            state,
            _stop: stop,
        })
    }

    /// `http://127.0.0.1:PORT` or `https://localhost:PORT`.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The certificate (PEM) that must be believed, in TLS.
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// From now on only this name and password open it; `None` opens it to everybody.
    pub fn require(&self, credentials: Option<(&str, &str)>) {
        let header =
            credentials.map(|(name, password)| format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
        self.change(|behaviour| behaviour.credentials = header);
    }

    /// From now on every request is sent to the same path at this origin.
    pub fn redirect(&self, origin: Option<&str>) {
        self.change(|behaviour| behaviour.redirect = origin.map(str::to_owned));
    }

    /// From now on every request is answered with this status.
    pub fn answer(&self, status: Option<u16>) {
        self.change(|behaviour| behaviour.status = status);
    }

    /// From now on answers with objects stop after so many bytes, until this is called again.
    pub fn stall_after(&self, bytes: Option<usize>) {
        self.state.stalled.send_replace(false);
        self.change(|behaviour| behaviour.stall_after = bytes);
    }

    /// Waits until an answer has stopped as [`Self::stall_after`] says.
    pub async fn has_stalled(&self) {
        let mut stalled = self.state.stalled.subscribe();
        let _ = stalled.wait_for(|stalled| *stalled).await;
    }

    /// What the server was asked so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        let [requests, unauthorized, references, upload_pack, receive_pack] =
            [0, 1, 2, 3, 4].map(|index| self.state.count(index).load(Ordering::SeqCst));
        Counters {
            requests,
            unauthorized,
            references,
            upload_pack,
            receive_pack,
        }
    }

    fn change(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.state.behaviour.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl State {
    fn count(&self, index: usize) -> &AtomicU64 {
        static NOTHING: AtomicU64 = AtomicU64::new(0);
        self.counters.get(index).unwrap_or(&NOTHING)
    }

    fn add(&self, index: usize) {
        self.count(index).fetch_add(1, Ordering::SeqCst);
    }
}

fn acceptor(certified: &Certified) -> Result<TlsAcceptor> {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(certified.signing_key.serialize_der()));
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

async fn serve(listener: TcpListener, acceptor: Option<TlsAcceptor>, state: Arc<State>) -> Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let (connection, peer) = listener.accept().await?;
        let (acceptor, state) = (acceptor.clone(), Arc::clone(&state));
        tokio::spawn(async move {
            match acceptor {
                None => answer_all(connection, peer, state).await,
                Some(acceptor) => {
                    if let Ok(connection) = acceptor.accept(connection).await {
                        answer_all(connection, peer, state).await;
                    }
                }
            }
        });
    }
}

async fn answer_all(connection: impl AsyncRead + AsyncWrite + Unpin, peer: SocketAddr, state: Arc<State>) {
    let service = service_fn(|request| {
        let state = Arc::clone(&state);
        async move {
            let answer = answer(request, peer, &state).await;
            Ok::<Answer, Infallible>(
                answer.unwrap_or_else(|error| plain(StatusCode::INTERNAL_SERVER_ERROR, &format!("{error:#}"))),
            )
        }
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(connection), service)
        .await;
}

async fn answer(request: Request<Incoming>, peer: SocketAddr, state: &State) -> Result<Answer> {
    let behaviour = state.behaviour.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let path = request.uri().path().to_owned();
    let query = request.uri().query().unwrap_or_default().to_owned();
    state.add(0);
    if let Some(origin) = &behaviour.redirect {
        let target = format!("{origin}{path}?{query}");
        let answer = Response::builder().status(StatusCode::FOUND).header("location", target);
        return Ok(answer.body(whole(Bytes::new()))?);
    }
    if let Some(status) = behaviour.status {
        return Ok(plain(StatusCode::from_u16(status)?, "as the test wants it"));
    }
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let is_known = behaviour.credentials.is_none() || header("authorization") == behaviour.credentials;
    if !is_known {
        state.add(1);
        let answer = Response::builder().status(StatusCode::UNAUTHORIZED);
        return Ok(answer
            .header("www-authenticate", "Basic realm=\"git\"")
            .body(whole(Bytes::new()))?);
    }
    match path.as_str() {
        path if path.ends_with("/info/refs") => state.add(2),
        path if path.ends_with("/git-upload-pack") => state.add(3),
        path if path.ends_with("/git-receive-pack") => state.add(4),
        path if path.ends_with("/info/lfs/objects/batch") => return large_files(request, state).await,
        path if path.starts_with("/large-files/") => {
            let content = std::fs::read(state.folder.join(path.trim_start_matches('/')))?;
            return Ok(Response::new(whole(content.into())));
        }
        _ => {}
    }
    let variables = [
        ("REQUEST_METHOD", request.method().to_string()),
        ("PATH_INFO", path.clone()),
        ("QUERY_STRING", query),
        ("REMOTE_ADDR", peer.ip().to_string()),
        (
            "REMOTE_USER",
            behaviour
                .credentials
                .as_ref()
                .map(|_| "git".to_owned())
                .unwrap_or_default(),
        ),
        ("CONTENT_TYPE", header("content-type").unwrap_or_default()),
        ("HTTP_CONTENT_ENCODING", header("content-encoding").unwrap_or_default()),
        ("HTTP_GIT_PROTOCOL", header("git-protocol").unwrap_or_default()),
    ];
    let body = request.into_body().collect().await?.to_bytes();
    let said = backend(&state.folder, variables, &body).await?;
    let stall_after = behaviour.stall_after.filter(|_| path.ends_with("/git-upload-pack"));
    from_cgi(said, stall_after, state)
}

async fn backend(folder: &Path, variables: [(&str, String); 8], body: &[u8]) -> Result<Vec<u8>> {
    let mut command = tokio::process::Command::from(background::plain("git"));
    let mut child = command
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", folder)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("CONTENT_LENGTH", body.len().to_string())
        .envs(variables.into_iter().filter(|(_, value)| !value.is_empty()))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let mut stdin = child.stdin.take().context("git has no standard input")?;
    let write = async {
        let _ = stdin.write_all(body).await;
        drop(stdin);
    };
    let ((), output) = tokio::join!(write, child.wait_with_output());
    Ok(output?.stdout)
}

/// Headers, an empty line, the body (RFC 3875).
fn from_cgi(said: Vec<u8>, stall_after: Option<usize>, state: &State) -> Result<Answer> {
    let end = said
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .context("git http-backend said nothing")?;
    let (head, body) = said.split_at(end);
    let mut answer = Response::builder();
    for line in std::str::from_utf8(head)?.lines() {
        let (name, value) = line.split_once(": ").context("git http-backend said no header")?;
        answer = match name {
            "Status" => answer.status(value.split(' ').next().unwrap_or("500")),
            name => answer.header(name, value),
        };
    }
    let body = Bytes::copy_from_slice(body.get(4..).unwrap_or_default());
    match stall_after {
        // What is shorter is the list of references that precedes the objects.
        Some(bytes) if body.len() > bytes => {
            let (start, rest) = (body.slice(..bytes), body.slice(bytes..));
            let first = stream::once(async move { Ok(Frame::data(start)) });
            let stalled = state.stalled.clone();
            let then = stream::once(async move {
                stalled.send_replace(true);
                let _ = stalled.subscribe().wait_for(|stalled| !stalled).await;
                Ok(Frame::data(rest))
            });
            Ok(answer.body(BodyExt::boxed(StreamBody::new(first.chain(then))))?)
        }
        _ => Ok(answer.body(whole(body))?),
    }
}

/// The answer of a large file server: https://github.com/git-lfs/git-lfs/blob/main/docs/api/batch.md
async fn large_files(request: Request<Incoming>, state: &State) -> Result<Answer> {
    let body = request.into_body().collect().await?.to_bytes();
    let wanted: serde_json::Value = serde_json::from_slice(&body)?;
    let objects = wanted
        .get("objects")
        .and_then(serde_json::Value::as_array)
        .cloned()
        .unwrap_or_default();
    let answers = objects.iter().map(|object| {
        let oid = object.get("oid").and_then(serde_json::Value::as_str).unwrap_or_default();
        let size = object.get("size").cloned().unwrap_or_default();
        if !state.folder.join("large-files").join(oid).is_file() {
            return serde_json::json!({"oid": oid, "size": size, "error": {"code": 404, "message": "Object does not exist"}});
        }
        let href = format!("{}/large-files/{oid}", state.origin);
        serde_json::json!({"oid": oid, "size": size, "actions": {"download": {"href": href}}})
    });
    let answer = serde_json::json!({"transfer": "basic", "objects": answers.collect::<Vec<_>>()});
    let body = Bytes::from(serde_json::to_vec(&answer)?);
    let answer = Response::builder().header("content-type", "application/vnd.git-lfs+json");
    Ok(answer.body(whole(body))?)
}

fn plain(status: StatusCode, text: &str) -> Answer {
    let mut answer = Response::new(whole(Bytes::copy_from_slice(text.as_bytes())));
    *answer.status_mut() = status;
    answer
}

fn whole(body: Bytes) -> BoxBody<Bytes, Infallible> {
    Full::new(body).boxed()
}
