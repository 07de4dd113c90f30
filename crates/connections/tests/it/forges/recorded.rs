//! The contract against a server that answers from exchanges in files; see `recorded/README.md` for where they are from.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use slipway_connections::forges::{Forge, ForgeError, ForgeKind};
use slipway_kernel::clock::Clock;
use slipway_testing::checkout;

use super::contract::{self, World};

#[derive(Deserialize)]
struct Recording {
    /// Where the exchanges are from.
    origin: String,
    exchanges: VecDeque<Exchange>,
}

#[derive(Deserialize)]
pub struct Exchange {
    request: Expected,
    answer: Answer,
}

#[derive(Deserialize)]
struct Expected {
    method: String,
    path: String,
    #[serde(default)]
    query: String,
    /// Values that headers begin with.
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    body: Option<Value>,
    form: Option<std::collections::BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Answer {
    status: u16,
    #[serde(default)]
    headers: std::collections::BTreeMap<String, String>,
    body: Option<Value>,
}

/// A server that plays a recording, exchange by exchange.
pub struct Player {
    pub url: String,
    left: Arc<Mutex<VecDeque<Exchange>>>,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Player {
    pub async fn of_file(name: &str) -> Self {
        let path = checkout::root().join(format!("crates/connections/tests/it/forges/recorded/{name}.json"));
        let recording: Recording = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        assert!(
            recording.origin.starts_with("Written after https://") || recording.origin.starts_with("Recorded from ")
        );
        Self::of(recording.exchanges).await
    }

    /// A server that gives one answer to everything.
    pub async fn always(status: u16, headers: Value, body: Value) -> Self {
        let answer = json!({ "status": status, "headers": headers, "body": body });
        let exchange = json!({ "request": { "method": "*", "path": "*" }, "answer": answer });
        Self::of(VecDeque::from([serde_json::from_value(exchange).unwrap()])).await
    }

    pub async fn of(exchanges: VecDeque<Exchange>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let left = Arc::new(Mutex::new(exchanges));
        let faults = Arc::new(Mutex::new(Vec::new()));
        let (exchanges, wrong) = (Arc::clone(&left), Arc::clone(&faults));
        let app = axum::Router::new().fallback(move |request: Request| {
            let (exchanges, wrong) = (Arc::clone(&exchanges), Arc::clone(&wrong));
            async move { play(&exchanges, &wrong, request).await }
        });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, left, faults }
    }

