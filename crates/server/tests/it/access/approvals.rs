//! Approvals in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;

use super::operations::{Row, call};
use crate::support::{Acme, TestRunner, document};

type Names = BTreeMap<&'static str, String>;

/// A run that waits for an approval, by a rule that counts for its workspace alone, and a rule to delete.
pub async fn make(acme: &Acme, runner: &TestRunner, names: &mut Names) {
    let path = "/api/v2/organizations/acme/approval-rules";
    for (name, key) in [("approval_rule", "careful"), ("old_approval_rule", "old")] {
        let body = document(
            "approval-rules",
            json!({"name": key, "tags": [{"key": key, "value": null}]}),
        );
        names.insert(name, acme.owner.post(path, body).await.expect(201).id());
    }
    let workspace = acme.new_workspace("careful").await;
    let tags = document("workspaces", json!({"tags": [{"key": "careful", "value": null}]}));
    let path = format!("/api/v2/workspaces/{workspace}");
    acme.owner.patch(&path, tags).await.expect(200);
    acme.upload(&workspace, "").await;
    names.insert("careful_run", acme.start_in(&workspace, json!({})).await);
    runner.succeed(json!({"add": 1})).await;
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_approval_rules"),
        call("create_approval_rule").send(
            "approval-rules",
            json!({"name": "more", "tags": [{"key": "more", "value": null}]}),
        ),
        call("get_approval_rule"),
        call("update_approval_rule").send("approval-rules", json!({"approvals": 2})),
        call("get_run_approvals").on("run", "careful_run"),
        call("approve_run").on("run", "careful_run").json(json!({})),
        call("reject_run")
            .on("run", "careful_run")
            .json(json!({"comment": "Not today."})),
        call("withdraw_run_approval").on("run", "careful_run").json(json!({})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_approval_rule").on("approval_rule", "old_approval_rule")]
}
