//! States: what is accepted, what is refused and leaves the current one as it is, and what is never shown.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Acme, Answer, State, TestApp, document};

async fn upload(acme: &Acme, body: Value) -> Answer {
    let path = format!("/api/v2/workspaces/{}/state-versions", acme.workspace);
    // Versions of one moment have no order.
    acme.app.pass(Duration::from_millis(1));
    acme.owner.post(&path, body).await
}

async fn current(acme: &Acme) -> Answer {
    let path = format!("/api/v2/workspaces/{}/current-state-version", acme.workspace);
    acme.owner.get(&path).await.expect(200)
}

#[tokio::test]
async fn what_cannot_be_the_next_state_is_refused_and_changes_nothing() {
    let acme = Acme::on(TestApp::with(|settings| settings.limits.state_bytes = 100_000).await).await;
    let first = upload(&acme, State::new(3).output("a", "1", false).upload())
        .await
        .expect(201)
        .id();
    let mut wrong_md5 = State::new(4).upload();
    wrong_md5["data"]["attributes"]["md5"] = json!("0".repeat(32));
    let mut wrong_serial = State::new(4).upload();
    wrong_serial["data"]["attributes"]["serial"] = json!(5);
    let mut wrong_base64 = State::new(4).upload();
    wrong_base64["data"]["attributes"]["state"] = json!("%%%");
    let garbage = document(
        "state-versions",
        json!({"serial": 4, "md5": slipway_infra::states::examine::md5_hex(&[0xff; 8]), "state": "//////////8="}),
    );
    let large = State::new(4).output("a", &"x".repeat(100_000), false);
    for (what, body, status, part) in [
        ("md5", wrong_md5, 422, "MD5"),
        ("serial", wrong_serial, 422, "serial 4, not 5"),
        ("base64", wrong_base64, 422, "base64"),
        ("garbage", garbage, 422, "no state"),
        ("stale", State::new(2).upload(), 409, "older"),
        ("same serial", State::new(3).upload(), 409, "same serial"),
        (
            "foreign",
            State::new(9).lineage("another").upload(),
            409,
            "another history",
        ),
        ("too large", large.upload(), 413, "limits.state-bytes"),
    ] {
        let refused = upload(&acme, body).await.expect(status);
        assert!(refused.error().1.contains(part), "{what}: {}", refused.text());
        assert_eq!(current(&acme).await.id(), first, "{what}");
    }
    let same = upload(&acme, State::new(3).output("a", "1", false).upload())
        .await
        .expect(201);
    assert_eq!(same.id(), first, "the same again is no new version");
    let next = upload(&acme, State::new(4).upload()).await.expect(201).id();
    assert_eq!(current(&acme).await.id(), next);
}

#[tokio::test]
async fn a_locked_workspace_takes_states_only_from_who_locked_it() {
    let acme = Acme::new().await;
    let mia = acme.member("mia", "write", "acme").await;
    let path = format!("/api/v2/workspaces/{}", acme.workspace);
    mia.post(&format!("{path}/actions/lock"), json!({})).await.expect(200);
    let refused = upload(&acme, State::new(1).upload()).await.expect(409);
    assert_eq!(refused.error().0, "workspace-locked");
    mia.post(&format!("{path}/state-versions"), State::new(1).upload())
        .await
        .expect(201);
    mia.post(&format!("{path}/actions/unlock"), json!({})).await.expect(200);
    acme.start(json!({})).await;
    let refused = upload(&acme, State::new(2).upload()).await.expect(409);
    assert_eq!(refused.error().0, "workspace-locked", "a run has it");
}

#[tokio::test]
async fn going_back_makes_a_new_version_with_the_old_content() {
    let acme = Acme::new().await;
    let first = upload(&acme, State::new(1).output("a", "one", false).upload())
        .await
        .expect(201)
        .id();
    upload(&acme, State::new(2).output("a", "two", false).upload())
        .await
        .expect(201);
    acme.app.pass(Duration::from_millis(1));
    let path = format!("/api/v2/workspaces/{}/state-versions", acme.workspace);
    let back = acme
        .owner
        .post(&format!("{path}/{first}/rollback"), json!({}))
        .await
        .expect(201);
    assert_eq!(
        (back.attribute("serial"), back.attribute("lineage")),
        (&json!(3), &json!("a-lineage"))
    );
    let content = acme
        .owner
        .get(&format!("/api/v2/state-versions/{}/download", back.id()))
        .await
        .expect(200);
    assert_eq!(content.body["outputs"]["a"]["value"], "one");
    let listed = acme.owner.get(&path).await.expect(200);
    assert_eq!(listed.ids().len(), 3);
    assert_eq!(listed.ids()[0], back.id(), "newest first");
    let other = acme.new_workspace("other").await;
    let foreign = format!("/api/v2/workspaces/{other}/state-versions/{first}/rollback");
    acme.owner.post(&foreign, json!({})).await.expect(404);
}

