//! Schedules in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, document};

/// A schedule, one that is paused, and one to delete.
pub async fn make(acme: &Acme, names: &mut BTreeMap<&'static str, String>) {
    // One in which nothing else runs.
    let timed = acme.new_workspace("timed").await;
    acme.upload(&timed, "").await;
    let path = format!("/api/v2/workspaces/{timed}/schedules");
    for (key, name) in [
        ("schedule", "nightly"),
        ("paused_schedule", "held back"),
        ("old_schedule", "old"),
    ] {
        let body = document(
            "schedules",
            json!({"name": name, "action": "plan", "cron": "0 6 * * *"}),
        );
        names.insert(key, acme.owner.post(&path, body).await.expect(201).id());
    }
    let path = format!("/api/v2/schedules/{}/actions/pause", names["paused_schedule"]);
    acme.owner.post(&path, json!({})).await.expect(200);
    names.insert("timed", timed);
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_schedules").on("workspace", "timed"),
        call("create_schedule")
            .on("workspace", "timed")
            .send("schedules", json!({"action": "check-drift", "cron": "0 * * * *"})),
        call("list_organization_schedules"),
        call("get_schedule"),
        call("update_schedule").send("schedules", json!({"name": "every morning"})),
        call("resume_schedule").on("schedule", "paused_schedule"),
        call("run_schedule").json(json!({})),
        call("pause_schedule").json(json!({})),
        call("preview_schedule").send("schedule-trials", json!({"cron": "0 6 * * *"})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_schedule").on("schedule", "old_schedule")]
}
