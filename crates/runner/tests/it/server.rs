//! The server's side of the protocol, in memory. It knows nothing about runs: tests queue claims and look at what came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, Query, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use serde_json::{Value, json};
use slipway_api::runner::{Accepted, Claim, Completion, Directive};
use tokio::sync::Notify;

/// What one item got.
#[derive(Default, Clone)]
pub(crate) struct Got {
    pub(crate) log: Vec<u8>,
    pub(crate) events: Vec<u8>,
    pub(crate) states: Vec<Vec<u8>>,
    pub(crate) plan: Option<Vec<u8>>,
    pub(crate) plan_json: Option<Value>,
    /// Whether the item had ended when it came.
    pub(crate) json_came_late: bool,
    /// Details of changes, from packs in their order.
    pub(crate) changes: Vec<Value>,
    /// The index of changes, and whether the item had ended when it came.
    pub(crate) index: Option<(Value, bool)>,
    pub(crate) completions: Vec<Completion>,
    pub(crate) steps: Vec<String>,
}

impl Got {
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log).into_owned()
    }

    pub(crate) fn completion(&self) -> &Completion {
        self.completions.last().unwrap()
    }

    pub(crate) fn state(&self) -> Value {
        serde_json::from_slice(self.states.last().unwrap()).unwrap()
    }
}

#[derive(Default)]
struct Inner {
    queue: Vec<Claim>,
    claimed: Vec<String>,
    files: HashMap<String, Vec<u8>>,
    got: HashMap<String, Got>,
    directive: HashMap<String, Directive>,
    is_away: bool,
    /// Lists of changes are not taken, as if the server were away for them; and how often it happened.
    refuses_changes: bool,
    refused_changes: usize,
    /// Why no credentials are given any more.
    identity_refusal: Option<&'static str>,
    /// No heartbeat gets an answer.
    is_deaf: bool,
    /// What is claimed is answered at the runner's goodbye only.
    is_slow: bool,
    has_left: bool,
}

#[derive(Clone, Default)]
pub(crate) struct Server {
    inner: Arc<Mutex<Inner>>,
    changed: Arc<Notify>,
}

impl Server {
    /// Starts and returns the address.
    pub(crate) async fn start() -> (Self, String) {
        let server = Self::default();
        let router = Router::new()
            .route("/api/v2/runners", post(register))
            .route("/api/v2/runners/{id}", axum::routing::delete(goodbye))
            .route("/api/v2/runners/{id}/claim", post(claim))
            .route("/api/v2/work/{item}/{what}", get(fetch))
            .route("/api/v2/work/{item}/log", put(log))
            .route("/api/v2/work/{item}/events", put(events))
            .route("/api/v2/work/{item}/plan", get(fetch_plan).put(plan))
            .route("/api/v2/work/{item}/plan-json", put(plan_json))
            .route("/api/v2/work/{item}/plan-changes", put(plan_changes))
            .route("/api/v2/work/{item}/plan-changes/{first}", put(plan_change_pack))
            .route("/api/v2/work/{item}/state", get(fetch_state).put(state))
            .route("/api/v2/work/{item}/heartbeat", post(heartbeat))
            .route("/api/v2/work/{item}/complete", post(complete))
            .layer(DefaultBodyLimit::disable())
            .layer(from_fn_with_state(server.clone(), away))
            .with_state(server.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (server, address)
    }

    fn with<T>(&self, change: impl FnOnce(&mut Inner) -> T) -> T {
        let result = change(&mut self.inner.lock().unwrap());
        self.changed.notify_waiters();
        result
    }

    pub(crate) fn queue(&self, claim: Claim) {
        self.with(|inner| inner.queue.push(claim));
    }

    pub(crate) fn store(&self, name: &str, bytes: Vec<u8>) {
        self.with(|inner| inner.files.insert(name.to_owned(), bytes));
    }

    pub(crate) fn direct(&self, item: &str, directive: Directive) {
        self.with(|inner| inner.directive.insert(item.to_owned(), directive));
    }

    pub(crate) fn be_away(&self, is_away: bool) {
        self.with(|inner| inner.is_away = is_away);
    }

    pub(crate) fn refuse_changes(&self, refuses: bool) {
        self.with(|inner| inner.refuses_changes = refuses);
    }

    pub(crate) fn refused_changes(&self) -> usize {
        self.with(|inner| inner.refused_changes)
    }

    pub(crate) fn refuse_identity(&self, why: &'static str) {
        self.with(|inner| inner.identity_refusal = Some(why));
    }

    pub(crate) fn be_deaf(&self, is_deaf: bool) {
        self.with(|inner| inner.is_deaf = is_deaf);
    }

    pub(crate) fn be_slow(&self) {
        self.with(|inner| inner.is_slow = true);
    }

    pub(crate) fn has_left(&self) -> bool {
        self.with(|inner| inner.has_left)
    }

    pub(crate) fn got(&self, item: &str) -> Got {
        self.with(|inner| inner.got.get(item).cloned().unwrap_or_default())
    }

    pub(crate) fn is_claimed(&self, item: &str) -> bool {
        self.with(|inner| inner.claimed.iter().any(|claimed| claimed == item))
    }

    /// Waits until what an item got is as wanted.
    pub(crate) async fn until(&self, what: &str, item: &str, wanted: impl Fn(&Got) -> bool) -> Got {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                let got = self.inner.lock().unwrap().got.get(item).cloned().unwrap_or_default();
                if wanted(&got) {
                    return got;
                }
                let _ = tokio::time::timeout(Duration::from_millis(50), changed).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(30), wait).await {
            Ok(got) => got,
            Err(_) => panic!("never: {what}; log: {}", self.got(item).log()),
        }
    }

