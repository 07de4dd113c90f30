//! Repositories over SSH at a real `sshd`: its key is shown, pinned, and missed when it changes.

use serde_json::{Value, json};
use slipway_testing::git_server::{Change, GitServer, SshServer};

use super::integration_tests::reach_this_machine;
use super::integrations::{change, make};
use crate::support::{Acme, TestApp, document};

async fn tested(acme: &Acme, integration: &str) -> Value {
    let path = format!("/api/v2/integrations/{integration}/actions/test");
    acme.owner.post(&path, json!({})).await.expect(200).body["data"]["attributes"].clone()
}

async fn pin(acme: &Acme, integration: &str, lines: &str) {
    let changes = json!({"settings": {"host-keys": lines}});
    change(acme, integration, changes).await.expect(200);
}

/// The server's keys, as the API shows them.
async fn shown(acme: &Acme, url: &str) -> Value {
    let path = "/api/v2/organizations/acme/repositories/actions/host-keys";
    let answer = acme.owner.post(path, json!({"address": url})).await.expect(200);
    answer.attribute("keys")[0].clone()
}

/// The line of a server's key as if another server had it.
fn line_at(server: &SshServer, port: u16) -> String {
    server.known_host.replace(&server.port.to_string(), &port.to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_believed_by_the_key_that_was_pinned() {
    let server = GitServer::start().unwrap();
    let infra = server.create("infra").unwrap();
    infra
        .commit("main", "First", &[Change::file("main.tf", "# 1")])
        .unwrap();
    let (over_ssh, other) = (server.ssh().unwrap(), server.ssh().unwrap());
    let url = format!("ssh://127.0.0.1:{}", over_ssh.port);
    let acme = Acme::on(TestApp::with(reach_this_machine).await).await;
    let settings = json!({"method": "ssh", "url": url, "private-key": over_ssh.key});
    let integration = make(&acme, "git", "plain", settings).await;
    let body = json!({"identifier": over_ssh.url("infra"), "integration-id": integration});
    let connect = async || {
        let path = "/api/v2/organizations/acme/repositories";
        acme.owner.post(path, document("repositories", body.clone())).await
    };

    // Nothing is pinned: nothing is fetched, and the test shows the key and says what to do.
    let key = shown(&acme, &url).await;
    let fingerprint = key["fingerprint"].as_str().unwrap().to_owned();
    assert_eq!(key["line"], over_ssh.known_host.trim());
    let found = tested(&acme, &integration).await;
    let error = found["error"].as_str().unwrap();
    assert!(
        error.contains(&fingerprint) && error.contains("none is pinned") && error.contains("host-keys ssh://127.0.0.1"),
        "{error}"
    );
    let refused = connect().await.expect(422);
    assert!(
        refused.body.to_string().contains("has no pinned key"),
        "{}",
        refused.body
    );

    // Pinned: it is what the test says, and it opens.
    pin(&acme, &integration, key["line"].as_str().unwrap()).await;
    let found = tested(&acme, &integration).await;
    assert_eq!(found["error"], Value::Null, "{found}");
    assert_eq!(found["account"], format!("SSH key at {url} ({fingerprint})"));
    let repository = connect().await.expect(201).id();
    let synchronize = async || {
        let path = format!("/api/v2/repositories/{repository}/actions/synchronize");
        acme.owner.post(&path, json!({})).await
    };
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# 2")])
        .unwrap();
    assert_eq!(synchronize().await.expect(200).attribute("status"), "ok");

    // Another key than the pinned one: nothing is fetched, and both are named.
    pin(&acme, &integration, &line_at(&other, over_ssh.port)).await;
    let refused = synchronize().await;
    assert_ne!(refused.status, 200, "{}", refused.body);
    assert!(
        refused
            .body
            .to_string()
            .contains("shows another key than the one that was pinned"),
        "{}",
        refused.body
    );
    let path = format!("/api/v2/repositories/{repository}");
    let row = acme.owner.get(&path).await.expect(200);
    assert_eq!(row.attribute("status"), "refused");
    let found = tested(&acme, &integration).await;
    let pinned = shown(&acme, &format!("ssh://127.0.0.1:{}", other.port)).await;
    let error = found["error"].as_str().unwrap();
    assert!(
        error.contains(&fingerprint) && error.contains(pinned["fingerprint"].as_str().unwrap()),
        "{error}"
    );

    // The right one again.
    pin(&acme, &integration, &over_ssh.known_host).await;
    assert_eq!(synchronize().await.expect(200).attribute("status"), "ok");
}
