//! Schedules: a time starts one run, with the rights of whoever said so, whoever crashes when.

use std::collections::HashMap;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use slipway_infra::schedules::{ACTIONS, firing};
use slipway_infra::workspaces::Workspace;
use slipway_kernel::queue::model::WorkItem;
use slipway_kernel::queue::{Lease, claim, jobs};
use slipway_kernel::schedules::fire_due;
use slipway_kernel::{Ctx, directory, grants};

use crate::fixture::{Site, archive, page};
use crate::http::{StatusCode, document};

const HOUR: Duration = Duration::from_secs(3_600);
const KINDS: &[&str] = &["infra.schedule"];

/// A site with a workspace that can be run, and somebody who may.
async fn home(role: &str) -> (Site, Workspace, Ctx) {
    let site = Site::new().await;
    let workspace = site.workspace("shop").await;
    let ada = site.user("ada", Some(role)).await;
    let wanted = document("configuration-versions", json!({"auto-queue-runs": false}));
    let path = format!("/workspaces/{}/configuration-versions", workspace.id);
    let (_, made) = site.call(&site.system(), "POST", &path, wanted).await;
    let path = format!(
        "/configuration-versions/{}/upload",
        made["data"]["id"].as_str().unwrap()
    );
    let files = archive(&[("main.tf", "output \"a\" { value = 1 }\n")]);
    assert_eq!(site.send(&site.system(), "PUT", &path, files).await.0, StatusCode::OK);
    (site, workspace, ada)
}

impl Site {
    async fn schedule(&self, ctx: &Ctx, workspace: &Workspace, settings: Value) -> (StatusCode, Value) {
        let path = format!("/workspaces/{}/schedules", workspace.id);
        self.call(ctx, "POST", &path, document("schedules", settings)).await
    }

    /// The id of a new schedule.
    async fn scheduled(&self, ctx: &Ctx, workspace: &Workspace, settings: Value) -> String {
        let (status, made) = self.schedule(ctx, workspace, settings).await;
        assert_eq!(status, StatusCode::CREATED, "{made}");
        made["data"]["id"].as_str().unwrap().to_owned()
    }

    async fn shown(&self, id: &str) -> Value {
        let (status, shown) = self
            .call(&self.system(), "GET", &format!("/schedules/{id}"), None)
            .await;
        assert_eq!(status, StatusCode::OK, "{shown}");
        shown["data"]["attributes"].clone()
    }

    async fn runs(&self, workspace: &Workspace) -> Vec<Value> {
        let path = format!("/workspaces/{}/runs", workspace.id);
        let (_, runs) = self.call(&self.system(), "GET", &path, None).await;
        runs["data"].as_array().unwrap().clone()
    }

    /// Lets time pass, and does what the server does then.
    async fn pass(&self, duration: Duration) {
        self.kernel.clock.advance(duration);
        fire_due(&self.system(), KINDS).await.unwrap();
        self.work().await;
    }

    async fn work(&self) {
        let jobs: HashMap<_, _> = slipway_infra::jobs().into_iter().map(|job| (job.kind, job)).collect();
        while jobs::run_next(&self.system(), &jobs, "test").await.unwrap() {}
    }

    /// The work item of a time that has come, claimed by a server that does nothing about it yet.
    async fn claimed(&self) -> WorkItem {
        let ctx = self.system();
        let tx = ctx.begin().await.unwrap();
        let lease = Lease {
            pools: &["server".to_owned()],
            owner: "killed".to_owned(),
            duration: HOUR / 60,
            token_hash: None,
        };
        let item = claim(&tx, ctx.now(), &lease).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        item
    }

