//! What happens to a run, seen from outside.

use std::time::Duration;

use sea_orm::EntityTrait;
use serde_json::json;
use slipway_api::ids::{LogId, RunId};
use slipway_infra::phases::model as phases;

use crate::support::{Acme, TestItem};

#[tokio::test]
async fn a_run_goes_from_click_to_applied() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"message": "first"})).await;
    assert_eq!(acme.status(&run).await, "plan_queued");

    runner.succeed(json!({"add": 1})).await;
    assert_eq!(acme.status(&run).await, "planned");
    assert_eq!(
        acme.waits_for(&run).await,
        "Waits for somebody to confirm or discard the plan."
    );

    acme.act(&run, "apply").await.expect(202);
    assert_eq!(acme.status(&run).await, "apply_queued");
    runner.succeed(json!({"add": 1})).await;
    assert_eq!(acme.status(&run).await, "applied");

    let shown = acme
        .owner
        .get(&format!("/api/v2/runs/{run}?include=plan,apply"))
        .await
        .expect(200);
    let times = shown.attribute("status-timestamps").as_object().unwrap();
    for key in [
        "pending-at",
        "plan-queued-at",
        "planning-at",
        "planned-at",
        "confirmed-at",
        "apply-queued-at",
        "applying-at",
        "applied-at",
    ] {
        assert!(times.contains_key(key), "{key} is missing in {times:?}");
    }
    assert_eq!(shown.body["included"][0]["attributes"]["resource-additions"], 1);
}

#[tokio::test]
async fn a_repeated_request_finds_the_run_that_it_started_and_a_different_one_is_refused() {
    let acme = Acme::new().await;
    let ask = async |key: &str, message: &str| {
        let body = json!({"data": {"type": "runs", "attributes": {"message": message, "plan-only": true},
            "relationships": {"workspace": {"data": {"type": "workspaces", "id": acme.workspace}}}}});
        let headers = [("content-type", "application/vnd.api+json"), ("idempotency-key", key)];
        let body = axum::body::Body::from(body.to_string());
        acme.owner.send("POST", "/api/v2/runs", &headers, body).await
    };
    let first = ask("key-1", "ship").await.expect(201).id();
    assert_eq!(ask("key-1", "ship").await.expect(201).id(), first);
    assert_ne!(ask("key-2", "ship").await.expect(201).id(), first);
    let (code, detail) = ask("key-1", "something else").await.expect(409).error();
    assert_eq!(code, "conflict");
    assert!(detail.contains(&first) && detail.contains("new key"), "{detail}");
    let runs = acme
        .owner
        .get(&format!("/api/v2/workspaces/{}/runs", acme.workspace))
        .await;
    assert_eq!(runs.ids().len(), 2);
    let shown = acme.owner.get(&format!("/api/v2/runs/{first}")).await.expect(200);
    assert!(!shown.attribute("started-by").as_str().unwrap().is_empty());
}

#[tokio::test]
async fn a_second_run_waits_for_the_first_and_says_so() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let first = acme.start(json!({})).await;
    let second = acme.start(json!({})).await;
    let third = acme.start(json!({})).await;
    assert_eq!(
        acme.waits_for(&second).await,
        format!("Waits for run {first}, which is plan queued.")
    );
    assert_eq!(
        acme.waits_for(&third).await,
        format!("Waits for run {first}, which is plan queued. One run waits before this one.")
    );

    runner.succeed(json!({"add": 1})).await;
    assert!(
        runner.claim().await.is_none(),
        "nothing is planned while the first run holds the workspace"
    );
    acme.act(&first, "discard").await.expect(202);
    assert_eq!(acme.status(&first).await, "discarded");
    assert_eq!(acme.status(&second).await, "plan_queued");
    assert_eq!(acme.status(&third).await, "pending");
}

#[tokio::test]
async fn plan_only_runs_go_beside_everything_else() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let first = acme.start(json!({})).await;
    let look = acme.start(json!({"plan-only": true})).await;
    assert_eq!(acme.status(&look).await, "plan_queued");
    runner.succeed(json!({"add": 1})).await;
    runner.succeed(json!({"add": 1})).await;
    assert_eq!(acme.status(&first).await, "planned");
    assert_eq!(acme.status(&look).await, "planned_and_finished");
    acme.act(&look, "apply").await.expect(409);
}

