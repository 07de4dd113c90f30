//! The runner protocol: what a token opens, and what comes twice, too early or too late.

use std::time::Duration;

use serde_json::json;

use crate::support::Acme;

#[tokio::test]
async fn the_context_has_what_a_runner_needs_and_no_more() {
    let acme = Acme::new().await;
    let secret =
        json!({"data": {"type": "vars", "attributes": {"key": "password", "value": "s3cret", "sensitive": true}}});
    acme.owner
        .post(&format!("/api/v2/workspaces/{}/vars", acme.workspace), secret)
        .await
        .expect(201);
    let runner = acme.runner().await;
    acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    let context = &item.claim.context;
    assert_eq!(context.workspace_name, "shop");
    assert_eq!(context.variables[0].value, "s3cret");
    assert!(context.state.is_none());
    let archive = item.get("configuration").await.expect(200);
    assert_eq!(
        slipway_tofu::digest::sha256_hex(&archive.bytes),
        context.configuration_digest
    );
    item.get("state").await.expect(404);
    item.get("plan").await.expect(404);
}

#[tokio::test]
async fn a_run_token_opens_its_item_and_nothing_else() {
    let acme = Acme::new().await;
    let other = acme.new_workspace("other").await;
    acme.upload(&other, "").await;
    let runner = acme.runner().await;
    acme.start(json!({})).await;
    acme.start_in(&other, json!({})).await;
    let item = runner.claim().await.unwrap();
    let foreign = runner.claim().await.unwrap();
    let stolen = format!("/api/v2/work/{}/configuration", foreign.claim.work_item_id);
    item.caller().get(&stolen).await.expect(404);
    item.caller()
        .get(&format!("/api/v2/workspaces/{}", acme.workspace))
        .await
        .expect(404);
    item.caller()
        .get(&format!("/api/v2/workspaces/{}/vars", acme.workspace))
        .await
        .expect(404);
    let nothing = item.caller().get("/api/v2/organizations").await.expect(200);
    assert_eq!(nothing.body["data"], json!([]));
    acme.app.anonymous().get(&stolen).await.expect(401);
    acme.owner.get(&stolen).await.expect(404);
}

#[tokio::test]
async fn log_bytes_may_come_twice_but_never_with_a_gap() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"plan-only": true})).await;
    let item = runner.claim().await.unwrap();
    assert_eq!(item.put("log?offset=0", "one\n").await.expect(200).body["received"], 4);
    assert_eq!(item.put("log?offset=0", "one\n").await.expect(200).body["received"], 4);
    let gap = item.put("log?offset=9", "three\n").await.expect(409);
    assert_eq!(
        (gap.error().0.as_str(), &gap.body["errors"][0]["meta"]["expected"]),
        ("offset-gap", &json!(4))
    );
    let early = json!({"outcome": "failed", "log-bytes": 8, "event-bytes": 0});
    assert_eq!(item.complete(early.clone()).await.expect(409).error().0, "offset-gap");
    item.put("log?offset=4", "two\n").await.expect(200);
    item.complete(early.clone()).await.expect(204);
    item.complete(early).await.expect(204);
    acme.app.settle().await;
    let log = acme
        .owner
        .get(&format!("/api/v2/plans/plan-{}/log", &run[4..]))
        .await
        .expect(200);
    assert_eq!(log.bytes, b"\x02one\ntwo\n\x03");
    let rest = acme
        .owner
        .get(&format!("/api/v2/plans/plan-{}/log?offset=10", &run[4..]))
        .await
        .expect(200);
    assert_eq!(rest.bytes, b"");
}

#[tokio::test]
async fn a_state_that_comes_too_late_is_kept_and_not_made_current() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let item = runner.claim().await.unwrap();
    let state = |serial: u32| {
        json!({"version": 4, "terraform_version": "1.12.6", "serial": serial, "lineage": "a-lineage", "outputs": {}, "resources": []})
            .to_string()
    };
    item.put("state", state(1)).await.expect(200);
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    assert_eq!(acme.status(&run).await, "errored");
    let late = item.put("state", state(2)).await.expect(200);
    assert_eq!(late.headers["slipway-kept-as"], "evidence");
    let current = acme
        .owner
        .get(&format!("/api/v2/workspaces/{}/current-state-version", acme.workspace))
        .await
        .expect(200);
    assert_eq!(current.attribute("serial"), 1);
}

#[tokio::test]
async fn a_plan_with_another_digest_is_refused() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    item.put("plan", "half of it").await.expect(204);
    let digest = slipway_tofu::digest::sha256_hex(b"all of it");
    let completion = json!({"outcome": "succeeded", "log-bytes": 0, "event-bytes": 0, "plan-digest": digest});
    let refused = item.complete(completion.clone()).await.expect(422);
    assert_eq!(refused.body["errors"][0]["source"]["pointer"], "/plan-digest");
    item.put("plan", "all of it").await.expect(204);
    item.complete(completion).await.expect(204);
}

#[tokio::test]
async fn a_goodbye_ends_the_waiting_claim_and_shows_in_the_list() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let path = format!("/api/v2/runners/{}", runner.id());
    let claim = format!("{path}/claim");
    let waiting = runner.caller().post(&claim, json!({"wait-ms": 60_000}));
    let goodbye = async {
        // Registered a while ago, so that the claim is noted as soon as it waits.
        acme.app.pass(Duration::from_secs(20));
        runner.caller().delete(&path).await.expect(204);
        runner.caller().delete(&path).await.expect(204);
    };
    let both = async { tokio::join!(waiting, goodbye) };
    let (answer, ()) = tokio::time::timeout(Duration::from_secs(20), both)
        .await
        .expect("the claim does not wait its minute out");
    assert!(matches!(answer.status, 204 | 404), "{}", answer.status);
    acme.start(json!({})).await;
    runner.caller().post(&claim, json!({"wait-ms": 0})).await.expect(404);
    let pool = slipway_infra::runner_pools::service::ensure_site_pool(&acme.app.system())
        .await
        .unwrap();
    let listed = slipway_infra::runner_pools::service::runners(&acme.app.system(), pool.id)
        .await
        .unwrap();
    let status = listed[0].status(acme.app.system().now(), Duration::from_secs(60));
    assert_eq!(status, slipway_api::runner_pools::RunnerStatus::Exited);
}
