//! Changes of resources in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_catalog::resource_changes::carrying_out::carry_out;

use super::operations::{Row, call};
use crate::support::{Acme, TestRunner, document};

type Names = BTreeMap<&'static str, String>;

/// Changes that wait, one of them for two approvals, one that failed, and one to take back.
pub async fn make(acme: &Acme, runner: &TestRunner, names: &mut Names) {
    let rule = json!({"name": "two", "tags": [{"key": "two", "value": null}], "approvals": 2});
    let path = "/api/v2/organizations/acme/approval-rules";
    acme.owner
        .post(path, document("approval-rules", rule))
        .await
        .expect(201);
    for (name, resource, labels) in [
        ("resource_change", "approved", json!(["two"])),
        ("change_to_confirm", "confirmed", json!([])),
        ("change_to_reject", "rejected", json!([])),
        ("failed_change", "failed", json!([])),
        ("change_to_cancel", "canceled", json!([])),
    ] {
        let wanted = json!({"template": "network", "name": resource, "labels": labels,
            "source-code-version": names["source_code_version"]});
        let path = "/api/v2/organizations/acme/resources";
        let made = acme.owner.post(path, document("resources", wanted)).await.expect(201);
        let path = format!("/api/v2/resources/{}/changes", made.id());
        let id = acme.owner.get(&path).await.expect(200).ids()[0].clone();
        let ctx = acme.app.system();
        carry_out(&ctx, id.parse().unwrap()).await.unwrap();
        let item = runner.claim().await.expect("its plan is to be made");
        match name {
            "failed_change" => {
                let failed = json!({"outcome": "failed", "log-bytes": 0, "event-bytes": 0});
                item.complete(failed).await.expect(204);
            }
            _ => item.succeed(json!({"add": 1})).await,
        }
        carry_out(&ctx, id.parse().unwrap()).await.unwrap();
        names.insert(name, id);
        names.insert("changed_resource", made.id());
    }
    let nightly = document("schedules", json!({"action": "refresh", "cron": "0 6 * * *"}));
    let path = format!("/api/v2/resources/{}/schedules", names["changed_resource"]);
    acme.owner.post(&path, nightly).await.expect(201);
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_resource_changes"),
        call("list_changes_of_resource").on("resource", "changed_resource"),
        call("get_resource_change"),
        call("approve_resource_change").json(json!({"comment": "Fine."})),
        call("withdraw_resource_change_approval").json(json!({})),
        call("confirm_resource_change")
            .on("resource_change", "change_to_confirm")
            .json(json!({})),
        call("reject_resource_change")
            .on("resource_change", "change_to_reject")
            .json(json!({"comment": "Not today."})),
        call("retry_resource_change")
            .on("resource_change", "failed_change")
            .variant("of an order", "resource.create"),
        call("cancel_resource_change")
            .on("resource_change", "change_to_cancel")
            .json(json!({}))
            .variant("of an order", "resource.create"),
        call("get_catalog_rules"),
        call("update_catalog_rules").send("catalog-rules", json!({"when-stale": "plan"})),
        call("list_schedules_of_resource").on("resource", "changed_resource"),
        call("create_schedule_of_resource")
            .on("resource", "changed_resource")
            .send("schedules", json!({"action": "plan", "cron": "0 * * * *"})),
    ]
}