#[tokio::test]
async fn an_empty_plan_frees_the_workspace_and_auto_apply_asks_nobody() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let empty = acme.start(json!({})).await;
    runner.succeed(json!({})).await;
    assert_eq!(acme.status(&empty).await, "planned_and_finished");
    let auto = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"change": 2})).await;
    assert_eq!(acme.status(&auto).await, "apply_queued");
    runner.succeed(json!({"change": 2})).await;
    assert_eq!(acme.status(&auto).await, "applied");
}

#[tokio::test]
async fn without_a_runner_the_run_says_what_is_missing() {
    let acme = Acme::new().await;
    let run = acme.start(json!({})).await;
    assert_eq!(
        acme.waits_for(&run).await,
        "No runner of pool \"default\" is connected. Start one with `slipway runner start`."
    );
}

#[tokio::test]
async fn a_cancel_is_told_to_the_runner_and_can_be_forced_in_time() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    assert_eq!(item.heartbeat().await.expect(200).body["directive"], "continue");
    acme.act(&run, "force-cancel").await.expect(409);
    acme.act(&run, "cancel").await.expect(202);
    assert_eq!(acme.status(&run).await, "planning");
    assert_eq!(item.heartbeat().await.expect(200).body["directive"], "cancel");
    acme.act(&run, "force-cancel").await.expect(409);

    acme.app.pass(Duration::from_secs(11));
    acme.act(&run, "force-cancel").await.expect(202);
    assert_eq!(acme.status(&run).await, "force_canceled");
    assert_eq!(item.heartbeat().await.error().0, "stale-lease");
    let next = acme.start(json!({})).await;
    assert_eq!(acme.status(&next).await, "plan_queued");
}

#[tokio::test]
async fn a_runner_that_stops_as_asked_ends_the_run_as_canceled() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let item = runner.claim().await.unwrap();
    acme.act(&run, "cancel").await.expect(202);
    item.complete(json!({"outcome": "canceled", "log-bytes": 0, "event-bytes": 0}))
        .await
        .expect(204);
    assert_eq!(acme.status(&run).await, "canceled");
    let shown = acme
        .owner
        .get(&format!("/api/v2/runs/{run}?include=plan,apply"))
        .await
        .expect(200);
    assert_eq!(shown.body["included"][1]["attributes"]["status"], "unreachable");
}

#[tokio::test]
async fn a_plan_whose_runner_fell_silent_is_made_again_and_an_apply_never() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let lost = runner.claim().await.unwrap();
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    assert_eq!(lost.heartbeat().await.error().0, "stale-lease");
    runner.succeed(json!({"add": 1})).await;
    assert_eq!(acme.status(&run).await, "planned");

    acme.act(&run, "apply").await.expect(202);
    let unheard = runner.claim().await.unwrap();
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    let begun = runner
        .claim()
        .await
        .expect("an apply that nobody began is given out again");
    assert_eq!(unheard.heartbeat().await.error().0, "stale-lease");
    assert_eq!(acme.status(&run).await, "applying");
    begun.heartbeat().await.expect(200);
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    assert_eq!(acme.status(&run).await, "errored");
    assert!(runner.claim().await.is_none(), "an apply is never repeated");
    let shown = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    assert!(
        shown
            .attribute("error-message")
            .as_str()
            .unwrap()
            .starts_with("The runner was lost while applying.")
    );
    let next = acme.start(json!({})).await;
    assert_eq!(acme.status(&next).await, "plan_queued", "the lock is not stuck");
}

