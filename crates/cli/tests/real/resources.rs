//! What people order from the catalog, made by real OpenTofu: planned, confirmed, applied, followed, destroyed; also when the
//! server is killed on the way.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;
use slipway_api::resource_changes::{ResourceChangeStatus, WhenStale};
use slipway_api::resources::{CatalogResourceChanges, ResourceState};
use slipway_api::workflows::{NewWorkflow, WorkflowKind, WorkflowStatus};
use slipway_testing::git_server::Change;
use tokio::time::Instant;

use crate::catalog::{Catalog, one};
use crate::slipway::Database;
use crate::wait::PATIENCE;

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

const DATABASE: &str = r#"
variable "network_id" {
  type = string
}
resource "terraform_data" "database" {
  input = "db in ${var.network_id}"
}
output "endpoint" {
  value = terraform_data.database.output
}
output "password" {
  value     = "hunter2"
  sensitive = true
}
"#;

/// Two templates, `network` and `database`.
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

async fn small(database: Database) -> Catalog {
    let files = [
        Change::file("network/main.tf", NETWORK),
        Change::file("database/main.tf", DATABASE),
    ];
    let catalog = Catalog::new(database, &files).await;
    catalog
        .publish("catalog.yaml", &CATALOG.replace("URL", &catalog.url()))
        .await;
    catalog
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_is_made_followed_and_destroyed(#[case] database: Database) {
    use ResourceChangeStatus::{Applied, Waiting};
    let catalog = small(database).await;
    let network = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "auto-apply": true});
    let network = catalog.order(network).await;
    // Its order waits for the network's.
    let orders = catalog
        .order(json!({"template": "database", "name": "orders", "parents": [network]}))
        .await;
    catalog.until(network, 1, Applied).await;
    let change = catalog.until(orders, 1, Waiting).await;
    assert!(catalog.outputs(network).await.contains("net-10.0.0.0/16"));
    catalog.confirm(change).await;
    catalog.until(orders, 1, Applied).await;
    let outputs = catalog.outputs(orders).await;
    assert!(
        outputs.contains("db in net-10.0.0.0/16") && !outputs.contains("hunter2"),
        "{outputs}"
    );

    catalog.follow(network, WhenStale::Apply).await;
    let changes = CatalogResourceChanges {
        values: Some([("cidr".to_owned(), json!("10.9.0.0/16"))].into()),
        ..CatalogResourceChanges::default()
    };
    catalog.change(network, changes).await;
    catalog.until(network, 2, Applied).await;
    catalog.until(orders, 2, Applied).await;
    assert!(catalog.outputs(orders).await.contains("db in net-10.9.0.0/16"));
    assert!(catalog.shown(orders).await.attributes.stale.is_empty());

    catalog.destroy(orders, 3).await;
    catalog.destroy(network, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_survives_a_server_that_is_killed_again_and_again() {
    let catalog = small(Database::Sqlite).await;
    let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}});
    let network = catalog.order(wanted).await;
    for _ in 0..4 {
        catalog.slipway.server.kill();
        catalog.slipway.server.restart().await;
    }
    let change = catalog.until(network, 1, ResourceChangeStatus::Waiting).await;
    catalog.confirm(change).await;
    catalog.until(network, 1, ResourceChangeStatus::Applied).await;
    let shown = catalog.shown(network).await;
    assert_eq!(shown.attributes.revision, 1);
    let workspace = one(&shown, "workspace").parse().unwrap();
    let filter = slipway_client::RunFilter { status: None };
    let runs = catalog.slipway.client.runs(workspace, &filter).all().await.unwrap();
    assert_eq!(runs.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cascade_goes_on_though_its_server_is_killed_again_and_again() {
    use ResourceChangeStatus::Applied;
    let catalog = small(Database::Sqlite).await;
    let network = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "auto-apply": true});
    let network = catalog.order(network).await;
    let mut all = vec![network];
    for name in ["orders", "carts"] {
        let database = json!({"template": "database", "name": name, "parents": [network], "auto-apply": true});
        all.push(catalog.order(database).await);
    }
    for resource in &all {
        catalog.until(*resource, 1, Applied).await;
    }
    let client = &catalog.slipway.client;
    let wanted = NewWorkflow {
        kind: WorkflowKind::Destroy,
        resources: vec![network],
        auto_apply: true,
        start: true,
        ..serde_json::from_value(json!({"kind": "destroy"})).unwrap()
    };
    let workflow = client
        .create_workflow(&catalog.slipway.organization, wanted)
        .await
        .unwrap();
    let workflow = workflow.id.parse().unwrap();
    // Killed at a moment of each step's own: while it is asked for, planned, applied, and when the next begins.
    for pause in [0, 150, 400, 700, 250] {
        tokio::time::sleep(Duration::from_millis(pause)).await;
        catalog.slipway.server.kill();
        catalog.slipway.server.restart().await;
    }
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = client.workflow(workflow).await.unwrap().attributes;
        if found.status == WorkflowStatus::Succeeded {
            break;
        }
        let is_running = found.status == WorkflowStatus::Running;
        assert!(is_running && Instant::now() < deadline, "{found:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    for resource in all {
        let changes = client.changes_of_resource(resource).all().await.unwrap();
        assert_eq!(changes.len(), 2, "it was asked for once: {changes:?}");
        assert_eq!(catalog.state(resource).await, ResourceState::Destroyed);
    }
}