    async fn execute(&self, sql: &str) {
        let tx = self.system().begin().await.unwrap();
        tx.execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn cancel(&self, run: &Value) {
        let path = format!("/runs/{}/actions/cancel", run["id"].as_str().unwrap());
        let (status, _) = self.call(&self.system(), "POST", &path, Some(json!({}))).await;
        assert_eq!(status, StatusCode::ACCEPTED);
    }
}

/// The kinds of what came of the last times, the newest first.
fn kinds(shown: &Value) -> Vec<&str> {
    let outcomes = shown["outcomes"].as_array().unwrap();
    outcomes
        .iter()
        .map(|outcome| outcome["kind"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_time_starts_a_run_as_whoever_made_the_schedule() {
    let (site, shop, ada) = home("write").await;
    let settings = json!({"name": "nightly", "action": "plan", "cron": "0 * * * *", "time-zone": "Europe/Berlin"});
    let id = site.scheduled(&ada, &shop, settings).await;
    let shown = site.shown(&id).await;
    assert_eq!(shown["status"], "active");
    assert_eq!(shown["object-name"], "shop");
    assert_eq!(shown["next-times"].as_array().unwrap().len(), 5);
    assert_eq!(shown["next-times"][0]["local"], "Fri 2025-11-21 01:00 CET");
    site.pass(HOUR).await;
    let runs = site.runs(&shop).await;
    assert_eq!(runs.len(), 1);
    let run = &runs[0]["attributes"];
    assert_eq!(run["source"], "schedule");
    assert_eq!(run["message"], "Schedule \"nightly\": plan");
    assert_eq!(run["started-by"], "ada");
    assert_eq!(run["plan-only"], true);
    let shown = site.shown(&id).await;
    assert_eq!(kinds(&shown), ["started"]);
    assert_eq!(shown["outcomes"][0]["run-id"], runs[0]["id"]);
    assert_eq!(shown["outcomes"][0]["by"], "ada");
}

#[tokio::test]
async fn what_each_action_starts() {
    let (site, shop, ada) = home("write").await;
    for (action, attribute, value) in [
        ("apply", "auto-apply", true),
        ("apply", "plan-only", false),
        ("destroy", "is-destroy", true),
        ("destroy", "auto-apply", true),
        ("refresh", "refresh-only", true),
        ("refresh", "plan-only", false),
        ("check-drift", "refresh-only", true),
        ("check-drift", "plan-only", true),
    ] {
        site.scheduled(&ada, &shop, json!({"action": action, "after": "1h"}))
            .await;
        site.pass(HOUR).await;
        let run = site.runs(&shop).await.remove(0);
        assert_eq!(run["attributes"][attribute], value, "{action} {attribute}");
        site.cancel(&run).await;
    }
    let (status, refused) = site
        .schedule(&ada, &shop, json!({"action": "explode", "after": "1h"}))
        .await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused["errors"][0]["detail"].as_str().unwrap().contains("check-drift"));
}

#[tokio::test]
async fn what_comes_again_and_again_does_not_queue_up_and_says_so() {
    let (site, shop, ada) = home("write").await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "apply", "cron": "0 * * * *"}))
        .await;
    site.pass(HOUR).await;
    site.pass(HOUR).await;
    let runs = site.runs(&shop).await;
    assert_eq!(runs.len(), 1);
    let shown = site.shown(&id).await;
    assert_eq!(kinds(&shown), ["skipped", "started"]);
    let reason = shown["outcomes"][0]["reason"].as_str().unwrap();
    assert!(reason.contains(runs[0]["id"].as_str().unwrap()), "{reason}");
    site.cancel(&runs[0]).await;
    site.pass(HOUR).await;
    assert_eq!(site.runs(&shop).await.len(), 2);
}

#[tokio::test]
async fn a_destroy_at_the_end_of_an_objects_time_waits_for_its_turn() {
    let (site, shop, ada) = home("write").await;
    site.scheduled(&ada, &shop, json!({"action": "apply", "after": "1h"}))
        .await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "destroy", "after": "2h"}))
        .await;
    let again = site
        .scheduled(&ada, &shop, json!({"action": "destroy", "after": "3h"}))
        .await;
    for _ in 0..3 {
        site.pass(HOUR).await;
    }
    let runs = site.runs(&shop).await;
    assert_eq!(runs.len(), 2, "the apply, and one destroy behind it");
    assert_eq!(runs[0]["attributes"]["is-destroy"], true);
    assert_eq!(runs[0]["attributes"]["status"], "pending");
    let shown = site.shown(&id).await;
    assert_eq!(
        (kinds(&shown), shown["status"].as_str()),
        (vec!["started"], Some("finished"))
    );
    assert_eq!(kinds(&site.shown(&again).await), ["skipped"]);
}

#[tokio::test]
async fn a_right_that_is_gone_pauses_the_schedule_and_somebody_else_can_resume_it() {
    let (site, shop, ada) = home("write").await;
    let bea = site.user("bea", Some("write")).await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "apply", "cron": "0 * * * *"}))
        .await;
    let mut tx = site.system().begin().await.unwrap();
    let sql = format!("DELETE FROM grants WHERE subject = '{}'", ada.user().unwrap());
    tx.execute_unprepared(&sql).await.unwrap();
    grants::store::changed(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    site.pass(HOUR).await;
    assert!(site.runs(&shop).await.is_empty());
    let shown = site.shown(&id).await;
    assert_eq!(kinds(&shown), ["refused"]);
    assert_eq!(shown["status"], "paused");
    let reason = shown["paused-reason"].as_str().unwrap();
    assert!(
        reason.contains("ada") && reason.contains("workspace.run.plan"),
        "{reason}"
    );
    assert_eq!(site.actions(&id).await, ["schedule.created", "schedule.paused"]);
    site.pass(HOUR).await;
    assert_eq!(kinds(&site.shown(&id).await), ["refused"], "a paused one has no times");

    let (status, resumed) = site
        .call(&bea, "POST", &format!("/schedules/{id}/actions/resume"), None)
        .await;
    assert_eq!(status, StatusCode::OK, "{resumed}");
    assert_eq!(resumed["data"]["attributes"]["runs-as"], "bea");
    assert_eq!(resumed["data"]["attributes"]["created-by"], "ada");
    site.pass(HOUR).await;
    assert_eq!(site.runs(&shop).await[0]["attributes"]["started-by"], "bea");
}