    /// Everything was asked that is in the recording, in its order, and nothing else.
    pub fn finish(self) {
        let faults = self.faults.lock().unwrap();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        let left = self.left.lock().unwrap();
        let next = left
            .front()
            .map(|exchange| format!("{} {}", exchange.request.method, exchange.request.path));
        assert!(
            left.is_empty(),
            "{} exchanges were not asked for; the next is {next:?}",
            left.len()
        );
    }
}

async fn play(exchanges: &Mutex<VecDeque<Exchange>>, faults: &Mutex<Vec<String>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let said = format!("{} {}", parts.method, parts.uri);
    let mut exchanges = exchanges.lock().unwrap();
    let Some(exchange) = exchanges.front() else {
        faults.lock().unwrap().push(format!("{said} comes after the end"));
        return Response::builder().status(599).body(Body::empty()).unwrap();
    };
    if let Some(why) = difference(&exchange.request, &parts, &body) {
        faults.lock().unwrap().push(format!("{said}: {why}"));
        return Response::builder().status(599).body(Body::empty()).unwrap();
    }
    let is_for_all = exchange.request.path == "*";
    let mut answer = Response::builder().status(exchange.answer.status);
    for (name, value) in &exchange.answer.headers {
        answer = answer.header(name, value);
    }
    let text = exchange.answer.body.as_ref().map(Value::to_string).unwrap_or_default();
    if !is_for_all {
        exchanges.pop_front();
    }
    answer.body(Body::from(text)).unwrap()
}

fn difference(expected: &Expected, parts: &axum::http::request::Parts, body: &[u8]) -> Option<String> {
    if expected.path == "*" {
        return None;
    }
    let query = parts.uri.query().unwrap_or_default();
    if (
        expected.method.as_str(),
        expected.path.as_str(),
        expected.query.as_str(),
    ) != (parts.method.as_str(), parts.uri.path(), query)
    {
        return Some(format!(
            "{} {}?{} was to come",
            expected.method, expected.path, expected.query
        ));
    }
    for (name, value) in &expected.headers {
        let sent = parts
            .headers
            .get(name)
            .and_then(|sent| sent.to_str().ok())
            .unwrap_or_default();
        if !sent.starts_with(value.as_str()) {
            return Some(format!("{name} was to begin with {value:?}, not to be {sent:?}"));
        }
    }
    if let Some(form) = &expected.form {
        let sent: std::collections::BTreeMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
        return (sent != *form).then(|| format!("the form was to be {form:?}, not {sent:?}"));
    }
    let sent: Option<Value> = (!body.is_empty()).then(|| serde_json::from_slice(body).unwrap());
    (sent != expected.body).then(|| format!("the body was to be {:?}, not {sent:?}", expected.body))
}

fn world(group: &str) -> World {
    World {
        account: "ada".to_owned(),
        group: group.to_owned(),
        repository: format!("{group}/infra"),
        pull_request: 7,
        head_commit: "9c1f0d2e6b7a4c3d8e5f60718293a4b5c6d7e8f9".to_owned(),
        author: "grace".to_owned(),
        branches: [("slipway/one", "1"), ("slipway/two", "2")].map(|(name, digit)| (name.to_owned(), digit.repeat(40))),
    }
}

/// A new app's key, in the form that GitHub gives: PKCS #1, which is what PKCS #8 holds after its first 26 bytes.
pub fn app_key() -> String {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der<'static> = pair.as_der().unwrap();
    let text = STANDARD.encode(&der.as_ref()[26..]);
    format!("-----BEGIN RSA PRIVATE KEY-----\n{text}\n-----END RSA PRIVATE KEY-----\n")
}

/// At which the exchanges take place.
pub fn clock() -> Clock {
    Clock::manual("2026-11-21T09:00:00Z".parse().unwrap())
}

async fn hold(kind: ForgeKind, file: &str, settings: fn(&str) -> Value, secrets: Value, world: World) {
    let player = Player::of_file(file).await;
    let forge = super::open(kind, &settings(&player.url), &secrets, clock());
    contract::hold(forge.as_ref(), &world).await;
    drop(forge);
    player.finish();
}

#[tokio::test]
async fn github_holds_the_contract_with_a_token() {
    let settings = |url: &str| json!({ "url": "https://github.com", "api-url": url });
    let secrets = json!({ "token": "ghp_0123456789abcdefghijklmnopqrstuvwxyz" });
    hold(ForgeKind::Github, "github-token", settings, secrets, world("platform")).await;
}

#[tokio::test]
async fn github_holds_the_contract_as_an_app() {
    let settings = |url: &str| json!({ "url": "https://github.com", "api-url": url, "app-id": "4242" });
    let secrets = json!({ "private-key": app_key() });
    let mut world = world("platform");
    world.account = "slipway-acme[bot]".to_owned();
    hold(ForgeKind::Github, "github-app", settings, secrets, world).await;
}

#[tokio::test]
async fn gitlab_holds_the_contract() {
    let secrets = json!({ "token": "glpat-0123456789abcdefghij" });
    hold(
        ForgeKind::Gitlab,
        "gitlab",
        |url| json!({ "url": url }),
        secrets,
        world("platform"),
    )
    .await;
}

#[tokio::test]
async fn bitbucket_holds_the_contract() {
    let settings = |url: &str| json!({ "api-url": url, "username": "ada@example.com" });
    let secrets = json!({ "token": "ATATT3xtoken" });
    hold(ForgeKind::Bitbucket, "bitbucket", settings, secrets, world("platform")).await;
}

#[tokio::test]
async fn bitbucket_data_center_holds_the_contract() {
    let secrets = json!({ "token": "BBDC-0123456789" });
    let kind = ForgeKind::BitbucketDataCenter;
    hold(
        kind,
        "bitbucket-data-center",
        |url| json!({ "url": url }),
        secrets,
        world("platform"),
    )
    .await;
}

#[tokio::test]
async fn azure_devops_holds_the_contract_with_a_token() {
    let settings = |url: &str| json!({ "url": url, "organization": "acme" });
    let secrets = json!({ "token": "azure-token" });
    hold(
        ForgeKind::AzureDevops,
        "azure-devops-token",
        settings,
        secrets,
        world("platform"),
    )
    .await;
}

#[tokio::test]
async fn azure_devops_holds_the_contract_with_a_service_principal() {
    let settings = |url: &str| {
        json!({
            "url": url, "login-url": url, "organization": "acme",
            "tenant-id": "tenant-0001", "client-id": "application-0001",
        })
    };
    let secrets = json!({ "client-secret": "principal-secret" });
    let file = "azure-devops-service-principal";
    hold(ForgeKind::AzureDevops, file, settings, secrets, world("platform")).await;
}

/// Every forge with a plain token at `url`.
fn with_token(kind: ForgeKind, url: &str) -> Box<dyn Forge> {
    let settings = json!({ "url": url, "api-url": url, "organization": "acme" });
    super::open(kind, &settings, &json!({ "token": "planted-secret-token" }), clock())
}

const ALL: [ForgeKind; 6] = [
    ForgeKind::Github,
    ForgeKind::Gitlab,
    ForgeKind::Bitbucket,
    ForgeKind::BitbucketDataCenter,
    ForgeKind::AzureDevops,
    ForgeKind::Gitea,
];

#[tokio::test]
async fn every_forge_can_be_busy() {
    let in_a_minute = "2026-11-21T09:01:00.000Z";
    for (status, headers) in [
        (429, json!({ "retry-after": "60" })),
        (429, json!({})),
        (403, json!({ "retry-after": "60" })),
        (
            403,
            json!({ "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795251660" }),
        ),
        (503, json!({ "retry-after": "60" })),
    ] {
        let player = Player::always(status, headers.clone(), json!({ "message": "slow down" })).await;
        for kind in ALL {
            let error = with_token(kind, &player.url)
                .repository("platform/infra")
                .await
                .unwrap_err();
            let until = match &error {
                ForgeError::Busy { until, .. } => until.to_string(),
                other => panic!("{kind:?} {status} {headers}: {other}"),
            };
            assert_eq!(until, in_a_minute, "{kind:?} {status} {headers}");
        }
    }
}

#[tokio::test]
async fn every_forge_can_refuse_and_none_repeats_a_secret() {
    let echo = json!({ "message": "planted-secret-token is no good", "error": { "message": "planted-secret-token" } });
    for (status, name) in [
        (400, "Refused"),
        (401, "Credentials"),
        (403, "Right"),
        (404, "Missing"),
        (422, "Refused"),
        (500, "Away"),
        (502, "Away"),
    ] {
        let player = Player::always(status, json!({}), echo.clone()).await;
        for kind in ALL {
            let error = with_token(kind, &player.url)
                .repository("platform/infra")
                .await
                .unwrap_err();
            let text = format!("{error:?} {error}");
            assert!(text.starts_with(name), "{kind:?} {status}: {text}");
            assert!(!text.contains("planted-secret-token"), "{kind:?} {status}: {text}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_is_not_understood_is_no_panic() {
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!("text"),
        json!({ "value": {}, "values": 3, "data": null }),
    ] {
        let player = Player::always(200, json!({ "content-type": "application/json" }), body.clone()).await;
        for kind in ALL {
            let forge = with_token(kind, &player.url);
            assert!(forge.repository("platform/infra").await.is_err(), "{kind:?} {body}");
            assert!(
                forge.pull_request("platform/infra", 1).await.is_err(),
                "{kind:?} {body}"
            );
            // Lists may be empty; nothing else is asked of them here.
            forge.open_pull_requests("platform/infra").await.ok();
            forge.own_comments("platform/infra", 1, "x").await.ok();
            forge.hook("platform/infra", "http://x").await.ok();
            forge.account().await.ok();
        }
    }
}

#[tokio::test]
async fn a_page_to_sign_in_at_is_a_refusal_of_azure_devops() {
    for (status, kind) in [
        (203, "text/html"),
        (200, "text/html; charset=utf-8"),
        (203, "application/json"),
    ] {
        let player = Player::always(status, json!({ "content-type": kind }), json!("<html>")).await;
        let error = with_token(ForgeKind::AzureDevops, &player.url)
            .account()
            .await
            .unwrap_err();
        assert!(matches!(error, ForgeError::Credentials(_)), "{error}");
    }
}

#[tokio::test]
async fn an_app_in_several_places_asks_which_one() {
    let places = json!([
        { "id": 1, "account": { "login": "platform" }, "permissions": {} },
        { "id": 2, "account": { "login": "shop" }, "permissions": {} },
    ]);
    for (installations, expected) in [
        (places, "set the installation id to one of 1 (platform), 2 (shop)"),
        (json!([]), "the app is not installed anywhere yet"),
    ] {
        let player = Player::always(200, json!({}), installations).await;
        let settings = json!({ "api-url": player.url, "app-id": "4242" });
        let secrets = json!({ "private-key": app_key() });
        let forge = super::open(ForgeKind::Github, &settings, &secrets, clock());
        let error = forge.repository("platform/infra").await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_webhook_that_may_not_be_set_is_a_missing_right_at_github() {
    let repository = json!({ "id": 1, "full_name": "platform/infra" });
    let asked = |path: &str, query: &str, status: u16, body: &Value| {
        json!({
            "request": { "method": "GET", "path": path, "query": query },
            "answer": { "status": status, "body": body },
        })
    };
    let hooks = asked(
        "/repos/platform/infra/hooks",
        "per_page=100",
        404,
        &json!({ "message": "Not Found" }),
    );
    let there = asked("/repos/platform/infra", "", 200, &repository);
    let gone = asked("/repos/platform/infra", "", 404, &json!({ "message": "Not Found" }));
    for (second, expected) in [(there, "lack a right: Webhooks"), (gone, "is not there")] {
        let player = Player::of(serde_json::from_value(json!([hooks, second])).unwrap()).await;
        let forge = with_token(ForgeKind::Github, &player.url);
        let error = forge.hook("platform/infra", "http://x").await.unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        player.finish();
    }
}

/// A token of an hour is got once for all who open the forge, and again when it was refused.
#[tokio::test]
async fn an_apps_token_serves_everybody_until_it_is_refused() {
    let token = |value: &str| {
        json!({
            "request": { "method": "POST", "path": "/app/installations/99/access_tokens", "body": {} },
            "answer": { "status": 201, "body": { "token": value, "expires_at": "2026-11-21T10:00:00Z" } },
        })
    };
    let repository = |bearer: &str, status: u16| {
        json!({
            "request": {
                "method": "GET", "path": "/repos/platform/infra", "headers": { "authorization": format!("Bearer {bearer}") },
            },
            "answer": { "status": status, "body": { "id": 1, "full_name": "platform/infra" } },
        })
    };
    let exchanges = json!([
        token("first"),
        repository("first", 200),
        repository("first", 200),
        repository("first", 401),
        token("second"),
        repository("second", 200),
    ]);
    let player = Player::of(serde_json::from_value(exchanges).unwrap()).await;
    let settings = json!({ "api-url": player.url, "app-id": "4242", "installation-id": "99" });
    let secrets = json!({ "private-key": app_key() });
    let mut answers = Vec::new();
    let server = super::outside(clock());
    for _ in 0..4 {
        let forge = super::open_from(&server, ForgeKind::Github, &settings, &secrets);
        answers.push(forge.repository("platform/infra").await.is_ok());
    }
    assert_eq!(answers, [true, true, false, true]);
    player.finish();
}

/// GitHub's "secondary" limit is a 403: what one was told holds for all who show the same credentials.
#[tokio::test]
async fn a_limit_is_waited_for_by_all_who_show_the_same_credentials() {
    let limited = json!([{
        "request": { "method": "GET", "path": "/repos/platform/infra" },
        "answer": { "status": 403, "headers": { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795253460" },
            "body": { "message": "API rate limit exceeded" } },
    }]);
    let player = Player::of(serde_json::from_value(limited).unwrap()).await;
    let server = super::outside(clock());
    let settings = json!({ "api-url": player.url });
    for name in ["platform/infra", "platform/other"] {
        let forge = super::open_from(
            &server,
            ForgeKind::Github,
            &settings,
            &json!({ "token": "planted-secret-token" }),
        );
        let error = forge.repository(name).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "127.0.0.1 asks to wait until 2026-11-21T09:31:00.000Z"
        );
    }
    // One question was enough.
    player.finish();
}
