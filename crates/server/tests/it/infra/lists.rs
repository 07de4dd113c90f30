//! What pages of lists are made of: filters, numbers beside them, and what waits for whom.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Acme, Caller, document};

const WORKSPACES: &str = "/api/v2/organizations/acme/workspaces";
const RUNS: &str = "/api/v2/organizations/acme/runs";

/// Workspaces by name: `shop` without a run, `applied`, `planned`, `failed`, and `held`, which somebody locked.
async fn everywhere() -> (Acme, [String; 3]) {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let mut runs = Vec::new();
    for name in ["applied", "planned", "failed"] {
        let workspace = acme.new_workspace(name).await;
        acme.upload(&workspace, "").await;
        runs.push(
            acme.start_in(&workspace, json!({"auto-apply": name == "applied"}))
                .await,
        );
        let plan = runner.claim().await.unwrap();
        if name == "failed" {
            let completion = json!({"outcome": "failed", "log-bytes": 0, "event-bytes": 0});
            plan.complete(completion).await.expect(204);
            continue;
        }
        plan.succeed(json!({"add": 1})).await;
        if name == "applied" {
            runner.succeed(json!({"add": 1})).await;
        }
        acme.app.pass(Duration::from_secs(1));
    }
    let held = acme.new_workspace("held").await;
    let lock = format!("/api/v2/workspaces/{held}/actions/lock");
    acme.owner.post(&lock, json!({"reason": "moving"})).await.expect(200);
    (acme, runs.try_into().unwrap())
}

async fn names(caller: &Caller, query: &str) -> Vec<String> {
    let listed = caller.get(&format!("{WORKSPACES}{query}")).await.expect(200);
    listed.column("name")
}

async fn summary(caller: &Caller, query: &str) -> Value {
    let path = format!("/api/v2/organizations/acme/workspaces-summary{query}");
    caller.get(&path).await.expect(200).body["data"]["attributes"].clone()
}

#[tokio::test]
async fn workspaces_are_found_by_their_newest_run_and_lock_and_counted_by_the_same_filters() {
    let (acme, _) = everywhere().await;
    let ann = &acme.owner;
    assert_eq!(names(ann, "?filter[status]=planned").await, ["planned"]);
    assert_eq!(
        names(ann, "?filter[status]=applied,errored").await,
        ["applied", "failed"]
    );
    assert_eq!(names(ann, "?filter[status]=none").await, ["held", "shop"]);
    assert_eq!(
        names(ann, "?filter[status]=none,planned").await,
        ["held", "planned", "shop"]
    );
    // A run that waits for a confirmation has its workspace.
    assert_eq!(names(ann, "?filter[locked]=true").await, ["held", "planned"]);
    assert_eq!(
        names(ann, "?filter[locked]=false&search[name]=E").await,
        ["applied", "failed"]
    );
    ann.get(&format!("{WORKSPACES}?filter[status]=nice")).await.expect(400);
    ann.get(&format!("{WORKSPACES}?filter[locked]=maybe")).await.expect(400);

    let all = json!({"applied": 1, "planned": 1, "errored": 1, "none": 2});
    assert_eq!(
        summary(ann, "").await,
        json!({"total": 5, "locked": 2, "by-status": all})
    );
    assert_eq!(
        summary(ann, "?filter[locked]=true").await,
        json!({"total": 2, "locked": 2, "by-status": {"planned": 1, "none": 1}})
    );
    let path = "/api/v2/organizations/acme/workspaces-summary?sort=name";
    ann.get(path).await.expect(400);
}

#[tokio::test]
async fn nobody_counts_what_he_may_not_see() {
    let (acme, _) = everywhere().await;
    let planned = acme.owner.get(&format!("{WORKSPACES}/planned")).await.expect(200).id();
    let mia = acme.member("mia", "read", &planned).await;
    assert_eq!(
        summary(&mia, "").await,
        json!({"total": 1, "locked": 1, "by-status": {"planned": 1}})
    );
    let (_, stranger) = acme.app.user(&acme.owner, "stranger").await;
    let path = "/api/v2/organizations/acme/workspaces-summary";
    stranger.get(path).await.expect(404);
}

async fn runs(caller: &Caller, query: &str) -> Vec<String> {
    caller.get(&format!("{RUNS}{query}")).await.expect(200).ids()
}

