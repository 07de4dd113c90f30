//! One request, from a client to a unit and back.

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, HOST, HeaderValue, UPGRADE};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::{Client, Error as ClientError};
use hyper_util::rt::{TokioExecutor, TokioTimer};

use crate::answers::{Answer, Refusal, to_tls};
use crate::headers::{self, Asked};
use crate::lookup::{Active, Lookup, plain};
use crate::targets::Turn;
use crate::upgrade;

/// Until a unit's answer begins, unless its route says otherwise.
const PATIENCE: Duration = Duration::from_secs(60);
/// Until a unit takes a connection: it is on this machine.
const CONNECTING: Duration = Duration::from_secs(3);
/// Connections that are not used are closed before most programs close them.
const IDLE: Duration = Duration::from_secs(4);
/// Units that one request is tried at.
const MOST_TRIES: usize = 3;

/// Asks units.
pub(crate) struct Forwarder {
    client: Client<HttpConnector, Held>,
    count: AtomicU64,
    /// Before the number of a request, so that ids of several processes differ.
    prefix: String,
}

/// What a request holds until its answer has ended.
pub(crate) struct Passing {
    _turn: Turn,
    _active: Entered,
}

/// One of the requests that a route has at work.
struct Entered(Arc<Active>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.at_work.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Forwarder {
    pub(crate) fn new(prefix: String) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        connector.set_connect_timeout(Some(CONNECTING));
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_timer(TokioTimer::new())
            .build(connector);
        Self {
            client,
            count: AtomicU64::new(0),
            prefix,
        }
    }

    /// Answers a request of `asked`, whose host is filled in here.
    pub(crate) async fn answer(
        &self,
        lookup: &Lookup,
        mut asked: Asked,
        request: Request<Incoming>,
    ) -> Response<Answer> {
        let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
        let said = || request.headers().get(HOST)?.to_str().ok().map(str::to_owned);
        let Some(host) = authority.or_else(said) else {
            return Refusal::NoHost.answer();
        };
        asked.host = host;
        let Some(active) = lookup.find(&asked.host) else {
            return Refusal::NoRoute.answer();
        };
        let begin = Instant::now();
        let answer = self.of_route(active, &asked, request).await;
        active.counts.add(answer.status(), begin.elapsed());
        answer
    }

    async fn of_route(&self, active: &Arc<Active>, asked: &Asked, request: Request<Incoming>) -> Response<Answer> {
        if active.route.forces_tls && !asked.is_tls {
            let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
            return to_tls(&plain(&asked.host), path);
        }
        match self.pass(active, asked, request).await {
            Ok(answer) => answer,
            Err(refusal) => refusal.answer(),
        }
    }

    async fn pass(
        &self,
        active: &Arc<Active>,
        asked: &Asked,
        mut request: Request<Incoming>,
    ) -> Result<Response<Answer>, Refusal> {
        let entered = active.enter().ok_or(Refusal::TooMany)?;
        let switched = headers::upgrade(request.headers()).filter(|_| request.version() <= Version::HTTP_11);
        let client_side = switched.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        headers::strip(&mut parts.headers);
        headers::forward(&mut parts.headers, asked, || self.id());
        if let Some(protocol) = &switched {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, protocol.clone());
        }
        let (mut answer, turn) = self.ask(active, &parts, body).await?;
        let passing = Passing {
            _turn: turn,
            _active: entered,
        };
        if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
            let Some(client_side) = client_side else {
                return Err(Refusal::Unreachable);
            };
            let unit_side = hyper::upgrade::on(&mut answer);
            upgrade::join(client_side, unit_side, passing);
            return Ok(answer.map(|_| Answer::Own(http_body_util::Full::default())));
        }
        headers::strip(answer.headers_mut());
        *answer.version_mut() = Version::default();
        Ok(answer.map(|body| Answer::Passed {
            body,
            _passing: passing,
        }))
    }

    /// Tries units until one answers, as long as none can have seen the request.
    async fn ask(&self, active: &Active, parts: &Parts, body: Incoming) -> Result<(Response<Incoming>, Turn), Refusal> {
        let may_repeat = body.is_end_stream() && is_safe(&parts.method);
        let body = Held::new(body);
        let mut tried = Vec::new();
        while tried.len() < MOST_TRIES.min(active.targets.len()).max(1) {
            let Some(turn) = active.targets.choose(&tried) else {
                break;
            };
            let address = turn.address();
            tried.push(address);
            let request = self
                .request(parts, &turn, body.clone())
                .map_err(|_| Refusal::Unreachable)?;
            let asking = tokio::time::timeout(active.patience(), self.client.request(request));
            let Ok(answered) = asking.await else {
                return Err(Refusal::Late);
            };
            let error = match answered {
                Ok(answer) => return Ok((answer, turn)),
                Err(error) => error,
            };
            turn.failed();
            tracing::debug!(unit = %address, error = %reason(&error), "a unit did not answer");
            // Until a connection is there nothing is sent; afterwards only what may be done twice is tried again.
            if !(body.is_whole() && (error.is_connect() || may_repeat)) {
                return Err(Refusal::Unreachable);
            }
        }
        Err(if tried.is_empty() {
            Refusal::NoUnit
        } else {
            Refusal::Unreachable
        })
    }

    fn request(&self, parts: &Parts, turn: &Turn, body: Held) -> Result<Request<Held>, http::Error> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::builder()
            .scheme("http")
            .authority(turn.address().to_string())
            .path_and_query(path)
            .build()?;
        let mut request = Request::builder().method(parts.method.clone()).uri(uri).body(body)?;
        request.headers_mut().clone_from(&parts.headers);
        Ok(request)
    }

    fn id(&self) -> String {
        format!("{}-{}", self.prefix, self.count.fetch_add(1, Ordering::Relaxed))
    }
}

impl Active {
    fn enter(self: &Arc<Self>) -> Option<Entered> {
        let before = self.at_work.fetch_add(1, Ordering::Relaxed);
        // It counts back when it is dropped, also when it is one too many.
        let entered = Entered(Arc::clone(self));
        let most = self.route.most_requests;
        (most == 0 || before < most).then_some(entered)
    }

    fn patience(&self) -> Duration {
        match self.route.patience {
            0 => PATIENCE,
            seconds => Duration::from_secs(seconds.into()),
        }
    }
}

/// Methods that ask and change nothing (RFC 9110, 9.2.1): a proxy may repeat them.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

fn reason(error: &ClientError) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// A request's body that can be sent to another unit as long as nothing of it was sent.
#[derive(Clone)]
struct Held {
    whole: Arc<Mutex<Option<Incoming>>>,
    begun: Option<Arc<Mutex<Incoming>>>,
    is_empty: bool,
    size: SizeHint,
}

impl Held {
    fn new(body: Incoming) -> Self {
        let (is_empty, size) = (body.is_end_stream(), body.size_hint());
        Self {
            whole: Arc::new(Mutex::new(Some(body))),
            begun: None,
            is_empty,
            size,
        }
    }

    fn is_whole(&self) -> bool {
        self.is_empty || self.whole.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

impl Body for Held {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        if this.begun.is_none() {
            let whole = this.whole.lock().unwrap_or_else(PoisonError::into_inner).take();
            this.begun = whole.map(|body| Arc::new(Mutex::new(body)));
        }
        let Some(body) = &this.begun else {
            return Poll::Ready(None);
        };
        let mut body = body.lock().unwrap_or_else(PoisonError::into_inner);
        Pin::new(&mut *body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.is_empty
    }

    fn size_hint(&self) -> SizeHint {
        self.size
    }
}
