//! Who may run executors, whose yes a plan needs, and what starts by itself.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_kernel::schedules::fire_due;
use slipway_server::domains;
use slipway_testing::git_server::GitServer;

use super::executors::{PATH, at, create, decide, prepared, run, settle};
use crate::support::{Acme, document};

async fn get(acme: &Acme, path: &str) -> crate::support::Answer {
    acme.owner.get(path).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_does_what_he_may_and_no_more() {
    let server = GitServer::start().unwrap();
    let (acme, _) = prepared(&server).await;
    let id = create(&acme, json!({})).await.expect(201).id();
    let read = acme.member("rea", "read", "acme").await;
    let plan = acme.member("pla", "plan", "acme").await;
    let write = acme.member("wri", "write", "acme").await;
    let (_, stranger) = acme.app.user(&acme.owner, "stranger").await;
    stranger.get(&at(&id, "")).await.expect(404);
    run(&stranger, &id, json!({})).await.expect(404);
    let shown = read.get(&at(&id, "")).await.expect(200);
    assert_eq!(shown.attribute("permissions")["can-plan"], false);
    run(&read, &id, json!({"operation": "plan"})).await.expect(403);
    run(&plan, &id, json!({})).await.expect(403);
    let planned = run(&plan, &id, json!({"operation": "plan"})).await.expect(201);
    decide(&plan, &id, "cancel", &planned.id()).await.expect(403);
    decide(&write, &id, "cancel", &planned.id()).await.expect(200);
    write
        .patch(&at(&id, ""), document("executors", json!({"description": "x"})))
        .await
        .expect(403);
    write.delete(&at(&id, "")).await.expect(403);
    write.post(&at(&id, "/actions/disable"), json!({})).await.expect(403);
    // Other code with the executor's secrets is for who could change it to that.
    run(&write, &id, json!({"tag": "v1"})).await.expect(403);
    let described = json!({"name": "mine", "source-code": "jobs", "branch": "main", "directory": "pet"});
    write.post(PATH, document("executors", described)).await.expect(403);
    let started = run(&write, &id, json!({})).await.expect(201);
    decide(&read, &id, "confirm", &started.id()).await.expect(403);
    // A run of something else is none of this executor.
    let other = create(&acme, json!({"name": "other"})).await.expect(201).id();
    decide(&write, &other, "discard", &started.id()).await.expect(404);
    decide(&write, &id, "cancel", &started.id()).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_holds_back_also_what_applies_by_itself() {
    let server = GitServer::start().unwrap();
    let (acme, _) = prepared(&server).await;
    let runner = acme.runner().await;
    let id = create(&acme, json!({"auto-apply": true, "labels": ["env=prod"]}))
        .await
        .expect(201)
        .id();
    let rule = json!({"name": "four-eyes", "tags": [{"key": "env", "value": "prod"}]});
    let path = "/api/v2/organizations/acme/approval-rules";
    acme.owner
        .post(path, document("approval-rules", rule))
        .await
        .expect(201);
    let started = run(&acme.owner, &id, json!({})).await.expect(201).id();
    runner.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    assert_eq!(acme.status(&started).await, "planned");
    let refused = decide(&acme.owner, &id, "confirm", &started).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @"Waits for one approval by the rule four-eyes.");
    let own = decide(&acme.owner, &id, "approve", &started).await.expect(409);
    insta::assert_snapshot!(own.error().1, @"You asked for this yourself: somebody else has to approve it.");
    let write = acme.member("wri", "write", "acme").await;
    decide(&write, &id, "approve", &started).await.expect(403);
    let mia = acme.member("mia", "maintain", "acme").await;
    decide(&mia, &id, "reject", &started).await.expect(200);
    decide(&acme.owner, &id, "confirm", &started).await.expect(409);
    decide(&mia, &id, "withdraw-approval", &started).await.expect(200);
    let shown = get(&acme, &at(&id, &format!("/runs/{started}"))).await;
    assert_eq!(shown.attribute("approvals")["status"], "waiting");
    // With the approval that it lacked it goes on.
    let approved = decide(&mia, &id, "approve", &started).await.expect(200);
    assert_eq!(approved.attribute("status"), "approved");
    assert_eq!(acme.status(&started).await, "apply_queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_applies_by_itself_does_so_with_the_rights_of_who_started_it() {
    let server = GitServer::start().unwrap();
    let (acme, _) = prepared(&server).await;
    let runner = acme.runner().await;
    let id = create(&acme, json!({})).await.expect(201).id();
    let (mia, caller) = acme.app.user(&acme.owner, "mia").await;
    let assignment = acme.assign("acme", &mia, "write", "acme").await;
    let started = run(&caller, &id, json!({"auto-apply": true})).await.expect(201).id();
    let role = format!("/api/v2/role-assignments/{assignment}");
    acme.owner.delete(&role).await.expect(204);
    runner.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    assert_eq!(
        acme.status(&started).await,
        "planned",
        "her right is gone: it waits for somebody"
    );
    decide(&acme.owner, &id, "discard", &started).await.expect(200);
    assert_eq!(get(&acme, &at(&id, "")).await.attribute("status"), "stopped");

    // Destroying is not what an executor that applies by itself does unasked.
    let changes = document("executors", json!({"auto-apply": true}));
    acme.owner.patch(&at(&id, ""), changes).await.expect(200);
    let destroys = run(&acme.owner, &id, json!({"operation": "destroy"})).await.expect(201);
    assert_eq!(destroys.attribute("auto-apply"), false);
    decide(&acme.owner, &id, "cancel", &destroys.id()).await.expect(200);

    // The same request is carried out once.
    let key = [("content-type", "application/json"), ("idempotency-key", "once")];
    let send = async || {
        let body = document("executor-runs", json!({})).to_string();
        acme.owner
            .send("POST", &at(&id, "/actions/run"), &key, body.into())
            .await
    };
    let first = send().await.expect(201).id();
    assert_eq!(send().await.expect(201).id(), first);
}

/// Lets time pass, and does what the server does then.
async fn pass(acme: &Acme, duration: Duration) {
    acme.app.pass(duration);
    let kinds: Vec<&'static str> = domains::jobs().into_keys().collect();
    fire_due(&acme.app.system(), &kinds).await.unwrap();
    settle(acme).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_runs_an_executor_while_its_maker_may() {
    const HOUR: Duration = Duration::from_secs(3_600);
    let server = GitServer::start().unwrap();
    let (acme, _) = prepared(&server).await;
    let runner = acme.runner().await;
    let id = create(&acme, json!({})).await.expect(201).id();
    let (mia, caller) = acme.app.user(&acme.owner, "mia").await;
    let assignment = acme.assign("acme", &mia, "write", "acme").await;
    let hourly = document(
        "schedules",
        json!({"name": "hourly", "action": "apply", "cron": "0 * * * *"}),
    );
    let made = caller.post(&at(&id, "/schedules"), hourly).await.expect(201);
    let schedule = format!("/api/v2/schedules/{}", made.id());
    assert_eq!(made.attribute("object-kind"), "executor");
    let unknown = document("schedules", json!({"action": "check-drift", "cron": "0 * * * *"}));
    acme.owner.post(&at(&id, "/schedules"), unknown).await.expect(422);
    assert_eq!(get(&acme, &at(&id, "/schedules")).await.ids(), [made.id()]);

    pass(&acme, HOUR).await;
    runner.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    runner.succeed(json!({"add": 1})).await;
    settle(&acme).await;
    let shown = get(&acme, &schedule).await;
    let run_id = shown.attribute("outcomes")[0]["run-id"].as_str().unwrap().to_owned();
    assert_eq!(acme.status(&run_id).await, "applied");
    let history = get(&acme, &at(&id, "/runs")).await;
    assert_eq!(history.column("started-by"), ["mia"]);
    assert_eq!(history.column("message"), ["Schedule \"hourly\": plan and apply"]);

    // Nothing is started beside what is not done, or while it is disabled.
    let waiting = run(&acme.owner, &id, json!({})).await.expect(201).id();
    pass(&acme, HOUR).await;
    decide(&acme.owner, &id, "cancel", &waiting).await.expect(200);
    acme.owner
        .post(&at(&id, "/actions/disable"), json!({}))
        .await
        .expect(200);
    pass(&acme, HOUR).await;
    let outcomes = get(&acme, &schedule).await.attribute("outcomes").clone();
    let reasons: Vec<&Value> = outcomes.as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons[0], "The executor is disabled.");
    assert!(
        reasons[1].as_str().unwrap().contains("is not done yet"),
        "{}",
        reasons[1]
    );

    // Whoever made it may no more: it is held back and says why.
    acme.owner
        .post(&at(&id, "/actions/enable"), json!({}))
        .await
        .expect(200);
    let role = format!("/api/v2/role-assignments/{assignment}");
    acme.owner.delete(&role).await.expect(204);
    pass(&acme, HOUR).await;
    let shown = get(&acme, &schedule).await;
    assert_eq!(shown.attribute("status"), "paused");
    assert!(runner.claim().await.is_none());

    // It goes with its executor.
    acme.owner.delete(&at(&id, "?reason=It+is+over")).await.expect(204);
    acme.owner.get(&schedule).await.expect(404);
}
