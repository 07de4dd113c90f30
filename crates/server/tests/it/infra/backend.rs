//! The `http` backend: what an engine outside of Slipway says, and is told.

use axum::body::Body;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Acme, Answer, Caller, State, document};

/// An engine on somebody's machine, which knows only Basic authentication.
struct Client {
    caller: Caller,
    authorization: String,
    path: String,
}

impl Client {
    /// With a new token of a new member.
    async fn new(acme: &Acme, name: &str, role: &str) -> Self {
        let (id, caller) = acme.app.user(&acme.owner, name).await;
        acme.assign("acme", &id, role, "acme").await;
        let body = document("authentication-tokens", json!({"description": "tofu"}));
        let path = format!("/api/v2/users/{id}/authentication-tokens");
        let made = caller.post(&path, body).await.expect(201);
        let token = made.attribute("token").as_str().unwrap();
        Self {
            caller: acme.app.anonymous(),
            authorization: format!("Basic {}", STANDARD.encode(format!("{name}:{token}"))),
            path: format!("/api/v2/workspaces/{}/state", acme.workspace),
        }
    }

    async fn say(&self, method: &str, what: &str, body: impl Into<Body>) -> Answer {
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("content-type", "application/json"),
        ];
        self.caller
            .send(method, &format!("{}{what}", self.path), &headers, body.into())
            .await
    }

    async fn lock(&self, id: &str) -> Answer {
        self.say("POST", "/lock", lock(id).to_string()).await
    }
}

fn lock(id: &str) -> Value {
    json!({"ID": id, "Operation": "OperationTypeApply", "Info": "", "Who": "mia@laptop", "Version": "1.12.6",
        "Created": "2026-01-01T00:00:00Z", "Path": ""})
}

#[tokio::test]
async fn an_engine_locks_writes_reads_and_unlocks() {
    let acme = Acme::new().await;
    let mia = Client::new(&acme, "mia", "write").await;
    mia.say("GET", "", "").await.expect(204);
    mia.lock("l-1").await.expect(200);
    mia.lock("l-1").await.expect(200);
    mia.say("POST", "?ID=l-1", State::new(1).text()).await.expect(200);
    mia.say("POST", "?ID=l-1", State::new(1).text()).await.expect(200);
    let read = mia.say("GET", "", "").await.expect(200);
    assert_eq!(read.bytes, State::new(1).text().into_bytes());
    mia.say("DELETE", "/lock", lock("l-1").to_string()).await.expect(200);
    mia.say("DELETE", "/lock", lock("l-1").to_string()).await.expect(200);
    for (method, what) in [("LOCK", ""), ("UNLOCK", ""), ("LOCK", "/lock"), ("UNLOCK", "/lock")] {
        mia.say(method, what, lock("l-2").to_string()).await.expect(200);
    }
    mia.say("DELETE", "", "").await.expect(200);
    mia.say("GET", "", "").await.expect(204);
    let versions = format!("/api/v2/workspaces/{}/state-versions", acme.workspace);
    assert_eq!(
        acme.owner.get(&versions).await.expect(200).ids().len(),
        1,
        "versions stay"
    );
}

#[tokio::test]
async fn a_second_engine_is_told_who_is_in_the_way() {
    let acme = Acme::new().await;
    let mia = Client::new(&acme, "mia", "write").await;
    let max = Client::new(&acme, "max", "write").await;
    mia.lock("l-1").await.expect(200);
    let refused = max.lock("l-2").await.expect(423);
    assert_eq!(refused.body["Who"], "mia@laptop");
    assert_eq!(refused.body["Operation"], "OperationTypeApply");
    max.say("POST", "?ID=l-2", State::new(1).text()).await.expect(409);
    max.say("POST", "", State::new(1).text()).await.expect(409);
    max.say("DELETE", "/lock", lock("l-2").to_string()).await.expect(423);
    max.say("DELETE", "/lock", "").await.expect(403);
    let run = acme.start(json!({})).await;
    assert!(
        acme.waits_for(&run).await.contains("mia@laptop"),
        "{}",
        acme.waits_for(&run).await
    );
    mia.say("DELETE", "/lock", lock("l-1").to_string()).await.expect(200);
    assert_eq!(acme.status(&run).await, "plan_queued");
    let refused = max.lock("l-2").await.expect(423);
    assert_eq!(
        (&refused.body["ID"], &refused.body["Operation"]),
        (&json!(run), &json!("run"))
    );
}

#[tokio::test]
async fn knowing_the_id_of_a_lock_does_not_make_it_ones_own() {
    let acme = Acme::new().await;
    let mia = Client::new(&acme, "mia", "write").await;
    let max = Client::new(&acme, "max", "write").await;
    mia.lock("l-1").await.expect(200);
    let told = max.lock("l-2").await.expect(423).body["ID"]
        .as_str()
        .unwrap()
        .to_owned();
    max.say("DELETE", "/lock", lock(&told).to_string()).await.expect(423);
    max.say("POST", &format!("?ID={told}"), State::new(1).text())
        .await
        .expect(409);
    mia.say("POST", "?ID=l-1", State::new(1).text()).await.expect(200);
}

#[tokio::test]
async fn basic_authentication_is_for_the_backend_alone() {
    let acme = Acme::new().await;
    let mia = Client::new(&acme, "mia", "write").await;
    let headers = [("authorization", mia.authorization.as_str())];
    for path in [
        format!("/api/v2/workspaces/{}", acme.workspace),
        format!("/api/v2/workspaces/{}/current-state-version", acme.workspace),
        "/api/v2/account/details".to_owned(),
    ] {
        mia.caller.send("GET", &path, &headers, Body::empty()).await.expect(401);
    }
    let wrong = [("authorization", "Basic bWlhOndyb25n")];
    let refused = mia
        .caller
        .send("GET", &mia.path, &wrong, Body::empty())
        .await
        .expect(401);
    assert!(refused.error().1.contains("token"), "{}", refused.text());
}
