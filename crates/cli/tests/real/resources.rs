//! What people order from the catalog, made by real OpenTofu: planned, confirmed, applied, followed, destroyed; also when the
//! server is killed on the way.

use std::fs;
use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use slipway_api::ids::{ResourceChangeId, ResourceId};
use slipway_api::resource_changes::{
    CatalogRulesChanges, ResourceChange, ResourceChangeDecision, ResourceChangeStatus, WhenStale,
};
use slipway_api::resources::{CatalogResourceChanges, NewCatalogResource, ResourceRequest, ResourceState};
use slipway_testing::git_server::{Change, GitServer};
use tokio::time::Instant;

use crate::credentials::REACH_US;
use crate::slipway::{Database, Slipway};
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

/// A server with two templates, `network` and `database`, in a real repository.
struct Catalog {
    slipway: Slipway,
    _server: GitServer,
}

impl Catalog {
    async fn new(database: Database) -> Self {
        let slipway = Slipway::start_with(database, &REACH_US).await;
        let server = GitServer::start().unwrap();
        let repository = server.create("platform/small").unwrap();
        let files = [
            Change::file("network/main.tf", NETWORK),
            Change::file("database/main.tf", DATABASE),
        ];
        repository.commit("main", "Two modules", &files).unwrap();
        repository.git(&["tag", "v1.0.0", "main"]).unwrap();
        let version = |template: &str| {
            json!({"kind": "source-code-version", "template": template, "source-code": "small", "tag": "v1.0.0",
                "directory": template, "lifecycle": "active"})
        };
        let mut of_database = version("database");
        of_database["variables"] =
            json!([{"name": "network_id", "reference": {"template": "network", "output": "network_id"}}]);
        let documents = [
            json!({"kind": "template", "key": "network", "name": "Network"}),
            json!({"kind": "template", "key": "database", "name": "Database", "parents": [{"template": "network"}]}),
            json!({"kind": "source-code", "name": "small", "identifier": server.url("platform/small")}),
            version("network"),
            of_database,
        ];
        let home = slipway.home.path();
        for (number, document) in documents.iter().enumerate() {
            fs::write(home.join(format!("{number}.json")), document.to_string()).unwrap();
        }
        let files = ["0.json", "1.json", "2.json", "3.json", "4.json"];
        let mut arguments = vec!["catalog", "apply"];
        arguments.extend(files.iter().flat_map(|file| ["-f", *file]));
        let done = slipway.command(home, &arguments).await;
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        Self {
            slipway,
            _server: server,
        }
    }

    async fn order(&self, wanted: Value) -> ResourceId {
        let wanted: NewCatalogResource = serde_json::from_value(wanted).unwrap();
        let made = self
            .slipway
            .client
            .create_resource(&self.slipway.organization, wanted)
            .await;
        made.unwrap().id.parse().unwrap()
    }

    async fn newest(&self, resource: ResourceId) -> (ResourceChangeId, ResourceChange) {
        let all = self
            .slipway
            .client
            .changes_of_resource(resource)
            .up_to(1)
            .await
            .unwrap();
        let newest = all.into_iter().next().unwrap();
        (newest.id.parse().unwrap(), newest.attributes)
    }

    /// Waits until the newest change of a resource, of this number at least, is so far.
    async fn until(&self, resource: ResourceId, number: i64, status: ResourceChangeStatus) -> ResourceChangeId {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (id, change) = self.newest(resource).await;
            if change.number >= number && change.status == status {
                return id;
            }
            let has_failed = change.status == ResourceChangeStatus::Failed && status != change.status;
            assert!(!has_failed && Instant::now() < deadline, "{change:?}");
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn confirm(&self, change: ResourceChangeId) {
        let said = ResourceChangeDecision::default();
        self.slipway
            .client
            .decide_resource_change(change, "confirm", &said)
            .await
            .unwrap();
    }

    async fn outputs(&self, resource: ResourceId) -> String {
        let outputs = self.slipway.client.resource_outputs(resource).await.unwrap();
        serde_json::to_string(&outputs).unwrap()
    }

    async fn state(&self, resource: ResourceId) -> ResourceState {
        self.slipway
            .client
            .catalog_resource(resource)
            .await
            .unwrap()
            .0
            .attributes
            .state
    }

    async fn destroy(&self, resource: ResourceId, number: i64) {
        let request = ResourceRequest {
            reason: "Not needed any more".to_owned(),
            auto_apply: true,
        };
        self.slipway.client.destroy_resource(resource, &request).await.unwrap();
        self.until(resource, number, ResourceChangeStatus::Applied).await;
        assert_eq!(self.state(resource).await, ResourceState::Destroyed);
    }
}

#[rstest]
#[case(Database::Sqlite)]
#[case(Database::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_is_made_followed_and_destroyed(#[case] database: Database) {
    use ResourceChangeStatus::{Applied, Waiting};
    let catalog = Catalog::new(database).await;
    let client = &catalog.slipway.client;
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

    let (shown, tag) = client.catalog_resource(network).await.unwrap();
    let project = match &shown.relationships["project"].data {
        slipway_api::jsonapi::Linkage::One(project) => project.id.parse().unwrap(),
        other => panic!("{other:?}"),
    };
    let (_, rules) = client.catalog_rules(project).await.unwrap();
    let follow = CatalogRulesChanges {
        when_stale: Some(WhenStale::Apply),
        unapproved_fields: None,
    };
    client.update_catalog_rules(project, follow, &rules).await.unwrap();
    let changes = CatalogResourceChanges {
        values: Some([("cidr".to_owned(), json!("10.9.0.0/16"))].into()),
        auto_apply: true,
        ..CatalogResourceChanges::default()
    };
    client.update_resource(network, changes, &tag).await.unwrap();
    catalog.until(network, 2, Applied).await;
    catalog.until(orders, 2, Applied).await;
    assert!(catalog.outputs(orders).await.contains("db in net-10.9.0.0/16"));
    assert!(
        client
            .catalog_resource(orders)
            .await
            .unwrap()
            .0
            .attributes
            .stale
            .is_empty()
    );

    catalog.destroy(orders, 3).await;
    catalog.destroy(network, 3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_survives_a_server_that_is_killed_again_and_again() {
    let catalog = Catalog::new(Database::Sqlite).await;
    let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}});
    let network = catalog.order(wanted).await;
    for _ in 0..4 {
        catalog.slipway.server.kill();
        catalog.slipway.server.restart().await;
    }
    let change = catalog.until(network, 1, ResourceChangeStatus::Waiting).await;
    catalog.confirm(change).await;
    catalog.until(network, 1, ResourceChangeStatus::Applied).await;
    let (shown, _) = catalog.slipway.client.catalog_resource(network).await.unwrap();
    assert_eq!(shown.attributes.revision, 1);
    let workspace = match &shown.relationships["workspace"].data {
        slipway_api::jsonapi::Linkage::One(workspace) => workspace.id.parse().unwrap(),
        other => panic!("{other:?}"),
    };
    let filter = slipway_client::RunFilter { status: None };
    let runs = catalog.slipway.client.runs(workspace, &filter).all().await.unwrap();
    assert_eq!(runs.len(), 1);
}
