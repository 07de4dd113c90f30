//! A project that is a demo, with real OpenTofu: a parent and a child are ordered, shown, changed and destroyed, and the states of
//! their workspaces stay empty.

use serde_json::json;
use slipway_api::ids::{ResourceId, WorkspaceId};
use slipway_api::resource_changes::ResourceChangeStatus::{Applied, Waiting};
use slipway_api::resources::{CatalogResourceChanges, ResourceState};
use slipway_client::RunFilter;
use slipway_testing::git_server::Change;

use crate::catalog::{Catalog, one};
use crate::slipway::Database;

const NETWORK: &str = r#"
variable "cidr" {
  type = string
}
resource "terraform_data" "network" {
  input = var.cidr
}
output "network_id" {
  value = "net-${var.cidr}"
}
output "made" {
  value = terraform_data.network.id
}
output "key" {
  value     = "hunter2"
  sensitive = true
}
"#;

const DATABASE: &str = r#"
variable "network_id" {
  type = string
}
resource "terraform_data" "database" {
  input = var.network_id
}
output "endpoint" {
  value = "db in ${var.network_id}"
}
"#;

const CATALOG: &str = r#"
kind: template
key: network
name: Network
---
kind: template
key: database
name: Database
parents: [{template: network}]
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
---
kind: source-code-version
template: database
source-code: small
tag: v1.0.0
directory: database
lifecycle: active
variables: [{name: network_id, reference: {template: network, output: network_id}}]
"#;

async fn workspace(catalog: &Catalog, resource: ResourceId) -> WorkspaceId {
    one(&catalog.shown(resource).await, "workspace").parse().unwrap()
}

/// Nothing is in the state of the resource's workspace, and nothing there could ever be applied.
async fn require_empty(catalog: &Catalog, resource: ResourceId) {
    let client = &catalog.slipway.client;
    let id = workspace(catalog, resource).await;
    assert_eq!(client.workspace(id).await.unwrap().attributes.resource_count, 0);
    let states = client.state_versions(id).all().await.unwrap();
    assert!(states.is_empty(), "it never had a state: {states:?}");
    let runs = client.runs(id, &RunFilter { status: None }).all().await.unwrap();
    assert!(runs.iter().all(|run| run.attributes.plan_only), "{runs:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_shows_everything_and_makes_nothing() {
    let files = [
        Change::file("network/main.tf", NETWORK),
        Change::file("database/main.tf", DATABASE),
    ];
    let catalog = Catalog::new(Database::Sqlite, &files).await;
    catalog
        .publish("catalog.yaml", &CATALOG.replace("URL", &catalog.url()))
        .await;
    let made = catalog
        .command(&["project", "create", "trial", "--output", "json"])
        .await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let told = catalog
        .command(&["project", "rules", "set", "trial", "--demo", "true"])
        .await;
    assert!(told.contains("planned, and never made"), "{told}");

    let network =
        json!({"template": "network", "project": made["id"], "name": "main", "values": {"cidr": "10.0.0.0/16"}});
    let network = catalog.order(network).await;
    let change = catalog.until(network, 1, Waiting).await;
    catalog.confirm(change).await;
    catalog.until(network, 1, Applied).await;
    assert_eq!(catalog.state(network).await, ResourceState::Provisioned);
    let outputs = catalog.command(&["resource", "outputs", "network/main"]).await;
    let line = |name: &str| outputs.lines().find(|line| line.starts_with(name)).unwrap().to_owned();
    assert!(line("network_id").contains("net-10.0.0.0/16"), "{outputs}");
    assert!(line("made").contains("known after an apply only"), "{outputs}");
    assert!(line("key").contains("(secret)"), "{outputs}");
    let key = catalog.command(&["resource", "outputs", "network/main", "key"]).await;
    assert_eq!(key.trim(), "hunter2");

    let orders = json!({"template": "database", "project": made["id"], "name": "orders", "parents": [network], "auto-apply": true});
    let orders = catalog.order(orders).await;
    catalog.until(orders, 1, Applied).await;
    assert!(catalog.outputs(orders).await.contains("db in net-10.0.0.0/16"));
    let listed = catalog.command(&["resource", "list"]).await;
    assert_eq!(listed.matches("provisioned, demo").count(), 2, "{listed}");

    let changes = CatalogResourceChanges {
        values: Some([("cidr".to_owned(), json!("10.9.0.0/16"))].into()),
        ..CatalogResourceChanges::default()
    };
    catalog.change(network, changes).await;
    catalog.until(network, 2, Applied).await;
    assert!(catalog.outputs(network).await.contains("net-10.9.0.0/16"));
    assert_eq!(catalog.shown(orders).await.attributes.stale.len(), 1);

    catalog.destroy(orders, 2).await;
    catalog.destroy(network, 3).await;
    require_empty(&catalog, orders).await;
    require_empty(&catalog, network).await;
    for resource in ["database/orders", "network/main"] {
        catalog.command(&["resource", "delete", resource, "--yes"]).await;
    }
    catalog
        .command(&["project", "rules", "set", "trial", "--demo", "false"])
        .await;
}
