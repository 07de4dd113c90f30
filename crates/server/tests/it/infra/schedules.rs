//! A schedule from the form to the applied run, through the built server.

use std::time::Duration;

use axum::body::Body;
use serde_json::json;
use slipway_kernel::schedules::fire_due;
use slipway_server::domains;

use crate::support::{Acme, document, related};

const HOUR: Duration = Duration::from_secs(3_600);

/// Lets time pass, and does what the server does then.
async fn pass(acme: &Acme, duration: Duration) {
    acme.app.pass(duration);
    let kinds: Vec<&'static str> = domains::jobs().into_keys().collect();
    fire_due(&acme.app.system(), &kinds).await.unwrap();
    acme.app.settle().await;
}

#[tokio::test]
async fn a_moment_starts_a_run_that_destroys_what_was_only_for_a_time() {
    let acme = Acme::new().await;
    let runner = acme.runner().await;
    let path = format!("/api/v2/workspaces/{}/schedules", acme.workspace);
    let body = document(
        "schedules",
        json!({"name": "end of the demo", "action": "destroy", "after": "8h"}),
    );
    let made = acme.owner.post(&path, body).await.expect(201);
    let schedule = made.id();
    assert_eq!(made.attribute("next-times").as_array().unwrap().len(), 1);
    pass(&acme, 7 * HOUR).await;
    assert!(runner.claim().await.is_none());
    pass(&acme, HOUR).await;
    runner
        .claim()
        .await
        .unwrap()
        .succeed(json!({"add": 0, "change": 0, "destroy": 1, "import": 0}))
        .await;
    // Nobody is asked.
    runner
        .claim()
        .await
        .unwrap()
        .succeed(json!({"add": 0, "change": 0, "destroy": 1, "import": 0}))
        .await;
    let shown = acme
        .owner
        .get(&format!("/api/v2/schedules/{schedule}"))
        .await
        .expect(200);
    assert_eq!(shown.attribute("status"), "finished");
    let run = shown.attribute("outcomes")[0]["run-id"].as_str().unwrap().to_owned();
    assert_eq!(acme.status(&run).await, "applied");
    let run = acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    assert_eq!(run.attribute("source"), "schedule");
    assert_eq!(
        run.attribute("message"),
        "Schedule \"end of the demo\": destroy everything"
    );
    assert_eq!(run.attribute("started-by"), "ann");

    // The list of the organization, and the search, have it.
    let listed = acme
        .owner
        .get("/api/v2/organizations/acme/schedules?filter[action]=destroy")
        .await
        .expect(200);
    assert_eq!(listed.ids(), [schedule]);
    acme.owner
        .get("/api/v2/organizations/acme/schedules?filter[colour]=red")
        .await
        .expect(400);
}

#[tokio::test]
async fn two_people_who_change_a_schedule_are_told_of_each_other() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}/schedules", acme.workspace);
    let body = document(
        "schedules",
        json!({"action": "plan", "cron": "0 6 * * *", "time-zone": "Europe/Berlin"}),
    );
    let id = acme.owner.post(&path, body).await.expect(201).id();
    let path = format!("/api/v2/schedules/{id}");
    let change = |tag: &'static str, cron: &str| {
        let body = document("schedules", json!({"cron": cron})).to_string();
        let (owner, path) = (&acme.owner, path.clone());
        async move { owner.send("PATCH", &path, &[("if-match", tag)], Body::from(body)).await }
    };
    change("\"1\"", "0 7 * * *").await.expect(200);
    change("\"1\"", "0 8 * * *").await.expect(412);
    let changed = change("\"2\"", "0 8 * * 1-5").await.expect(200);
    assert_eq!(changed.attribute("cron"), "0 8 * * 1-5");
    assert_eq!(changed.attribute("time-zone"), "Europe/Berlin");
    let refused = change("\"3\"", "* * * * * ?").await.expect(422);
    assert!(refused.text().contains("once a minute at most"), "{}", refused.text());
}

#[tokio::test]
async fn schedules_are_seen_by_who_sees_the_project_that_their_workspace_stands_in() {
    let acme = Acme::new().await;
    let path = format!("/api/v2/workspaces/{}/schedules", acme.workspace);
    let body = document(
        "schedules",
        json!({"name": "nightly", "action": "plan", "cron": "0 6 * * *"}),
    );
    let id = acme.owner.post(&path, body).await.expect(201).id();
    let body = document("projects", json!({"name": "closed"}));
    let project = acme
        .owner
        .post("/api/v2/organizations/acme/projects", body)
        .await
        .expect(201)
        .id();
    let mia = acme.member("mia", "read", &project).await;
    let (one, list) = (
        format!("/api/v2/schedules/{id}"),
        "/api/v2/organizations/acme/schedules",
    );
    mia.get(&one).await.expect(404);
    assert!(mia.get(list).await.expect(200).ids().is_empty());

    let body = related("workspaces", json!({}), &[("project", "projects", &project)]);
    acme.owner
        .patch(&format!("/api/v2/workspaces/{}", acme.workspace), body)
        .await
        .expect(200);
    mia.get(&one).await.expect(200);
    assert_eq!(mia.get(list).await.expect(200).ids(), std::slice::from_ref(&id));
    let found = mia
        .get("/api/v2/organizations/acme/directory?q=night")
        .await
        .expect(200);
    assert_eq!(found.ids(), [id]);
    mia.delete(&one).await.expect(403);
}