    /// Waits for the end of an item.
    pub(crate) async fn completed(&self, item: &str) -> Got {
        self.until("completed", item, |got| !got.completions.is_empty()).await
    }
}

async fn away(State(server): State<Server>, request: Request, next: Next) -> Response {
    let is_refused = server.with(|inner| {
        let is_refused = inner.refuses_changes && request.uri().path().contains("/plan-changes");
        inner.refused_changes += usize::from(is_refused);
        is_refused || inner.is_away
    });
    if is_refused {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    next.run(request).await
}

async fn register() -> Json<Value> {
    Json(json!({ "runner-id": "agent-0000000000000001", "lease-ms": 150 }))
}

async fn goodbye(State(server): State<Server>) -> StatusCode {
    server.with(|inner| inner.has_left = true);
    StatusCode::NO_CONTENT
}

async fn claim(State(server): State<Server>) -> Response {
    let wait = async {
        loop {
            let changed = server.changed.notified();
            {
                let mut inner = server.inner.lock().unwrap();
                if !inner.queue.is_empty() {
                    let claim = inner.queue.remove(0);
                    inner.claimed.push(claim.work_item_id.to_string());
                    return claim;
                }
            }
            changed.await;
        }
    };
    match tokio::time::timeout(Duration::from_millis(300), wait).await {
        Ok(claim) => {
            while server.with(|inner| inner.is_slow && !inner.has_left) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Json(claim).into_response()
        }
        Err(_) => StatusCode::NO_CONTENT.into_response(),
    }
}

async fn fetch(State(server): State<Server>, Path((_, what)): Path<(String, String)>) -> Response {
    if let Some(why) = server
        .with(|inner| inner.identity_refusal)
        .filter(|_| what == "identity")
    {
        let error = json!({ "errors": [{ "status": "409", "code": "conflict", "title": "conflict", "detail": why }] });
        return (StatusCode::CONFLICT, Json(error)).into_response();
    }
    server
        .with(|inner| inner.files.get(&what).cloned())
        .ok_or(StatusCode::NOT_FOUND)
        .into_response()
}

async fn fetch_plan(State(server): State<Server>) -> Response {
    server
        .with(|inner| inner.files.get("plan").cloned())
        .ok_or(StatusCode::NOT_FOUND)
        .into_response()
}

async fn fetch_state(State(server): State<Server>) -> Response {
    server
        .with(|inner| inner.files.get("state").cloned())
        .ok_or(StatusCode::NOT_FOUND)
        .into_response()
}

type Offset = Query<HashMap<String, String>>;

fn append(stream: &mut Vec<u8>, query: &HashMap<String, String>, body: &[u8]) -> Response {
    let offset: usize = query["offset"].parse().unwrap();
    if offset > stream.len() {
        let error = json!({ "errors": [{ "status": "409", "code": "offset-gap", "title": "gap", "detail": "gap",
            "meta": { "expected": stream.len() } }] });
        return (StatusCode::CONFLICT, Json(error)).into_response();
    }
    let known = (stream.len() - offset).min(body.len());
    assert_eq!(
        stream[offset..offset + known],
        body[..known],
        "the same offset must carry the same bytes"
    );
    stream.extend_from_slice(&body[known..]);
    let length = stream.len() as u64;
    Json(Accepted {
        received: length,
        stored: length,
    })
    .into_response()
}

async fn log(State(server): State<Server>, Path(item): Path<String>, query: Offset, body: Bytes) -> Response {
    server.with(|inner| append(&mut inner.got.entry(item).or_default().log, &query, &body))
}

async fn events(State(server): State<Server>, Path(item): Path<String>, query: Offset, body: Bytes) -> Response {
    server.with(|inner| append(&mut inner.got.entry(item).or_default().events, &query, &body))
}

async fn plan(State(server): State<Server>, Path(item): Path<String>, body: Bytes) {
    server.with(|inner| {
        inner.files.insert("plan".into(), body.to_vec());
        inner.got.entry(item).or_default().plan = Some(body.to_vec());
    });
}

async fn plan_changes(State(server): State<Server>, Path(item): Path<String>, body: Bytes) {
    let index = serde_json::from_slice(&gunzip(&body)).unwrap();
    server.with(|inner| {
        let got = inner.got.entry(item).or_default();
        got.index = Some((index, !got.completions.is_empty()));
    });
}

async fn plan_change_pack(State(server): State<Server>, Path((item, first)): Path<(String, usize)>, body: Bytes) {
    let lines = gunzip(&body);
    let changes = serde_json::Deserializer::from_slice(&lines).into_iter::<Value>();
    server.with(|inner| {
        let got = inner.got.entry(item).or_default();
        got.changes.truncate(first);
        got.changes.extend(changes.map(Result::unwrap));
    });
}

fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut plain).unwrap();
    plain
}