#[tokio::test]
async fn a_comparison_shows_what_changed_and_never_a_secret() {
    let acme = Acme::new().await;
    let old = State::new(1)
        .output("a", "one", false)
        .output("password", "hunter2", true)
        .resource("db", "small", "t0psecret");
    upload(&acme, old.upload()).await.expect(201);
    let new = State::new(2)
        .output("a", "two", false)
        .output("password", "hunter3", true)
        .resource("db", "large", "t1psecret");
    let id = upload(&acme, new.upload()).await.expect(201).id();
    let diff = acme
        .owner
        .get(&format!("/api/v2/state-versions/{id}/diff"))
        .await
        .expect(200);
    for part in ["small", "large", "one", "two", "test_thing.db", "output.password"] {
        assert!(diff.text().contains(part), "{part}: {}", diff.text());
    }
    for secret in ["hunter", "psecret"] {
        assert!(!diff.text().contains(secret), "{}", diff.text());
    }
}

#[tokio::test]
async fn a_value_that_was_a_secret_once_stays_one_in_comparisons() {
    let acme = Acme::new().await;
    upload(&acme, State::new(1).output("password", "hunter2", true).upload())
        .await
        .expect(201);
    let id = upload(&acme, State::new(2).output("password", "hunter2", false).upload())
        .await
        .expect(201)
        .id();
    let diff = acme
        .owner
        .get(&format!("/api/v2/state-versions/{id}/diff"))
        .await
        .expect(200);
    assert!(!diff.text().contains("hunter2"), "{}", diff.text());
}

#[tokio::test]
async fn secret_outputs_are_for_those_who_may_read_states_and_their_reading_is_recorded() {
    let acme = Acme::new().await;
    let state = State::new(1)
        .output("address", "192.0.2.1", false)
        .output("password", "hunter2", true);
    upload(&acme, state.upload()).await.expect(201);
    let role = json!({"name": "outputs", "permissions": ["workspace.read", "workspace.state.read-outputs"]});
    acme.owner
        .post("/api/v2/organizations/acme/roles", document("roles", role))
        .await
        .expect(201);
    let guest = acme.member("guest", "outputs", "acme").await;
    let path = format!("/api/v2/workspaces/{}/current-state-version-outputs", acme.workspace);
    let seen = guest.get(&path).await.expect(200);
    assert!(
        seen.text().contains("192.0.2.1") && !seen.text().contains("hunter2"),
        "{}",
        seen.text()
    );
    for id in seen.ids() {
        let one = guest
            .get(&format!("/api/v2/state-version-outputs/{id}"))
            .await
            .expect(200);
        assert!(!one.text().contains("hunter2"));
    }
    let version = current(&acme).await.id();
    guest
        .get(&format!("/api/v2/state-versions/{version}/download"))
        .await
        .expect(403);
    let reads = "/api/v2/organizations/acme/events?filter[action]=state-version.downloaded";
    assert!(acme.owner.get(reads).await.expect(200).ids().is_empty());
    assert!(acme.owner.get(&path).await.expect(200).text().contains("hunter2"));
    assert_eq!(acme.owner.get(reads).await.expect(200).ids().len(), 1);
}

#[tokio::test]
async fn what_a_run_brought_is_kept_whatever_it_is() {
    let acme = Acme::on(TestApp::with(|settings| settings.limits.state_bytes = 100_000).await).await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let item = runner.claim().await.unwrap();
    item.put("state", State::new(1).text()).await.expect(200);
    let kept = |bytes: Vec<u8>, status: u16| {
        let item = &item;
        async move { item.put("state", bytes).await.expect(status) }
    };
    kept(b"\x00\xff garbage".to_vec(), 422).await;
    kept(State::new(2).lineage("another").text().into_bytes(), 409).await;
    let path = format!("/api/v2/workspaces/{}/kept-states?filter[run]={run}", acme.workspace);
    let listed = acme.owner.get(&path).await.expect(200);
    assert_eq!(listed.ids().len(), 2, "{}", listed.text());
    let large = State::new(2).output("a", &"x".repeat(100_000), false);
    item.put("state", large.text()).await.expect(200);
    assert_eq!(current(&acme).await.attribute("serial"), 2, "no limit holds for a run");
    for id in listed.ids() {
        let path = format!("/api/v2/workspaces/{}/kept-states/{id}/download", acme.workspace);
        assert!(!acme.owner.get(&path).await.expect(200).bytes.is_empty());
    }
}
