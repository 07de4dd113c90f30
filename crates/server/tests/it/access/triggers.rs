//! Triggers, commits, pull requests and accounts at forges in the matrix: what the fixture has of them, and their rows.

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
    let body = json!({"name": "from-git", "vcs-repo": {"identifier": identifier}, "file-triggers-enabled": false});
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
    pull_requests(acme, names).await;
}

/// A pull request, and one of a fork, as their forge would have told of them: a plain Git server tells of none.
async fn pull_requests(acme: &Acme, names: &mut Names) {
    let repository = names["repository"].clone();
    let path = format!("/api/v2/repositories/{repository}/branches");
    let branches = acme.owner.get(&path).await.expect(200);
    let commit = branches.body["data"][0]["attributes"]["commit"]
        .as_str()
        .unwrap()
        .to_owned();
    let tx = acme.app.system().begin().await.unwrap();
    for (number, key, is_fork) in [(1, "pull_request", "FALSE"), (2, "fork_pull_request", "TRUE")] {
        let id = format!("pr-000000000000000{number}");
        let sql = format!(
            "INSERT INTO pull_requests (id, organization_id, repository_id, number, title, url, author, head_commit, \
             head_branch, head_ref, base_branch, is_fork, is_draft, state, comment_due, position, created_at, updated_at) \
             SELECT '{id}', organization_id, id, {number}, 'More', '', 'ada', '{commit}', 'more', 'refs/heads/main', 'main', \
             {is_fork}, FALSE, 'open', FALSE, 0, 1, 1 FROM repositories WHERE id = '{repository}'"
        );
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, &sql).await.unwrap();
        names.insert(key, id);
    }
    tx.commit().await.unwrap();
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
        call("list_pull_requests"),
        call("list_repository_pull_requests"),
        call("get_pull_request"),
        call("plan_pull_request").json(json!({"workspaces": []})),
        call("allow_pull_request").on("pull_request", "fork_pull_request"),
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
