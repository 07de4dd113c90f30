//! One request, from a client to a unit and back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http::header::{CONNECTION, HOST, HeaderValue, UPGRADE};
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri, Version};
use hyper::body::{Body, Incoming};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::answers::{Answer, Refusal, known, to_tls};
use crate::body::Held;
use crate::connections::{Connections, Lent, Trouble};
use crate::headers::{self, Caller};
use crate::lookup::{Active, Lookup, plain};
use crate::targets::Turn;
use crate::upgrade;

/// Until a unit's answer begins, unless its route says otherwise.
const PATIENCE: Duration = Duration::from_secs(60);
/// Units that one request is tried at.
const MOST_TRIES: usize = 3;

/// Asks units.
pub(crate) struct Forwarder {
    pub(crate) connections: Arc<Connections>,
    count: AtomicU64,
    /// Before the number of a request, so that ids of several processes and threads differ.
    prefix: String,
}

/// What a request holds until its answer has ended.
pub(crate) struct Passing {
    _lent: Lent,
    _turn: Turn,
    _active: Entered,
    _counted: TaskTrackerToken,
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
        Self {
            connections: Arc::default(),
            count: AtomicU64::new(0),
            prefix,
        }
    }

    /// Answers a request of `caller`.
    pub(crate) async fn answer(
        &self,
        lookup: &Lookup,
        caller: &Caller,
        request: Request<Incoming>,
    ) -> Response<Answer> {
        let Some(host) = host(&request) else {
            return Refusal::NoHost.answer();
        };
        let name = host.to_str().unwrap_or_default();
        if let Some(text) = lookup.answer(name, request.uri().path()) {
            return known(text);
        }
        let Some(active) = lookup.find(name) else {
            return Refusal::NoRoute.answer();
        };
        let begin = Instant::now();
        let answer = self.of_route((active, lookup.tls_port), (caller, &host), request).await;
        active.counts.add(answer.status(), begin.elapsed());
        answer
    }

    async fn of_route(
        &self,
        (active, tls_port): (&Arc<Active>, u16),
        (caller, host): (&Caller, &HeaderValue),
        request: Request<Incoming>,
    ) -> Response<Answer> {
        if !caller.is_tls && active.route.may_want_tls() {
            let name = plain(host.to_str().unwrap_or_default());
            if active.route.wants_tls(&name) {
                let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
                return to_tls(&name, tls_port, path);
            }
        }
        if active.targets.len() > 0 {
            return match self.pass(active, (caller, host), request).await {
                Ok(answer) => answer,
                Err(refusal) => refusal.answer(),
            };
        }
        let why = match active.route.is_stopped {
            true => Refusal::Stopped,
            false => Refusal::NoUnit,
        };
        why.answer_to(request.headers())
    }

    async fn pass(
        &self,
        active: &Arc<Active>,
        (caller, host): (&Caller, &HeaderValue),
        mut request: Request<Incoming>,
    ) -> Result<Response<Answer>, Refusal> {
        let entered = active.enter().ok_or(Refusal::TooMany)?;
        let switched = headers::upgrade(request.headers()).filter(|_| request.version() <= Version::HTTP_11);
        let client_side = switched.is_some().then(|| hyper::upgrade::on(&mut request));
        let (mut parts, body) = request.into_parts();
        let most_bytes = active.route.most_bytes;
        if most_bytes > 0 && body.size_hint().lower() > most_bytes {
            return Err(Refusal::TooLarge);
        }
        headers::strip(&mut parts.headers);
        headers::forward(&mut parts.headers, caller, host, || self.id());
        if let Some(protocol) = &switched {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, protocol.clone());
        }
        let (mut answer, lent, turn) = self.ask(active, &parts, body).await?;
        let passing = Passing {
            _lent: lent,
            _turn: turn,
            _active: entered,
            _counted: caller.counted.clone(),
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
    async fn ask(
        &self,
        active: &Active,
        parts: &Parts,
        body: Incoming,
    ) -> Result<(Response<Incoming>, Lent, Turn), Refusal> {
        let may_repeat = body.is_end_stream() && is_safe(&parts.method);
        let body = Held::new(body, active.route.most_bytes);
        let mut tried = Vec::new();
        while tried.len() < MOST_TRIES.min(active.targets.len()).max(1) {
            let Some(turn) = active.targets.choose(&tried) else {
                break;
            };
            let address = turn.address();
            let asking = self
                .connections
                .ask(address, may_repeat, || to_unit(parts, body.clone()));
            let Ok(answered) = tokio::time::timeout(active.patience(), asking).await else {
                return Err(Refusal::Late);
            };
            let trouble = match answered {
                Ok((answer, lent)) => return Ok((answer, lent, turn)),
                Err(trouble) => trouble,
            };
            if body.is_too_large() {
                return Err(Refusal::TooLarge);
            }
            turn.failed();
            tried.push(address);
            tracing::debug!(unit = %address, error = %trouble, "a unit did not answer");
            // What was sent is tried again only if it may be done twice.
            if !(body.is_whole() && (matches!(trouble, Trouble::Unsent(_)) || may_repeat)) {
                return Err(Refusal::Unreachable);
            }
        }
        Err(if tried.is_empty() {
            Refusal::NoUnit
        } else {
            Refusal::Unreachable
        })
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

/// The host that a request is for: what its address names comes before the header (RFC 9112, 3.2.2).
fn host(request: &Request<Incoming>) -> Option<HeaderValue> {
    match request.uri().authority() {
        Some(authority) => HeaderValue::from_str(authority.as_str()).ok(),
        None => request
            .headers()
            .get(HOST)
            .filter(|host| host.to_str().is_ok())
            .cloned(),
    }
}

/// What a unit gets: the path alone (RFC 9112, 3.2.1), over HTTP/1.1.
fn to_unit(parts: &Parts, body: Held) -> Request<Held> {
    let mut request = Request::new(body);
    let path = parts.uri.path_and_query().cloned();
    *request.method_mut() = parts.method.clone();
    *request.uri_mut() = Uri::from(path.unwrap_or_else(|| PathAndQuery::from_static("/")));
    request.headers_mut().clone_from(&parts.headers);
    request
}

/// Methods that ask and change nothing (RFC 9110, 9.2.1): a proxy may repeat them.
fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}
