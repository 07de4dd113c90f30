//! Integrations, OAuth clients and SSH keys in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::operations::{Row, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// A private key of the real program, made once.
pub fn private_key() -> &'static str {
    static KEY: OnceLock<String> = OnceLock::new();
    KEY.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("key");
        let made = std::process::Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f"])
            .arg(&file)
            .status()
            .expect("ssh-keygen is missing: install openssh-client");
        assert!(made.success());
        std::fs::read_to_string(&file).unwrap()
    })
}

fn application() -> Value {
    json!({"url": "https://git.example.com", "client-id": "slipway", "client-secret": "hidden"})
}

/// An integration that is assigned, one to assign, one to connect by browser, one to delete; a client with a token; keys.
pub async fn make(acme: &Acme, names: &mut Names) {
    let path = "/api/v2/organizations/acme/integrations";
    let variables = json!({"variables": {"A": "1"}});
    let wanted = [
        ("integration", "environment", variables.clone()),
        ("unassigned", "environment", variables.clone()),
        ("old_integration", "environment", variables),
        ("application", "gitea", application()),
    ];
    for (name, kind, settings) in wanted {
        let body = document(
            "integrations",
            json!({"name": name, "kind": kind, "settings": settings}),
        );
        names.insert(name, acme.owner.post(path, body).await.expect(201).id());
    }
    let assigned = format!(
        "/api/v2/integrations/{}/assignments/{}",
        names["integration"], acme.workspace
    );
    let body = document("integration-assignments", json!({}));
    acme.owner.json("PUT", &assigned, &body).await.expect(200);
    for (client, name) in [("oauth_client", "client"), ("old_client", "old-client")] {
        let body = json!({"service-provider": "github", "name": name, "http-url": "https://github.com",
            "api-url": "https://api.github.com", "oauth-token-string": "hidden"});
        let path = "/api/v2/organizations/acme/oauth-clients";
        names.insert(
            client,
            acme.owner
                .post(path, document("oauth-clients", body))
                .await
                .expect(201)
                .id(),
        );
    }
    for (token, client) in [("oauth_token", "oauth_client"), ("old_token", "old_client")] {
        names.insert(token, names[client].replace("oc-", "ot-"));
    }
    for (key, name) in [("ssh_key", "modules"), ("old_ssh_key", "old-modules")] {
        let body = document("ssh-keys", json!({"name": name, "value": private_key()}));
        let path = "/api/v2/organizations/acme/ssh-keys";
        names.insert(key, acme.owner.post(path, body).await.expect(201).id());
    }
}

pub fn rows() -> Vec<Row> {
    let variables = json!({"variables": {"A": "1"}});
    let client = json!({"service-provider": "gitea", "name": "another-client", "http-url": "https://git.example.com",
        "oauth-token-string": "hidden"});
    vec![
        call("list_integration_kinds"),
        call("list_integrations"),
        call("create_integration").send(
            "integrations",
            json!({"name": "another", "kind": "environment", "settings": variables}),
        ),
        call("get_integration"),
        call("update_integration").send("integrations", json!({"description": "Changed."})),
        call("test_integration"),
        call("test_integration_draft").send("integrations", json!({"kind": "environment", "settings": variables})),
        call("authorize_integration").on("integration", "application"),
        call("list_integration_uses"),
        call("list_integration_assignments"),
        call("list_workspace_integrations").on("workspace", "shop"),
        call("assign_integration")
            .on("integration", "unassigned")
            .on("target", "shop")
            .send("integration-assignments", json!({})),
        call("list_oauth_clients"),
        call("create_oauth_client").send("oauth-clients", client),
        call("get_oauth_client"),
        call("update_oauth_client").send("oauth-clients", json!({"oauth-token-string": "another"})),
        call("list_oauth_tokens"),
        call("list_oauth_client_tokens"),
        call("get_oauth_token"),
        call("update_oauth_token").send("oauth-tokens", json!({"ssh-key": private_key()})),
        call("list_ssh_keys"),
        call("create_ssh_key").send("ssh-keys", json!({"name": "more-modules", "value": private_key()})),
        call("get_ssh_key"),
        call("update_ssh_key").send("ssh-keys", json!({"name": "modules"})),
    ]
}

/// Those that delete.
pub fn deletions() -> Vec<Row> {
    vec![
        call("unassign_integration").on("target", "shop"),
        call("delete_integration").on("integration", "old_integration"),
        call("delete_oauth_token").on("oauth_token", "old_token"),
        call("delete_oauth_client").on("oauth_client", "old_client"),
        call("delete_ssh_key").on("ssh_key", "old_ssh_key"),
    ]
}