#[tokio::test]
async fn nobody_gets_rights_by_changing_what_another_made() {
    let (site, shop, ada) = home("write").await;
    let carl = site.user("carl", Some("plan")).await;
    let id = site
        .scheduled(&ada, &shop, json!({"name": "n", "action": "destroy", "after": "1h"}))
        .await;
    let path = format!("/schedules/{id}");
    for (method, path, body) in [
        ("PATCH", path.clone(), document("schedules", json!({"after": "2h"}))),
        ("POST", format!("{path}/actions/run"), None),
        ("POST", format!("{path}/actions/pause"), None),
        ("DELETE", path.clone(), None),
    ] {
        assert_eq!(
            site.call(&carl, method, &path, body).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    // Who changes when it starts lends it his rights; who changes its name does not.
    let bea = site.user("bea", Some("write")).await;
    let (_, named) = site
        .call(&bea, "PATCH", &path, document("schedules", json!({"name": "x"})))
        .await;
    assert_eq!(named["data"]["attributes"]["runs-as"], "ada");
    let (_, moved) = site
        .call(&bea, "PATCH", &path, document("schedules", json!({"after": "2h"})))
        .await;
    assert_eq!(moved["data"]["attributes"]["runs-as"], "bea");
    assert_eq!(moved["data"]["attributes"]["name"], "x");
}

#[tokio::test]
async fn missed_times_run_once_or_not_at_all() {
    let (site, shop, ada) = home("write").await;
    let once = site
        .scheduled(&ada, &shop, json!({"action": "plan", "cron": "0 * * * *"}))
        .await;
    let skip = json!({"action": "check-drift", "cron": "0 * * * *", "missed": "skip"});
    let skip = site.scheduled(&ada, &shop, skip).await;
    // Nobody looks for half a day, and then in the middle of an hour.
    site.pass(12 * HOUR + HOUR / 2).await;
    assert_eq!(kinds(&site.shown(&once).await), ["started"]);
    assert_eq!(kinds(&site.shown(&skip).await), ["missed"]);
    assert_eq!(site.runs(&shop).await.len(), 1);
    // A few seconds late is not missed.
    site.kernel.clock.advance(HOUR);
    site.pass(Duration::from_secs(0)).await;
    let shown = site.shown(&skip).await;
    assert_eq!(kinds(&shown).len(), 2);
}

#[tokio::test]
async fn a_server_that_is_killed_at_any_point_starts_one_run() {
    let (site, shop, ada) = home("write").await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "plan", "after": "1h"}))
        .await;
    site.kernel.clock.advance(HOUR);
    let ctx = site.system();
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
    // Killed after it fired: the item is there, and the times have moved on.
    let item = site.claimed().await;
    assert!(site.runs(&shop).await.is_empty());
    // Killed after the run was started, before what came of it was noted.
    firing::fire(&ctx, &item, ACTIONS).await.unwrap();
    site.execute("UPDATE object_schedules SET outcomes = '[]'").await;
    site.kernel.clock.advance(HOUR);
    jobs::put_back(&ctx).await.unwrap();
    site.work().await;
    let runs = site.runs(&shop).await;
    assert_eq!(runs.len(), 1);
    let shown = site.shown(&id).await;
    assert_eq!(kinds(&shown), ["started"]);
    assert_eq!(shown["outcomes"][0]["run-id"], runs[0]["id"]);
    // Killed after that was noted.
    firing::fire(&ctx, &item, ACTIONS).await.unwrap();
    assert_eq!(kinds(&site.shown(&id).await), ["started"]);
    assert_eq!(site.runs(&shop).await.len(), 1);
}

#[tokio::test]
async fn two_replicas_that_have_the_same_time_start_one_run() {
    let (site, shop, ada) = home("write").await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "plan", "after": "1h"}))
        .await;
    site.kernel.clock.advance(HOUR);
    let (one, other) = (site.system(), site.system());
    let (first, second) = tokio::join!(fire_due(&one, KINDS), fire_due(&other, KINDS));
    assert_eq!(first.unwrap() + second.unwrap(), 1);
    let item = site.claimed().await;
    let both = tokio::join!(firing::fire(&one, &item, ACTIONS), firing::fire(&other, &item, ACTIONS));
    assert!(both.0.is_ok() || both.1.is_ok());
    firing::fire(&one, &item, ACTIONS).await.unwrap();
    assert_eq!(site.runs(&shop).await.len(), 1);
    assert_eq!(kinds(&site.shown(&id).await), ["started"]);
}

