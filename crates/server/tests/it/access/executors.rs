//! Executors in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, State, TestRunner, document};

type Names = BTreeMap<&'static str, String>;

/// One that can be run, one to delete, and three whose runs wait: one by the approval rule of the fixture.
pub async fn make(acme: &Acme, runner: &TestRunner, names: &mut Names) {
    let path = "/api/v2/organizations/acme/executors";
    for (name, run, labels) in [
        ("executor", None, json!([])),
        ("old_executor", None, json!([])),
        ("careful_executor", Some("careful_executor_run"), json!(["careful"])),
        ("planned_executor", Some("planned_executor_run"), json!([])),
        ("spare_executor", Some("spare_executor_run"), json!([])),
    ] {
        let body = json!({"name": name, "source-code": "source_code", "tag": "v1", "labels": labels});
        let id = acme
            .owner
            .post(path, document("executors", body))
            .await
            .expect(201)
            .id();
        if let Some(run) = run {
            let path = format!("/api/v2/executors/{id}/actions/run");
            let started = acme
                .owner
                .post(&path, document("executor-runs", json!({})))
                .await
                .expect(201);
            names.insert(run, started.id());
            runner.succeed(json!({"add": 1})).await;
        }
        names.insert(name, id);
    }
    applied(acme, runner, &names["executor"]).await;
}

/// Something to list of it: a run with what it put out, and a schedule.
async fn applied(acme: &Acme, runner: &TestRunner, id: &str) {
    let at = |part: &str| format!("/api/v2/executors/{id}/{part}");
    let body = document("executor-runs", json!({}));
    let run = acme.owner.post(&at("actions/run"), body).await.expect(201).id();
    runner.succeed(json!({"add": 1})).await;
    acme.owner
        .post(&at("actions/confirm"), json!({"run": run}))
        .await
        .expect(200);
    let apply = runner.claim().await.unwrap();
    let state = State::new(1).output("secret", "canary", true);
    apply.put("state", state.text()).await.expect(200);
    apply.succeed(json!({"add": 1})).await;
    let body = document("schedules", json!({"action": "plan", "cron": "0 6 * * *"}));
    acme.owner.post(&at("schedules"), body).await.expect(201);
}

pub fn rows() -> Vec<Row> {
    let of = |operation| {
        call(operation)
            .on("executor", "careful_executor")
            .json(json!({"run": "$careful_executor_run"}))
    };
    vec![
        call("list_executors"),
        call("create_executor").send(
            "executors",
            json!({"name": "more", "source-code": "source_code", "tag": "v1"}),
        ),
        call("get_executor"),
        call("update_executor").send("executors", json!({"description": "Changed."})),
        call("list_executor_runs"),
        call("get_executor_run")
            .on("executor", "careful_executor")
            .on("run", "careful_executor_run"),
        call("list_executor_outputs").variant("hidden", "workspace.state.read-outputs"),
        call("list_executor_outputs")
            .query("?filter[sensitive]=revealed")
            .variant("revealed", "workspace.state.read"),
        call("list_executor_schedules"),
        call("create_executor_schedule").send("schedules", json!({"action": "plan", "cron": "0 6 * * *"})),
        call("disable_executor"),
        call("enable_executor"),
        of("approve_executor_run"),
        of("reject_executor_run"),
        of("withdraw_executor_run_approval"),
        call("confirm_executor_run")
            .on("executor", "planned_executor")
            .json(json!({"run": "$planned_executor_run"})),
        call("cancel_executor_run")
            .on("executor", "planned_executor")
            .json(json!({"run": "$planned_executor_run"})),
        call("discard_executor_run")
            .on("executor", "spare_executor")
            .json(json!({"run": "$spare_executor_run"})),
        call("run_executor").send("executor-runs", json!({"operation": "plan"})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_executor").on("executor", "old_executor")]
}
