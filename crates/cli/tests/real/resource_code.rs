//! The code of a resource: kept in a Git repository while the server is killed, and taken along, to go on with real OpenTofu.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_testing::git_server::Change;
use tokio::time::Instant;

use crate::catalog::Catalog;
use crate::slipway::Database;
use crate::wait::PATIENCE;

/// How often the repository is looked at.
const LOOK: Duration = Duration::from_millis(50);

const NETWORK: &str = r#"
variable "cidr" {
  type = string
}
resource "terraform_data" "network" {
  input = "net-${var.cidr}"
}
output "network_id" {
  value = terraform_data.network.output
}
"#;

const CATALOG: &str = r#"
kind: template
key: network
name: Network
---
kind: source-code
name: small
identifier: URL
---
kind: source-code-version
template: network
source-code: small
tag: v1.0.0
directory: network
lifecycle: active
"#;

/// What real OpenTofu says in a directory, in an environment of its own; it succeeds.
pub(crate) fn tofu(directory: &Path, arguments: &[&str]) -> String {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("tofu.rc"), "").unwrap();
    let done = std::process::Command::new(slipway_testing::tools::find().unwrap().tofu)
        .args(arguments)
        .current_dir(directory)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home.path())
        .env("TF_CLI_CONFIG_FILE", home.path().join("tofu.rc"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{arguments:?}: {said}");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resource_is_kept_in_git_and_taken_along() {
    let catalog = Catalog::new(Database::Sqlite, &[Change::file("network/main.tf", NETWORK)]).await;
    catalog
        .publish("catalog.yaml", &CATALOG.replace("URL", &catalog.url()))
        .await;
    let (live, address) = catalog.create("platform/live");
    let create = [
        "git-workspace",
        "create",
        "live",
        "--repository",
        &address,
        "--branch",
        "main",
    ];
    catalog.command(&create).await;
    catalog
        .command(&["git-workspace", "assign", "live", "--project", "default"])
        .await;
    let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}});
    let network = catalog.order(wanted).await;
    let change = catalog.until(network, 1, ResourceChangeStatus::Waiting).await;
    // Killed wherever it is: the branch comes, and comes once.
    catalog.slipway.server.kill();
    catalog.slipway.server.restart().await;
    let deadline = Instant::now() + PATIENCE;
    let until = async |branch: &str| {
        let path = format!("{branch}:network/default/main/main.tf");
        loop {
            if let Ok(text) = live.git(&["show", &path]) {
                return text;
            }
            assert!(Instant::now() < deadline, "{:?}", live.git(&["branch"]));
            tokio::time::sleep(LOOK).await;
        }
    };
    until("slipway/network/default/main/1").await;
    catalog.confirm(change).await;
    catalog.until(network, 1, ResourceChangeStatus::Applied).await;
    let code = until("main").await;
    assert!(code.contains("cidr   = \"10.0.0.0/16\""), "{code}");

    let directory = catalog.slipway.home.path().join("taken");
    let shown = directory.display().to_string();
    catalog
        .command(&["resource", "download", "network/main", "--directory", &shown])
        .await;
    let again = ["resource", "download", "network/main", "--directory", &shown];
    let refused = catalog.slipway.command(catalog.slipway.home.path(), &again).await;
    assert!(!refused.status.success(), "nothing is written over");
    let backend = fs::read_to_string(directory.join("backend.tf")).unwrap();
    let workspace = backend
        .split("in the workspace ")
        .nth(1)
        .unwrap()
        .split('.')
        .next()
        .unwrap();
    let state = catalog.command(&["state", "pull", "--workspace", workspace]).await;
    fs::write(directory.join("terraform.tfstate"), state).unwrap();
    assert_eq!(tofu(&directory, &["fmt", "-check", "-diff"]), "");
    tofu(&directory, &["init", "-input=false"]);
    tofu(&directory, &["validate"]);
    let plan = tofu(&directory, &["plan", "-input=false", "-no-color"]);
    assert!(
        plan.contains("has moved to module.main.terraform_data.network"),
        "{plan}"
    );
    assert!(plan.contains("Plan: 0 to add, 0 to change, 0 to destroy."), "{plan}");
}
