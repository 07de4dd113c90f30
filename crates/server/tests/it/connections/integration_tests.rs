//! Asking the other side who we are there: moto for AWS; for the rest servers that answer as the vendors' documents say
//! (recorded exchanges, not the real services).

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Value, json};
use slipway_kernel::settings::Settings;

use super::integrations::{change, make};
use crate::support::{Acme, TestApp, document};

/// Lets the server ask servers of the test.
pub fn reach_this_machine(settings: &mut Settings) {
    settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
}

/// What a server is to answer: method and path, status, body.
pub type Answers = &'static [(&'static str, u16, &'static str)];

/// A server that answers as it was told, and what it was asked: method, path, authorization and body of each request.
pub async fn recorded(answers: Answers) -> (String, Arc<Mutex<Vec<String>>>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&asked);
    let app = Router::new().fallback(move |request: Request| {
        let seen = Arc::clone(&seen);
        async move {
            let (head, body) = request.into_parts();
            let line = format!("{} {}", head.method, head.uri.path());
            let header = |name: &str| {
                let value = head.headers.get(name).and_then(|value| value.to_str().ok());
                value.unwrap_or_default().to_owned()
            };
            let shown = format!("{} {}", header("authorization"), header("dd-api-key"));
            let body = to_bytes(body, 1 << 20).await.unwrap();
            let body = String::from_utf8_lossy(&body).into_owned();
            // The same question may be answered in turn.
            let times = {
                let mut seen = seen.lock().unwrap();
                let times = seen.iter().filter(|before: &&String| before.starts_with(&line)).count();
                seen.push(format!("{line} {shown} {body}"));
                times
            };
            let fitting: Vec<_> = answers.iter().filter(|(asked, ..)| *asked == line).collect();
            let answer = fitting.get(times).or(fitting.last());
            let (status, text) = answer.map_or((404, "{}"), |(_, status, text)| (*status, *text));
            let mut response = Response::builder().status(status).header("content-type", "application/json");
            if status == 401 {
                let challenge = "Digest realm=\"MMS Public API\", domain=\"\", nonce=\"n0nce\", algorithm=MD5, qop=\"auth\", stale=false";
                response = response.header("www-authenticate", challenge);
            }
            if text.contains("\"bot_id\"") {
                response = response.header("x-oauth-scopes", "channels:read");
            }
            response.body(Body::from(text)).unwrap()
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, asked)
}

async fn acme() -> Acme {
    Acme::on(TestApp::with(reach_this_machine).await).await
}

/// Tests what is not kept.
async fn draft(acme: &Acme, kind: &str, settings: Value) -> Value {
    let body = document("integrations", json!({"kind": kind, "settings": settings}));
    let path = "/api/v2/organizations/acme/integrations/actions/test";
    acme.owner.post(path, body).await.expect(200).body["data"]["attributes"].clone()
}

#[tokio::test]
async fn aws_says_who_a_key_is() {
    let acme = acme().await;
    let cloud = slipway_testing::s3::bucket().unwrap();
    let keys = json!({"method": "access-keys", "access-key-id": "AKIAIOSFODNN7EXAMPLE", "secret-access-key": "s", "sts-url": cloud.endpoint});
    let found = draft(&acme, "aws", keys.clone()).await;
    assert_eq!(found["is-usable"], true, "{found}");
    assert!(
        found["account"]
            .as_str()
            .unwrap()
            .starts_with("arn:aws:sts::123456789012:"),
        "{found}"
    );
    // The wrong account is told before anything is planned there.
    let mut other = keys.clone();
    other["account-id"] = json!("999999999999");
    let found = draft(&acme, "aws", other).await;
    assert!(
        found["error"].as_str().unwrap().contains("account 123456789012"),
        "{found}"
    );
    // With a role, who one is with it.
    let mut role = keys;
    role["assume-role-arn"] = json!("arn:aws:iam::111122223333:role/runs");
    let found = draft(&acme, "aws", role).await;
    assert_eq!(found["account"], "arn:aws:sts::111122223333:assumed-role/runs/slipway");
    // By a token of this server.
    let identity = json!({"role-arn": "arn:aws:iam::111122223333:role/runs", "sts-url": cloud.endpoint});
    let found = draft(&acme, "aws", identity).await;
    assert_eq!(
        found["account"], "arn:aws:sts::111122223333:assumed-role/runs/slipway",
        "{found}"
    );
}

#[tokio::test]
async fn what_a_test_shows_is_kept_until_the_credentials_change() {
    let acme = acme().await;
    let cloud = slipway_testing::s3::bucket().unwrap();
    let keys = json!({"method": "access-keys", "access-key-id": "AKIAIOSFODNN7EXAMPLE", "secret-access-key": "s", "sts-url": cloud.endpoint});
    let id = make(&acme, "aws", "cloud", keys).await;
    let path = format!("/api/v2/integrations/{id}");
    acme.owner
        .post(&format!("{path}/actions/test"), json!({}))
        .await
        .expect(200);
    let shown = acme.owner.get(&path).await.expect(200);
    assert!(shown.attribute("account").as_str().unwrap().starts_with("arn:aws:"));
    assert!(shown.attribute("checked-at").is_string());
    let changed = change(&acme, &id, json!({"settings": {"secret-access-key": "t"}}))
        .await
        .expect(200);
    assert_eq!(changed.attribute("checked-at"), &Value::Null);
}

#[tokio::test]
async fn nothing_is_asked_in_a_closed_network() {
    let acme = Acme::new().await;
    for url in ["http://127.0.0.1:1", "http://169.254.169.254", "http://10.0.0.1"] {
        let keys =
            json!({"method": "access-keys", "access-key-id": "A", "secret-access-key": "hidden", "sts-url": url});
        let found = draft(&acme, "aws", keys).await;
        assert!(found["error"].as_str().unwrap().contains("may not reach"), "{found}");
    }
}

#[tokio::test]
async fn a_recorded_datadog_accepts_or_refuses_keys() {
    let acme = acme().await;
    let (url, asked) = recorded(&[
        ("GET /api/v1/validate", 200, r#"{"valid": true}"#),
        ("GET /api/v2/validate_keys", 403, r#"{"errors": ["Forbidden"]}"#),
    ])
    .await;
    let found = draft(&acme, "datadog", json!({"api-key": "the-api-key", "url": url})).await;
    assert_eq!(found["is-usable"], true, "{found}");
    assert!(asked.lock().unwrap()[0].contains("the-api-key"));
    let found = draft(
        &acme,
        "datadog",
        json!({"api-key": "the-api-key", "app-key": "the-app-key", "url": url}),
    )
    .await;
    let error = found["error"].as_str().unwrap();
    assert!(
        error.contains("API key or the application key") && !error.contains("the-app-key"),
        "{error}"
    );
}

#[tokio::test]
async fn a_recorded_atlas_knows_keys_by_digest_and_service_accounts_by_token() {
    let acme = acme().await;
    let (url, asked) = recorded(&[
        (
            "GET /api/atlas/v2/orgs",
            401,
            r#"{"error": 401, "reason": "Unauthorized"}"#,
        ),
        (
            "GET /api/atlas/v2/orgs",
            200,
            r#"{"results": [{"id": "32b6e34b3d91647abb20e7b8", "name": "Acme"}], "totalCount": 1}"#,
        ),
    ])
    .await;
    let keys = json!({"method": "api-keys", "public-key": "abcdefgh", "private-key": "hidden", "url": url});
    let found = draft(&acme, "mongodb-atlas", keys).await;
    assert_eq!(found["account"], "Acme", "{found}");
    let second = asked.lock().unwrap()[1].clone();
    assert!(
        second.contains("Digest username=\"abcdefgh\", realm=\"MMS Public API\", nonce=\"n0nce\""),
        "{second}"
    );
    assert!(!second.contains("hidden"));
    let (url, asked) = recorded(&[
        (
            "POST /api/oauth/token",
            200,
            r#"{"access_token": "an-access-token", "expires_in": 3600, "token_type": "Bearer"}"#,
        ),
        (
            "GET /api/atlas/v2/orgs/32b6e34b3d91647abb20e7b8",
            200,
            r#"{"id": "32b6e34b3d91647abb20e7b8", "name": "Acme"}"#,
        ),
    ])
    .await;
    let account = json!({"client-id": "mdb_sa_id_1", "client-secret": "mdb_sa_sk_1", "url": url, "organization-id": "32b6e34b3d91647abb20e7b8"});
    let found = draft(&acme, "mongodb-atlas", account).await;
    assert_eq!(found["account"], "Acme", "{found}");
    assert!(asked.lock().unwrap()[1].contains("Bearer an-access-token"));
}

#[tokio::test]
async fn a_recorded_slack_names_the_missing_scope() {
    let acme = acme().await;
    let (url, _) = recorded(&[
        (
            "POST /auth.test",
            200,
            r#"{"ok": true, "team": "Acme", "user": "slipway", "bot_id": "B1"}"#,
        ),
        ("POST /auth.test", 200, r#"{"ok": false, "error": "invalid_auth"}"#),
    ])
    .await;
    let found = draft(&acme, "slack", json!({"bot-token": "xoxb-1", "url": url})).await;
    assert_eq!(found["account"], "slipway in Acme", "{found}");
    assert_eq!(found["missing-rights"][0]["right"], "chat:write");
    let found = draft(&acme, "slack", json!({"bot-token": "xoxb-1", "url": url})).await;
    assert!(found["error"].as_str().unwrap().contains("Install the app"), "{found}");
}

#[tokio::test]
async fn a_recorded_azure_lets_an_application_in_or_says_why_not() {
    let acme = acme().await;
    const ID: &str = "00000000-0000-0000-0000-000000000001";
    let (url, asked) = recorded(&[
        ("POST /00000000-0000-0000-0000-000000000001/oauth2/v2.0/token", 200, r#"{"token_type": "Bearer", "expires_in": 3599, "access_token": "an-access-token"}"#),
        ("GET /subscriptions/00000000-0000-0000-0000-000000000001", 200, r#"{"displayName": "Production", "state": "Enabled"}"#),
        ("POST /00000000-0000-0000-0000-000000000001/oauth2/v2.0/token", 401, r#"{"error": "invalid_client", "error_description": "AADSTS7000215: Invalid client secret provided. Trace ID: 1"}"#),
        ("POST /00000000-0000-0000-0000-000000000001/oauth2/v2.0/token", 401, r#"{"error": "invalid_request", "error_description": "AADSTS70021: No matching federated identity record found for presented assertion. Trace ID: 1"}"#),
    ])
    .await;
    let common =
        json!({"tenant-id": ID, "subscription-id": ID, "client-id": ID, "login-url": url, "management-url": url});
    let found = draft(&acme, "azure", common.clone()).await;
    assert_eq!(found["account"], format!("{ID} in Production"), "{found}");
    let first = asked.lock().unwrap()[0].clone();
    assert!(
        first.contains("client_assertion=ey") && first.contains("jwt-bearer"),
        "{first}"
    );
    let mut stored = common.clone();
    stored["method"] = json!("client-secret");
    stored["client-secret"] = json!("hidden");
    let found = draft(&acme, "azure", stored).await;
    let error = found["error"].as_str().unwrap();
    assert!(
        error.contains("take its value, not its id") && !error.contains("hidden"),
        "{error}"
    );
    let found = draft(&acme, "azure", common).await;
    assert_eq!((&found["error"], &found["is-usable"]), (&Value::Null, &json!(true)));
    assert!(
        found["not-tested"]
            .as_str()
            .unwrap()
            .contains("organization:acme:integration:test"),
        "{found}"
    );
}

#[tokio::test]
async fn a_recorded_google_takes_what_the_key_signs() {
    use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
    use base64::Engine;
    let acme = acme().await;
    let (url, asked) = recorded(&[
        (
            "POST /token",
            200,
            r#"{"access_token": "ya29.a", "expires_in": 3599, "token_type": "Bearer"}"#,
        ),
        (
            "POST /token",
            400,
            r#"{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}"#,
        ),
    ])
    .await;
    let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048).unwrap();
    let der: Pkcs8V1Der = pair.as_der().unwrap();
    let pem = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    let key = json!({"type": "service_account", "client_email": "runs@p.iam.gserviceaccount.com", "private_key_id": "1",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n"), "token_uri": format!("{url}/token")});
    let settings = json!({"method": "service-account-key", "key": key.to_string()});
    let found = draft(&acme, "google-cloud", settings.clone()).await;
    assert_eq!(found["account"], "runs@p.iam.gserviceaccount.com", "{found}");
    assert!(asked.lock().unwrap()[0].contains("assertion=ey"));
    let found = draft(&acme, "google-cloud", settings).await;
    assert!(
        found["error"].as_str().unwrap().contains("deleted or disabled"),
        "{found}"
    );
    let found = draft(
        &acme,
        "google-cloud",
        json!({"method": "service-account-key", "key": "{\"hidden\": 1}"}),
    )
    .await;
    let error = found["error"].as_str().unwrap();
    assert!(error.contains("no key file") && !error.contains("hidden"), "{error}");
}

/// The token service and the lending of accounts, as their documents show them; no key is stored.
#[tokio::test]
async fn a_recorded_google_lets_a_token_of_this_server_in_or_says_why_not() {
    const EXCHANGE: &str = "POST /v1/token";
    const LEND: &str = "POST /v1/projects/-/serviceAccounts/runs@p.iam.gserviceaccount.com:generateAccessToken";
    const GIVEN: &str = r#"{"access_token": "ya29.federated", "issued_token_type":
        "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer", "expires_in": 3599}"#;
    let acme = acme().await;
    let (url, asked) = recorded(&[
        (EXCHANGE, 200, GIVEN),
        (
            LEND,
            200,
            r#"{"accessToken": "ya29.lent", "expireTime": "2026-01-01T00:05:00Z"}"#,
        ),
        (EXCHANGE, 200, GIVEN),
        (
            LEND,
            403,
            r#"{"error": {"code": 403, "message": "Permission 'iam.serviceAccounts.getAccessToken' denied on resource
            (or it may not exist).", "status": "PERMISSION_DENIED"}}"#,
        ),
        (
            EXCHANGE,
            400,
            r#"{"error": "invalid_grant", "error_description": "The audience in ID Token [x] does not match the expected audience."}"#,
        ),
        (
            EXCHANGE,
            400,
            r#"{"error": "unauthorized_client", "error_description": "The given credential is rejected by the attribute condition."}"#,
        ),
        (EXCHANGE, 200, GIVEN),
    ])
    .await;
    let provider = "projects/1234567890/locations/global/workloadIdentityPools/slipway/providers/slipway";
    let mut settings = json!({"provider": provider, "service-account": "runs@p.iam.gserviceaccount.com",
        "token-url": format!("{url}/v1/token"), "iam-url": url});
    let found = draft(&acme, "google-cloud", settings.clone()).await;
    assert_eq!(found["account"], "runs@p.iam.gserviceaccount.com", "{found}");
    let [exchange, lend] = [0, 1].map(|number| asked.lock().unwrap()[number].clone());
    let (_, body) = exchange.split_once('{').unwrap();
    let body: Value = serde_json::from_str(&format!("{{{body}")).unwrap();
    assert_eq!(body["audience"], format!("//iam.googleapis.com/{provider}"));
    assert_eq!(body["subjectTokenType"], "urn:ietf:params:oauth:token-type:jwt");
    assert!(body["subjectToken"].as_str().unwrap().starts_with("ey"), "{body}");
    assert!(lend.contains("Bearer ya29.federated"), "{lend}");

    let found = draft(&acme, "google-cloud", settings.clone()).await;
    let note = found["not-tested"].as_str().unwrap();
    assert!(
        note.contains("organization:acme:integration:test") && note.contains("lets in workspaces only"),
        "{found}"
    );
    for advice in ["allowed audience", "condition does not let the test in"] {
        let found = draft(&acme, "google-cloud", settings.clone()).await;
        assert!(found["error"].as_str().unwrap().contains(advice), "{found}");
    }
    // Without an account the permissions are the pool's own.
    settings.as_object_mut().unwrap().remove("service-account");
    let found = draft(&acme, "google-cloud", settings).await;
    assert!(
        found["account"]
            .as_str()
            .unwrap()
            .starts_with("principal organization:acme:integration:test of"),
        "{found}"
    );
}

#[tokio::test]
async fn what_cannot_be_tried_says_so() {
    let acme = acme().await;
    let found = draft(&acme, "environment", json!({"variables": {"A": "1"}})).await;
    assert_eq!(found["is-usable"], true);
    assert!(found["not-tested"].is_string(), "{found}");
    let teams = json!({"webhook-url": "https://prod-00.westeurope.logic.azure.com/workflows/1?sig=hidden"});
    let found = draft(&acme, "microsoft-teams", teams).await;
    assert!(
        found["not-tested"].as_str().unwrap().contains("without posting"),
        "{found}"
    );
    let found = draft(&acme, "microsoft-teams", json!({"webhook-url": "http://hidden"})).await;
    let error = found["error"].as_str().unwrap();
    assert!(!error.contains("hidden"), "{error}");
}