#[rstest::rstest]
#[case::lost(false)]
#[case::forced_to_end(true)]
#[tokio::test]
async fn what_an_apply_without_an_end_may_have_made_is_listed_with_import_blocks(#[case] is_forced: bool) {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let run = acme.start(json!({"auto-apply": true})).await;
    runner.succeed(json!({"add": 1})).await;
    let item = runner.claim().await.unwrap();
    let hook = json!({"resource": {"addr": "random_pet.name", "module": "", "resource": "random_pet.name",
        "implied_provider": "random", "resource_type": "random_pet", "resource_name": "name", "resource_key": null},
        "action": "create", "id_key": "id", "id_value": "eager-cat", "elapsed_seconds": 0});
    let line = json!({"@level": "info", "@message": "", "@module": "tofu.ui", "@timestamp": "2026-01-01T00:00:00.000000Z",
        "type": "apply_complete", "hook": hook});
    item.put("events?offset=0", format!("{line}\n")).await.expect(200);
    if is_forced {
        acme.act(&run, "cancel").await.expect(202);
        acme.app.pass(Duration::from_secs(11));
        acme.act(&run, "force-cancel").await.expect(202);
        assert_eq!(acme.status(&run).await, "force_canceled");
    } else {
        acme.app
            .kernel
            .logs
            .flush(&acme.app.system(), events_log(&acme, &item).await)
            .await
            .unwrap();
        acme.app.pass(Duration::from_secs(61));
        acme.app.settle().await;
    }
    let shown = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    let listed = &shown.attribute("unaccounted-resources")[0];
    assert_eq!(listed["address"], "random_pet.name");
    assert_eq!(listed["resource-id"], "eager-cat");
    assert!(
        listed["import-block"]
            .as_str()
            .unwrap()
            .contains("to = random_pet.name")
    );
}

#[tokio::test]
async fn a_lost_apply_whose_run_is_gone_does_not_keep_others_from_their_end() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let other = acme.new_workspace("other").await;
    let mut runs = Vec::new();
    for workspace in [&acme.workspace, &other] {
        acme.upload(workspace, "").await;
        let run = acme.start_in(workspace, json!({"auto-apply": true})).await;
        runner.succeed(json!({"add": 1})).await;
        runner.claim().await.unwrap().heartbeat().await.expect(200);
        runs.push(run);
    }
    let gone: RunId = runs[0].parse().unwrap();
    let tx = acme.app.system().begin().await.unwrap();
    let delete = phases::Entity::delete_by_id(format!("apply-{}", gone.body()));
    delete.exec(&*tx).await.unwrap();
    tx.commit().await.unwrap();
    acme.app.pass(Duration::from_secs(61));
    acme.app.settle().await;
    assert_eq!(acme.status(&runs[1]).await, "errored");
}

async fn events_log(acme: &Acme, item: &TestItem) -> LogId {
    let id = format!("apply-{}", item.claim.context.run_id.body());
    let phase = phases::Entity::find_by_id(id)
        .one(acme.app.kernel.db.reader())
        .await
        .unwrap();
    phase.unwrap().events_log_id
}

#[tokio::test]
async fn destroying_needs_the_workspaces_word() {
    let acme = Acme::new().await;
    let settings = json!({"data": {"type": "workspaces", "attributes": {"allow-destroy-plan": false}}});
    acme.owner
        .patch(&format!("/api/v2/workspaces/{}", acme.workspace), settings)
        .await
        .expect(200);
    let body = json!({"data": {"type": "runs", "attributes": {"is-destroy": true},
        "relationships": {"workspace": {"data": {"type": "workspaces", "id": acme.workspace}}}}});
    let refused = acme.owner.post("/api/v2/runs", body).await.expect(409);
    assert!(refused.error().1.contains("allow-destroy-plan"));
}

#[tokio::test]
async fn bad_wishes_are_refused_with_the_place() {
    let acme = Acme::new().await;
    let empty = acme.new_workspace("empty").await;
    let relation = |workspace: &str| json!({"workspace": {"data": {"type": "workspaces", "id": workspace}}});
    let run = |attributes: serde_json::Value, workspace: &str| json!({"data": {"type": "runs", "attributes": attributes, "relationships": relation(workspace)}});
    let nothing = acme
        .owner
        .post("/api/v2/runs", run(json!({}), &empty))
        .await
        .expect(422);
    assert!(
        nothing.error().1.contains("has no configuration yet"),
        "{}",
        nothing.body
    );
    let option = run(json!({"target-addrs": ["-out=/etc/passwd"]}), &acme.workspace);
    let refused = acme.owner.post("/api/v2/runs", option).await.expect(422);
    assert_eq!(
        refused.body["errors"][0]["source"]["pointer"],
        "/data/attributes/target-addrs"
    );
    let unknown = run(json!({"plan-onyl": true}), &acme.workspace);
    let refused = acme.owner.post("/api/v2/runs", unknown).await.expect(422);
    assert_eq!(
        refused.body["errors"][0]["source"]["pointer"],
        "/data/attributes/plan-onyl"
    );
}
