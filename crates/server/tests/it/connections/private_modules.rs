//! Modules in private repositories: who may give what to a workspace, and that real OpenTofu gets there with it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use slipway_api::runner::{GIT_DIRECTORY, WorkGit};
use slipway_testing::git_server::{Change, GitServer};
use slipway_testing::tools;

use crate::support::{Acme, Caller, document};

const PASSWORD: &str = "planted/canary password";

async fn integration(acme: &Acme, name: &str, settings: Value) -> String {
    let body = document(
        "integrations",
        json!({"name": name, "kind": "git", "settings": settings}),
    );
    acme.owner
        .post("/api/v2/organizations/acme/integrations", body)
        .await
        .expect(201)
        .id()
}

async fn assign(by: &Caller, integration: &str, workspace: &str, status: u16) {
    let path = format!("/api/v2/integrations/{integration}/assignments/{workspace}");
    let body = document("integration-assignments", json!({}));
    by.json("PUT", &path, &body).await.expect(status);
}

async fn ssh_key(acme: &Acme, key: &str) -> String {
    let body = document("ssh-keys", json!({"name": "modules", "value": key}));
    acme.owner
        .post("/api/v2/organizations/acme/ssh-keys", body)
        .await
        .expect(201)
        .id()
}

/// In Terraform Enterprise's shape.
async fn choose(by: &Caller, workspace: &str, key: Value, status: u16) {
    let path = format!("/api/v2/workspaces/{workspace}/relationships/ssh-key");
    by.patch(&path, document("workspaces", json!({"id": key})))
        .await
        .expect(status);
}

/// What the next phase is given.
async fn given(acme: &Acme) -> Option<WorkGit> {
    let runner = acme.runner().await;
    acme.start(json!({"plan-only": true})).await;
    let item = runner.claim().await.unwrap();
    item.succeed(json!({})).await;
    item.claim.context.git.clone()
}

/// Real `tofu init`, with what a phase is given as a runner lays it out.
fn init(source: &str, git: &WorkGit) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let (files, config) = (folder.path().join("git"), folder.path().join("config"));
    for directory in [&files, &config] {
        std::fs::create_dir(directory).unwrap();
    }
    let placed = |text: &str| text.replace(GIT_DIRECTORY, files.to_str().unwrap());
    for (name, content) in &git.files {
        write_private(&files.join(name), &placed(content));
    }
    std::fs::write(config.join("main.tf"), source).unwrap();
    Command::new(tools::find().unwrap().tofu)
        .args(["init", "-input=false", "-no-color"])
        .current_dir(&config)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", folder.path())
        .envs(git.environment.iter().map(|(name, value)| (name, placed(value))))
        .output()
        .unwrap()
}

fn write_private(path: &Path, content: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_gets_what_was_given_to_it_and_tofu_gets_the_modules() {
    let server = GitServer::start_tls().unwrap();
    let modules = server.create("modules/net").unwrap();
    modules
        .commit(
            "main",
            "First",
            &[Change::file("deep/main.tf", "output \"a\" {\n  value = 1\n}\n")],
        )
        .unwrap();
    server.http().require(Some(("ada", PASSWORD)));
    let over_ssh = server.ssh().unwrap();
    let acme = Acme::new().await;
    assert_eq!(given(&acme).await, None);

    let https = json!({"method": "basic", "url": server.http().origin(), "username": "ada", "password": PASSWORD,
        "ca-certificate": server.http().certificate()});
    let https = integration(&acme, "https", https).await;
    let origin = format!("ssh://127.0.0.1:{}", over_ssh.port);
    let ssh = json!({"method": "ssh", "url": origin, "host-keys": over_ssh.known_host, "private-key": over_ssh.key});
    let ssh = integration(&acme, "ssh", ssh).await;
    for one in [&https, &ssh] {
        assign(&acme.owner, one, &acme.workspace, 200).await;
    }
    let git = given(&acme).await.unwrap();
    let environment = format!("{:?}", git.environment);
    assert!(
        !environment.contains("canary") && !environment.contains("PRIVATE KEY"),
        "{environment}"
    );
    assert!(git.secrets.iter().any(|secret| secret == PASSWORD));
    let source = format!(
        "module \"https\" {{\n  source = \"git::{}//deep?ref=main\"\n}}\nmodule \"ssh\" {{\n  source = \"git::{}//deep\"\n}}\n",
        server.url("modules/net"),
        over_ssh.url("modules/net"),
    );
    let said = init(&source, &git);
    let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
    assert!(said.status.success() && !text.contains("canary"), "{text}");

    // The SSH key of the workspace opens every host whose key is pinned.
    let path = format!("/api/v2/integrations/{ssh}/assignments/{}", acme.workspace);
    acme.owner.delete(&path).await.expect(204);
    assert!(!init(&source, &given(&acme).await.unwrap()).status.success());
    let key = ssh_key(&acme, &over_ssh.key).await;
    choose(&acme.owner, &acme.workspace, json!(key), 200).await;
    let path = format!("/api/v2/workspaces/{}/relationships/ssh-key", acme.workspace);
    assert_eq!(acme.owner.get(&path).await.expect(200).attribute("id"), &json!(key));
    let git = given(&acme).await.unwrap();
    assert!(git.files["known_hosts"].contains("github.com ssh-ed25519"));
    let said = init(&source, &git);
    let text = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(
        !said.status.success() && text.contains("key is known for"),
        "nobody pinned the host's key: {text}"
    );
    let pinned = json!({"method": "ssh", "url": "ssh://elsewhere.example.com", "host-keys": over_ssh.known_host,
        "private-key": over_ssh.key});
    let pinned = integration(&acme, "pinned", pinned).await;
    assign(&acme.owner, &pinned, &acme.workspace, 200).await;
    let said = init(&source, &given(&acme).await.unwrap());
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));

    acme.owner.delete(&format!("/api/v2/ssh-keys/{key}")).await.expect(409);
    choose(&acme.owner, &acme.workspace, Value::Null, 200).await;
    acme.owner.delete(&format!("/api/v2/ssh-keys/{key}")).await.expect(204);
}

#[tokio::test]
async fn nobody_gives_a_key_that_he_may_not_use() {
    let acme = Acme::new().await;
    let server = GitServer::start().unwrap();
    let key = ssh_key(&acme, &server.ssh().unwrap().key).await;
    let reader = acme.member("rita", "read", "acme").await;
    choose(&reader, &acme.workspace, json!(key), 403).await;
    let maintainer = acme.member("mia", "maintain", &acme.workspace).await;
    choose(&maintainer, &acme.workspace, json!(key), 404).await;
    choose(&maintainer, &acme.workspace, Value::Null, 200).await;
    choose(&acme.owner, &acme.workspace, json!("sshkey-0000000000000000"), 404).await;
    let body = json!({"data": {"type": "organizations", "attributes": {"name": "other"}}});
    acme.owner.post("/api/v2/organizations", body).await.expect(201);
    let body = document("workspaces", json!({"name": "elsewhere"}));
    let other = acme
        .owner
        .post("/api/v2/organizations/other/workspaces", body)
        .await
        .expect(201)
        .id();
    choose(&acme.owner, &other, json!(key), 404).await;
    assert_eq!(given(&acme).await, None);
}