async fn plan_json(State(server): State<Server>, Path(item): Path<String>, body: Bytes) {
    server.with(|inner| {
        let got = inner.got.entry(item).or_default();
        got.plan_json = serde_json::from_slice(&body).ok();
        got.json_came_late = !got.completions.is_empty();
    });
}

async fn state(State(server): State<Server>, Path(item): Path<String>, body: Bytes) {
    server.with(|inner| {
        inner.files.insert("state".into(), body.to_vec());
        inner.got.entry(item).or_default().states.push(body.to_vec());
    });
}

async fn heartbeat(State(server): State<Server>, Path(item): Path<String>, Json(body): Json<Value>) -> Response {
    if server.inner.lock().unwrap().is_deaf {
        return StatusCode::BAD_GATEWAY.into_response();
    }
    let directive = server.with(|inner| {
        let step = body["step"].as_str().unwrap_or_default().to_owned();
        inner.got.entry(item.clone()).or_default().steps.push(step);
        inner.directive.get(&item).copied().unwrap_or(Directive::Continue)
    });
    Json(json!({ "directive": directive, "lease-until": "2030-01-01T00:00:00.000Z" })).into_response()
}

async fn complete(State(server): State<Server>, Path(item): Path<String>, Json(body): Json<Completion>) {
    server.with(|inner| inner.got.entry(item).or_default().completions.push(body));
}