#[tokio::test]
async fn runs_of_an_organization_are_found_by_group_workspace_project_starter_and_time() {
    let (acme, [applied, planned, failed]) = everywhere().await;
    let ann = &acme.owner;
    assert_eq!(runs(ann, "").await, [&*failed, &*planned, &*applied]);
    assert_eq!(runs(ann, "?filter[status_group]=non_final").await, [&*planned]);
    assert_eq!(runs(ann, "?filter[status_group]=final").await, [&*failed, &*applied]);
    assert_eq!(runs(ann, "?filter[status_group]=discardable").await, [&*planned]);
    ann.get(&format!("{RUNS}?filter[status_group]=old")).await.expect(400);
    let workspace = ann.get(&format!("{WORKSPACES}/applied")).await.expect(200).id();
    assert_eq!(
        runs(ann, &format!("?filter[workspace][id]={workspace}")).await,
        [&*applied]
    );
    let shown = ann.get(&format!("/api/v2/runs/{planned}")).await.expect(200);
    let times = shown.attribute("created-at").as_str().unwrap();
    assert_eq!(
        runs(ann, &format!("?filter[since]={times}")).await,
        [&*failed, &*planned]
    );
    let me = ann.get("/api/v2/account/details").await.expect(200).id();
    assert_eq!(runs(ann, &format!("?filter[created-by][id]={me}")).await.len(), 3);
    let (other, _) = acme.app.user(ann, "other").await;
    assert!(runs(ann, &format!("?filter[created-by][id]={other}")).await.is_empty());
    let web = document("projects", json!({"name": "web"}));
    let web = ann
        .post("/api/v2/organizations/acme/projects", web)
        .await
        .expect(201)
        .id();
    assert!(runs(ann, &format!("?filter[project][id]={web}")).await.is_empty());

    let listed = ann.get(&format!("{RUNS}?include=workspace")).await.expect(200);
    assert_eq!(listed.body["included"].as_array().unwrap().len(), 3);
    assert_eq!(
        listed.body["data"][0]["attributes"]["permissions"]["can-apply"], true,
        "what somebody may do is said in the list, too"
    );
}

#[tokio::test]
async fn runs_of_another_organization_are_not_found_by_their_workspace() {
    let (acme, _) = everywhere().await;
    let globex = document("organizations", json!({"name": "globex"}));
    acme.owner.post("/api/v2/organizations", globex).await.expect(201);
    let workspace = acme.owner.get(&format!("{WORKSPACES}/applied")).await.expect(200).id();
    let path = format!("/api/v2/organizations/globex/runs?filter[workspace][id]={workspace}");
    assert!(acme.owner.get(&path).await.expect(200).ids().is_empty());
}

#[tokio::test]
async fn what_waits_for_somebody_is_what_he_can_do_something_about() {
    let (acme, [_, planned, failed]) = everywhere().await;
    let ann = &acme.owner;
    assert_eq!(runs(ann, "?filter[for-me]=confirm").await, [&*planned]);
    assert_eq!(runs(ann, "?filter[for-me]=failed").await, [&*failed]);
    ann.get(&format!("{RUNS}?filter[for-me]=all")).await.expect(400);
    let reader = acme.member("mia", "read", "acme").await;
    assert_eq!(runs(&reader, "").await.len(), 3);
    assert!(runs(&reader, "?filter[for-me]=confirm").await.is_empty());
    assert!(runs(&reader, "?filter[for-me]=failed").await.is_empty());
    let of_planned = ann.get(&format!("{WORKSPACES}/planned")).await.expect(200).id();
    let writer = acme.member("joe", "write", &of_planned).await;
    assert_eq!(runs(&writer, "?filter[for-me]=confirm").await, [&*planned]);
    assert!(runs(&writer, "?filter[for-me]=failed").await.is_empty());

    let of_failed = ann.get(&format!("{WORKSPACES}/failed")).await.expect(200).id();
    acme.start_in(&of_failed, json!({})).await;
    assert!(
        runs(ann, "?filter[for-me]=failed").await.is_empty(),
        "somebody is at it already"
    );
    assert_eq!(
        runs(ann, "?filter[for-me]=confirm&filter[status]=errored").await,
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn a_failure_waits_for_a_week() {
    let (acme, [.., failed]) = everywhere().await;
    acme.app.pass(Duration::from_secs(6 * 24 * 3_600));
    assert_eq!(runs(&acme.owner, "?filter[for-me]=failed").await, [&*failed]);
    acme.app.pass(Duration::from_secs(2 * 24 * 3_600));
    assert!(runs(&acme.owner, "?filter[for-me]=failed").await.is_empty());
}
