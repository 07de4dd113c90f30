//! Triggers, commits and accounts at forges in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_kernel::queue::jobs;
use slipway_server::domains;

use super::operations::{Row, call};
use crate::support::{Acme, Caller, document};

type Names = BTreeMap<&'static str, String>;

/// A trigger, one to delete, and a configuration that is made of a commit.
pub async fn make(acme: &Acme, names: &mut Names) {
    for key in ["trigger", "old_trigger"] {
        let path = format!("/api/v2/workspaces/{}/triggers", acme.workspace);
        let body = document("triggers", json!({"event": "push", "action": "plan"}));
        names.insert(key, acme.owner.post(&path, body).await.expect(201).id());
    }
    let identifier = super::repositories::address("infra");
    let body = json!({"name": "from-git", "vcs-repo": {"identifier": identifier}});
    let path = "/api/v2/organizations/acme/workspaces";
    let workspace = acme
        .owner
        .post(path, document("workspaces", body))
        .await
        .expect(201)
        .id();
    let (ctx, jobs) = (acme.app.system(), domains::jobs());
    while jobs::run_next(&ctx, &jobs, "fixture").await.unwrap() {}
    let path = format!("/api/v2/workspaces/{workspace}/configuration-versions");
    let made = acme.owner.get(&path).await.expect(200).ids();
    names.insert("commit_configuration", made[0].clone());
    names.insert("main_branch", "main".to_owned());
}

/// An account of the caller's own, where he may have any.
pub async fn link(caller: &Caller, names: &mut Names) {
    let body = document("forge-accounts", json!({"host": "git.example.com", "login": "caller"}));
    let linked = caller.post("/api/v2/account/forge-accounts", body).await;
    let id = match linked.status {
        201 => linked.id(),
        _ => "fa-0000000000000000".to_owned(),
    };
    names.insert("forge_account", id);
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_triggers").on("workspace", "shop"),
        call("create_trigger")
            .on("workspace", "shop")
            .send("triggers", json!({"event": "release", "action": "plan"})),
        call("get_trigger"),
        call("update_trigger").send("triggers", json!({"priority": 7})),
        call("test_triggers")
            .on("workspace", "shop")
            .send("trigger-trials", json!({"event": "push", "branch": "main"})),
        call("get_ingress_attributes").on("configuration_version", "commit_configuration"),
        call("list_affected_workspaces").on("commit", "main_branch"),
        call("list_forge_accounts"),
        call("link_forge_account").send("forge-accounts", json!({"host": "git.example.com", "login": "another"})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![
        call("delete_trigger").on("trigger", "old_trigger"),
        call("unlink_forge_account"),
    ]
}
