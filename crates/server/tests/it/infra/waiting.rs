//! Why a run does not go on, for programs as much as for people.

use serde_json::{Value, json};

use crate::support::{Acme, document, related};

async fn waiting(acme: &Acme, run: &str) -> Value {
    let path = format!("/api/v2/runs/{run}/waiting");
    acme.owner.get(&path).await.expect(200).body["data"].clone()
}

#[tokio::test]
async fn a_run_says_which_run_or_lock_it_waits_for_and_its_place() {
    let acme = Acme::new().await;
    let first = acme.start(json!({})).await;
    let second = acme.start(json!({})).await;
    let third = acme.start(json!({})).await;
    let waits = waiting(&acme, &third).await;
    assert_eq!(waits["attributes"]["reason"], "another-run");
    assert_eq!(waits["attributes"]["position"], 2);
    assert_eq!(waits["relationships"]["blocking-run"]["data"]["id"], first.as_str());
    assert_eq!(waiting(&acme, &second).await["attributes"]["position"], 1);

    let held = acme.new_workspace("held").await;
    acme.upload(&held, "").await;
    let lock = format!("/api/v2/workspaces/{held}/actions/lock");
    acme.owner.post(&lock, json!({"reason": "moving"})).await.expect(200);
    let run = acme.start_in(&held, json!({})).await;
    let waits = waiting(&acme, &run).await;
    let attributes = &waits["attributes"];
    assert_eq!(
        (&attributes["reason"], &attributes["position"]),
        (&json!("lock"), &json!(1))
    );
    assert_eq!(attributes["locked-by"], "ann");
    assert_eq!(attributes["lock-reason"], "moving");
    assert!(attributes["locked-at"].is_string(), "{attributes}");
}

#[tokio::test]
async fn a_run_says_that_no_runner_is_there_and_when_all_are_busy() {
    let acme = Acme::new().await;
    let pool = document("agent-pools", json!({"name": "closets"}));
    let path = "/api/v2/organizations/acme/agent-pools";
    let pool = acme.owner.post(path, pool).await.expect(201);
    assert_eq!(pool.attribute("permissions"), &json!({"can-update": true}));
    let settings = json!({"name": "far", "execution-mode": "agent"});
    let body = related("workspaces", settings, &[("agent-pool", "agent-pools", &pool.id())]);
    let path = "/api/v2/organizations/acme/workspaces";
    let far = acme.owner.post(path, body).await.expect(201).id();
    acme.upload(&far, "").await;
    let run = acme.start_in(&far, json!({})).await;
    let waits = waiting(&acme, &run).await;
    let attributes = &waits["attributes"];
    assert_eq!(attributes["reason"], "no-runner");
    assert_eq!(
        (&attributes["pool-name"], &attributes["runners"]),
        (&json!("closets"), &json!(0))
    );
    assert_eq!(waits["relationships"]["agent-pool"]["data"]["id"], pool.id().as_str());

    let runner = acme.runner().await;
    let run = acme.start(json!({})).await;
    let waits = waiting(&acme, &run).await;
    let attributes = &waits["attributes"];
    assert_eq!(attributes["reason"], "runners");
    assert_eq!(
        (&attributes["runners"], &attributes["slots"], &attributes["busy-slots"]),
        (&json!(1), &json!(2), &json!(0))
    );
    let plan = runner.claim().await.unwrap();
    assert_eq!(waiting(&acme, &run).await["attributes"], json!({"reason": "nothing"}));
    plan.succeed(json!({"add": 1})).await;
    assert_eq!(waiting(&acme, &run).await["attributes"]["reason"], "confirmation");
    acme.act(&run, "discard").await.expect(202);
    assert_eq!(waiting(&acme, &run).await["attributes"], json!({"reason": "nothing"}));
}

#[tokio::test]
async fn why_a_run_waits_is_for_who_may_see_it() {
    let acme = Acme::new().await;
    let run = acme.start(json!({})).await;
    let (_, stranger) = acme.app.user(&acme.owner, "stranger").await;
    stranger.get(&format!("/api/v2/runs/{run}/waiting")).await.expect(404);
}
