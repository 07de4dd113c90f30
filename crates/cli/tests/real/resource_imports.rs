//! What real OpenTofu made elsewhere, brought into the catalog: planned by a real run on its state, also when the server is killed
//! on the way.

use std::fs;
use std::time::Duration;

use slipway_api::ids::ResourceId;
use slipway_api::jsonapi::Linkage;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_api::resources::ResourceState;
use slipway_testing::git_server::Change;
use tokio::time::Instant;

use crate::catalog::Catalog;
use crate::resource_code::tofu;
use crate::slipway::Database;
use crate::wait::PATIENCE;

/// How often the server is asked.
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

/// A configuration that calls the module, and has more.
const CALLER: &str = r#"
module "net" {
  source = "./network"
  cidr   = "10.1.0.0/16"
}
resource "terraform_data" "other" {}
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

async fn catalog() -> Catalog {
    let catalog = Catalog::new(Database::Sqlite, &[Change::file("network/main.tf", NETWORK)]).await;
    let text = CATALOG.replace("URL", &catalog.url());
    catalog.publish("catalog.yaml", &text).await;
    catalog
}

/// The state that real OpenTofu leaves of these files.
fn made(files: &[(&str, &str)], arguments: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    tofu(directory.path(), &["init", "-input=false"]);
    let apply = [&["apply", "-input=false", "-auto-approve"], arguments].concat();
    tofu(directory.path(), &apply);
    fs::read_to_string(directory.path().join("terraform.tfstate")).unwrap()
}

fn write(catalog: &Catalog, name: &str, text: &str) {
    fs::write(catalog.slipway.home.path().join(name), text).unwrap();
}

async fn import(catalog: &Catalog, arguments: &[&str]) -> ResourceId {
    let first = [
        "resource",
        "import",
        "network",
        "--set",
        "cidr=10.1.0.0/16",
        "--output",
        "json",
    ];
    let told = catalog.command(&[&first, arguments].concat()).await;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    told["id"].as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_running_is_there_without_being_made_anew() {
    let catalog = catalog().await;
    let state = made(&[("main.tf", NETWORK)], &["-var", "cidr=10.1.0.0/16"]);
    write(&catalog, "network.tfstate", &state);
    let main = import(&catalog, &["--name", "main", "--state", "network.tfstate"]).await;
    catalog.until(main, 1, ResourceChangeStatus::Applied).await;
    assert_eq!(catalog.state(main).await, ResourceState::Provisioned);
    assert!(catalog.outputs(main).await.contains("net-10.1.0.0/16"));

    // Of a configuration that calls the module: only outputs are new.
    let files = [("main.tf", CALLER), ("network/main.tf", NETWORK)];
    write(&catalog, "all.tfstate", &made(&files, &[]));
    let arguments = [
        "resource",
        "import",
        "network",
        "--name",
        "called",
        "--set",
        "cidr=10.1.0.0/16",
    ];
    let whole = [&arguments[..], &["--state", "all.tfstate"]].concat();
    let refused = catalog.slipway.command(catalog.slipway.home.path(), &whole).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        told.contains("DESTROY EVERYTHING") && told.contains("module.net fits"),
        "{told}"
    );
    let called = import(
        &catalog,
        &["--name", "called", "--state", "all.tfstate", "--module", "module.net"],
    )
    .await;
    let change = catalog.until(called, 1, ResourceChangeStatus::Waiting).await;
    let run: slipway_api::ids::RunId = one_of_change(&catalog, change).await;
    let log = catalog.slipway.log(run, "plan").await;
    assert!(
        log.contains("0 to add, 0 to change, 0 to destroy") || log.contains("Changes to Outputs"),
        "{log}"
    );
    catalog.confirm(change).await;
    catalog.until(called, 1, ResourceChangeStatus::Applied).await;
    assert!(catalog.outputs(called).await.contains("net-10.1.0.0/16"));
}

async fn one_of_change(catalog: &Catalog, change: slipway_api::ids::ResourceChangeId) -> slipway_api::ids::RunId {
    let shown = catalog.slipway.client.resource_change(change).await.unwrap();
    match &shown.relationships["run"].data {
        Linkage::One(run) => run.id.parse().unwrap(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_is_taken_over_while_the_server_is_killed_and_given_back() {
    let catalog = catalog().await;
    catalog.command(&["workspace", "create", "by-hand"]).await;
    let state = made(&[("main.tf", NETWORK)], &["-var", "cidr=10.0.0.0/16"]);
    write(&catalog, "network.tfstate", &state);
    catalog
        .command(&["state", "push", "network.tfstate", "--workspace", "by-hand", "--yes"])
        .await;
    let main = import(&catalog, &["--name", "main", "--from-workspace", "by-hand", "--yes"]).await;
    for _ in 0..3 {
        catalog.slipway.server.kill();
        catalog.slipway.server.restart().await;
    }
    let change = catalog.until(main, 1, ResourceChangeStatus::Waiting).await;
    let locked = catalog.command(&["workspace", "show", "by-hand"]).await;
    assert!(locked.contains("network/main"), "{locked}");
    let said = slipway_api::resource_changes::ResourceChangeDecision::default();
    let client = &catalog.slipway.client;
    client.decide_resource_change(change, "reject", &said).await.unwrap();
    catalog.slipway.server.kill();
    catalog.slipway.server.restart().await;
    let deadline = Instant::now() + PATIENCE;
    while !matches!(catalog.shown(main).await.relationships["workspace"].data, Linkage::None) {
        assert!(Instant::now() < deadline, "the copy stays");
        tokio::time::sleep(LOOK).await;
    }
    catalog.command(&["workspace", "lock", "by-hand"]).await;
    let pulled = catalog.command(&["state", "pull", "--workspace", "by-hand"]).await;
    assert_eq!(pulled.trim(), state.trim());
}
