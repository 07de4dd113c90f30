//! Workflows in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// Workflows that were not started, one for each row that changes one, and one that was stopped.
pub async fn make(acme: &Acme, names: &mut Names) {
    let all = [
        "workflow",
        "started_workflow",
        "canceled_workflow",
        "stopped_workflow",
        "old_workflow",
    ];
    for name in all {
        let wanted = json!({"kind": "refresh", "resources": [names["resource"]]});
        let path = "/api/v2/organizations/acme/workflows";
        let made = acme.owner.post(path, document("workflows", wanted)).await.expect(201);
        names.insert(name, made.id());
    }
    let wanted = json!({"kind": "create", "blueprint": names["blueprint"], "name": "made"});
    let path = "/api/v2/organizations/acme/workflows";
    let made = acme.owner.post(path, document("workflows", wanted)).await.expect(201);
    let step = made.attribute("steps")[0]["resource-id"].as_str().unwrap();
    names.insert("workflow_step", step.to_owned());
    names.insert("making_workflow", made.id());
    let path = format!("/api/v2/workflows/{}/actions/cancel", names["stopped_workflow"]);
    acme.owner.post(&path, json!({})).await.expect(200);
}

pub fn rows() -> Vec<Row> {
    let refresh = json!({"kind": "refresh", "resources": ["$resource"]});
    vec![
        call("list_template_upgrades"),
        call("list_workflows"),
        call("create_workflow").send("workflows", refresh),
        call("get_workflow"),
        call("start_workflow").on("workflow", "started_workflow"),
        call("cancel_workflow").on("workflow", "canceled_workflow"),
        call("retry_workflow").on("workflow", "stopped_workflow"),
        call("change_workflow_step")
            .on("workflow", "making_workflow")
            .on("resource", "workflow_step")
            .send("workflow-steps", json!({"name": "made-otherwise"})),
    ]
}

pub fn deletions() -> Vec<Row> {
    vec![call("delete_workflow").on("workflow", "old_workflow")]
}
