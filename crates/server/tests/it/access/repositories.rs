//! Repositories and webhooks in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use axum::body::Body;
use serde_json::json;
use slipway_kernel::queue::jobs;
use slipway_server::domains;
use slipway_testing::git_server::{Change, GitServer};

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// A server that every fixture reads from and none writes to.
fn server() -> &'static GitServer {
    static SERVER: OnceLock<GitServer> = OnceLock::new();
    SERVER.get_or_init(|| {
        let server = GitServer::start().unwrap();
        for name in ["infra", "old", "new"] {
            let changes = [Change::file("main.tf", "resource \"terraform_data\" \"a\" {}\n")];
            let repository = server.create(name).unwrap();
            repository.commit("main", "First", &changes).unwrap();
            repository.git(&["tag", "v1", "main"]).unwrap();
        }
        server
    })
}

/// Where one of its repositories is.
pub fn address(name: &str) -> String {
    server().url(name)
}

/// A repository with a delivery, one to forget, one to connect, and an integration.
pub async fn make(acme: &Acme, names: &mut Names) {
    let server = server();
    let path = "/api/v2/organizations/acme/repositories";
    for (key, name) in [("repository", "infra"), ("old_repository", "old")] {
        let body = document("repositories", json!({"identifier": server.url(name)}));
        names.insert(key, acme.owner.post(path, body).await.expect(201).id());
    }
    names.insert("git_address", server.url("new"));
    names.insert("infra_address", server.url("infra"));
    let settings = json!({"method": "public", "url": server.http().origin()});
    let forge = document(
        "integrations",
        json!({"name": "plain-git", "kind": "git", "settings": settings}),
    );
    let path = "/api/v2/organizations/acme/integrations";
    names.insert("forge", acme.owner.post(path, forge).await.expect(201).id());
    let rotate = format!("/api/v2/repositories/{}/actions/rotate-secret", names["repository"]);
    let webhook = acme.owner.post(&rotate, json!({})).await.expect(200);
    let secret = webhook.body["data"]["attributes"]["secret"]
        .as_str()
        .unwrap()
        .to_owned();
    let headers = [("x-slipway-token", secret.as_str())];
    let path = format!("/webhooks/{}", webhook.id());
    let delivered = acme
        .app
        .anonymous()
        .send("POST", &path, &headers, Body::from("{}"))
        .await;
    let delivery = delivered.expect(202).body["delivery"].as_str().unwrap().to_owned();
    names.insert("delivery", delivery);
    let (ctx, jobs) = (acme.app.system(), domains::jobs());
    while jobs::run_next(&ctx, &jobs, "fixture").await.unwrap() {}
}

pub fn rows() -> Vec<Row> {
    vec![
        call("list_repositories"),
        call("create_repository").send("repositories", json!({"identifier": "$git_address"})),
        call("get_repository"),
        call("list_repository_branches"),
        call("list_repository_tags"),
        call("get_repository_tree"),
        call("get_repository_file").query("?path=main.tf"),
        call("list_repository_commits"),
        call("list_repository_roots"),
        call("synchronize_repository"),
        // A plain Git server lists nothing.
        call("list_forge_repositories").on("integration", "forge").closed(),
        call("list_forge_groups").on("integration", "forge").closed(),
        // In a closed network.
        call("show_host_keys")
            .json(json!({"address": "ssh://git@10.0.0.1"}))
            .closed(),
        call("get_webhook"),
        call("set_webhook"),
        call("rotate_webhook_secret"),
        call("list_deliveries"),
        call("get_delivery"),
        call("redeliver"),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![call("delete_repository").on("repository", "old_repository")]
}