#[tokio::test]
async fn what_cannot_be_started_is_told_and_the_schedule_goes_on() {
    let site = Site::new().await;
    let empty = site.workspace("empty").await;
    let ada = site.user("ada", Some("write")).await;
    let id = site
        .scheduled(&ada, &empty, json!({"action": "plan", "cron": "0 * * * *"}))
        .await;
    site.pass(HOUR).await;
    let shown = site.shown(&id).await;
    assert_eq!(
        (kinds(&shown), shown["status"].as_str()),
        (vec!["failed"], Some("active"))
    );
    assert!(
        shown["outcomes"][0]["reason"]
            .as_str()
            .unwrap()
            .contains("no configuration yet")
    );
    assert_eq!(site.actions(&id).await, ["schedule.created", "schedule.failed"]);
    for _ in 0..30 {
        site.pass(HOUR).await;
    }
    assert_eq!(kinds(&site.shown(&id).await).len(), 20, "the last ones are kept");
}

#[tokio::test]
async fn pausing_resuming_and_running_by_hand() {
    let (site, shop, ada) = home("write").await;
    let id = site
        .scheduled(&ada, &shop, json!({"action": "plan", "cron": "0 * * * *"}))
        .await;
    let act = async |action: &str| {
        site.call(&ada, "POST", &format!("/schedules/{id}/actions/{action}"), None)
            .await
    };
    assert_eq!(act("pause").await.1["data"]["attributes"]["status"], "paused");
    site.pass(HOUR).await;
    assert!(site.runs(&shop).await.is_empty());
    let (status, run) = act("run").await;
    assert_eq!(status, StatusCode::OK, "{run}");
    assert_eq!(run["data"]["attributes"]["outcomes"][0]["by"], "ada");
    assert_eq!(act("run").await.0, StatusCode::CONFLICT, "the same is waiting already");
    assert_eq!(act("resume").await.1["data"]["attributes"]["status"], "active");
    site.cancel(&site.runs(&shop).await[0]).await;
    site.pass(HOUR).await;
    assert_eq!(site.runs(&shop).await.len(), 2);

    let once = site
        .scheduled(&ada, &shop, json!({"action": "plan", "after": "1h"}))
        .await;
    site.call(&ada, "POST", &format!("/schedules/{once}/actions/pause"), None)
        .await;
    site.pass(2 * HOUR).await;
    let (status, refused) = site
        .call(&ada, "POST", &format!("/schedules/{once}/actions/resume"), None)
        .await;
    assert_eq!(status, StatusCode::CONFLICT);
    assert!(
        refused["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("no time any more")
    );
    let (_, moved) = site
        .call(
            &ada,
            "PATCH",
            &format!("/schedules/{once}"),
            document("schedules", json!({"after": "1h"})),
        )
        .await;
    assert_eq!(
        moved["data"]["attributes"]["status"], "paused",
        "other times do not resume it"
    );
}

#[tokio::test]
async fn schedules_go_and_move_with_their_workspace() {
    let (site, shop, ada) = home("admin").await;
    let id = site
        .scheduled(
            &ada,
            &shop,
            json!({"name": "nightly", "action": "plan", "cron": "0 6 * * *"}),
        )
        .await;
    let kinds = [(
        "schedule",
        ada.visible(slipway_infra::permissions::SCHEDULE_READ, site.organization.id)
            .await
            .unwrap(),
    )];
    let users = directory::store::uses(site.kernel.db.reader(), &shop.id.to_string(), &kinds, &page())
        .await
        .unwrap();
    assert_eq!(users.rows[0].0.name, "nightly");
    let (_, listed) = site
        .call(
            &ada,
            "GET",
            "/organizations/acme/schedules?search[text]=NIGHT&filter[paused]=false",
            None,
        )
        .await;
    assert_eq!(listed["data"][0]["id"], id.as_str());
    let (_, listed) = site
        .call(
            &ada,
            "GET",
            "/organizations/acme/schedules?filter[action]=destroy",
            None,
        )
        .await;
    assert_eq!(listed["data"], json!([]));
    let dora = site.user("dora", None).await;
    assert_eq!(
        site.call(&dora, "GET", &format!("/schedules/{id}"), None).await.0,
        StatusCode::NOT_FOUND
    );

    let (status, _) = site
        .call(&ada, "DELETE", &format!("/workspaces/{}", shop.id), None)
        .await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(
        site.call(&ada, "GET", &format!("/schedules/{id}"), None).await.0,
        StatusCode::NOT_FOUND
    );
    let reader = site.kernel.db.reader();
    let clock = slipway_kernel::schedules::of_ids(reader, &[id.parse().unwrap()])
        .await
        .unwrap();
    assert!(clock.is_empty());
    site.pass(24 * HOUR).await;
}
