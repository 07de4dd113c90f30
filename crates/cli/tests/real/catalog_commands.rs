//! What the command line says of the catalog beside orders: rules of projects, tags and settings, schedules of resources, blueprints
//! in files; with real OpenTofu where something runs.

use std::fs;

use slipway_api::ids::ResourceId;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_testing::git_server::Change;

use crate::catalog::Catalog;
use crate::slipway::Database;

const NETWORK: &str = r#"
variable "region" {
  type = string
}
variable "tags" {
  type    = map(string)
  default = {}
}
resource "terraform_data" "network" {
  input = "${var.region}: ${jsonencode(var.tags)}"
}
output "said" {
  value = terraform_data.network.output
}
"#;

const CATALOG: &str = r#"
kind: template
key: network
name: Network
required-settings: [region]
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

const BLUEPRINT: &str = r#"
kind: blueprint
name: shop
parts:
  - {name: net, template: network, settings: [{name: region, value: west}]}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_project_says_what_its_resources_have() {
    let catalog = Catalog::new(Database::Sqlite, &[Change::file("network/main.tf", NETWORK)]).await;
    let text = CATALOG.replace("URL", &catalog.url());
    catalog.publish("catalog.yaml", &text).await;
    let create = ["resource", "create", "network", "--name", "main"];
    let home = catalog.slipway.home.path();
    let refused = catalog.slipway.command(home, &create).await;
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && told.contains("region"), "{told}");

    let rules = [
        "project",
        "rules",
        "set",
        "default",
        "--setting",
        "region=north",
        "--tag",
        "team=shop",
    ];
    let shown = catalog.command(&rules).await;
    assert!(shown.contains("region=north") && shown.contains("team=shop"), "{shown}");
    let mine = ["--own-tag", "note=first", "--auto-apply", "--output", "json"];
    let made = catalog.command(&[&create[..], &mine].concat()).await;
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let main: ResourceId = made["id"].as_str().unwrap().parse().unwrap();
    catalog.until(main, 1, ResourceChangeStatus::Applied).await;
    let outputs = catalog.outputs(main).await;
    assert!(
        outputs.contains("north") && outputs.contains("team") && outputs.contains("note"),
        "{outputs}"
    );

    let rules = [
        "project",
        "rules",
        "set",
        "default",
        "--setting",
        "region=south",
        "--when-stale",
        "apply",
    ];
    catalog.command(&rules).await;
    catalog.until(main, 2, ResourceChangeStatus::Applied).await;
    assert!(catalog.outputs(main).await.contains("south"));
    let changed = [
        "resource",
        "update",
        "network/main",
        "--setting",
        "region=east",
        "--auto-apply",
    ];
    catalog.command(&changed).await;
    catalog.until(main, 3, ResourceChangeStatus::Applied).await;
    assert!(catalog.outputs(main).await.contains("east"));

    let schedule = [
        "schedule",
        "create",
        "--resource",
        "network/main",
        "--action",
        "plan",
        "--cron",
        "0 3 * * 0",
    ];
    catalog.command(&schedule).await;
    let listed = catalog
        .command(&["schedule", "list", "--resource", "network/main"])
        .await;
    assert!(listed.contains("plan"), "{listed}");

    fs::write(home.join("shop.yaml"), BLUEPRINT).unwrap();
    let apply = ["catalog", "apply", "-f", "shop.yaml"];
    let first = catalog.command(&apply).await;
    assert!(first.contains("+ create blueprint shop"), "{first}");
    let again = catalog
        .slipway
        .command(home, &[&apply[..], &["--dry-run"]].concat())
        .await;
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stdout));
    fs::write(home.join("shop.yaml"), format!("{BLUEPRINT}description: A shop\n")).unwrap();
    let changed = catalog.command(&apply).await;
    assert!(
        changed.contains("~ update blueprint shop") && changed.contains("description"),
        "{changed}"
    );
}
