//! The seven templates of `examples/catalog`, as a team lives with them: ordered as a tree, followed when something below
//! changes, taken to a version that breaks, and destroyed together.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};
use slipway_api::ids::ResourceId;
use slipway_api::resource_changes::ResourceChangeStatus::{Applied, Failed};
use slipway_api::resource_changes::WhenStale;
use slipway_api::resources::{CatalogResourceChanges, ResourceState};
use slipway_api::source_code_versions::SourceCodeVersion;
use slipway_client::VersionFilter;
use slipway_testing::checkout;
use slipway_testing::git_server::Change;

use crate::catalog::{Catalog, one};
use crate::slipway::Database;

/// A second version of the database: its size is called otherwise, and somebody has to say it.
fn breaking() -> Change {
    let folder = checkout::root().join("examples/catalog/modules/database");
    let text = fs::read_to_string(folder.join("variables.tf")).unwrap();
    let before = "variable \"size\" {\n  description = \"How large the machine is.\"\n  type        = string\n  default     = \"small\"\n}";
    assert!(text.contains(before));
    let after = "variable \"tier\" {\n  description = \"How large the machine is.\"\n  type        = string\n}";
    Change::file("modules/database/variables.tf", &text.replace(before, after))
}

fn uses_tier() -> Change {
    let folder = checkout::root().join("examples/catalog/modules/database");
    let text = fs::read_to_string(folder.join("main.tf")).unwrap();
    Change::file("modules/database/main.tf", &text.replace("var.size", "var.tier"))
}

/// One resource of each template; the ids by template.
async fn ordered(catalog: &Catalog) -> BTreeMap<&'static str, ResourceId> {
    let order = async |template: &str, parents: Vec<ResourceId>, name: Option<&str>, values: Value| {
        let mut wanted = json!({"template": template, "parents": parents, "values": values, "auto-apply": true});
        if let Some(name) = name {
            wanted["name"] = name.into();
        }
        catalog.order(wanted).await
    };
    let account = json!({"name": "shop", "owner": "shop@example.test", "cost_center": 1200});
    let account = order("account", Vec::new(), None, account).await;
    // The region is called after an output of the account.
    catalog.until(account, 1, Applied).await;
    let region = order("region", vec![account], None, json!({"region": "eu-west-1"})).await;
    assert_eq!(
        catalog.shown(region).await.attributes.specification.name.as_str(),
        "shop-eu-west-1"
    );
    // What stands on something that is not there yet waits for it.
    let network = order("network", vec![region], Some("main"), json!({})).await;
    let on = |name| (vec![network], Some(name));
    let (parents, name) = on("compute");
    let cluster = order("cluster", parents, name, json!({})).await;
    let (parents, name) = on("orders");
    let database = order("database", parents, name, json!({"name": "orders", "size": "medium"})).await;
    let (parents, name) = on("edge");
    let listeners = json!({"listeners": [{"port": 443, "backend": ["shop", 8080]}]});
    let load_balancer = order("load-balancer", parents, name, listeners).await;
    let bucket = order("bucket", vec![region], Some("files"), json!({"name": "files"})).await;
    BTreeMap::from([
        ("account", account),
        ("region", region),
        ("network", network),
        ("cluster", cluster),
        ("database", database),
        ("load-balancer", load_balancer),
        ("bucket", bucket),
    ])
}

/// The version that new databases take.
async fn recommended(catalog: &Catalog) -> (String, SourceCodeVersion) {
    let all = catalog
        .slipway
        .client
        .source_code_versions(&catalog.slipway.organization, VersionFilter::default())
        .all()
        .await
        .unwrap();
    let is_it = |version: &SourceCodeVersion| version.template.as_str() == "database" && version.is_recommended;
    let found = all.into_iter().find(|one| is_it(&one.attributes)).unwrap();
    (found.id, found.attributes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_tree_is_ordered_followed_taken_further_and_destroyed() {
    let catalog = Catalog::empty(Database::Sqlite).await;
    let url = catalog.url();
    let made = catalog.command(&["demo", "catalog", &url]).await;
    assert_eq!(made.matches("+ create template ").count(), 7, "{made}");
    let again = catalog.command(&["demo", "catalog", &url]).await;
    assert!(!again.contains("create"), "{again}");
    let all = ordered(&catalog).await;
    for id in all.values() {
        catalog.until(*id, 1, Applied).await;
    }
    assert!(catalog.outputs(all["network"]).await.contains("eu-west-1c"));

    // One zone less: the network has another subnet map, and what stands in it follows.
    catalog.follow(all["region"], WhenStale::Apply).await;
    let zones = CatalogResourceChanges {
        values: Some(BTreeMap::from([
            ("region".to_owned(), json!("eu-west-1")),
            ("zones".to_owned(), json!(2)),
        ])),
        ..CatalogResourceChanges::default()
    };
    catalog.change(all["region"], zones).await;
    for template in ["region", "network", "cluster", "database", "load-balancer"] {
        catalog.until(all[template], 2, Applied).await;
    }
    assert!(!catalog.outputs(all["network"]).await.contains("eu-west-1c"));
    for id in all.values() {
        assert!(catalog.shown(*id).await.attributes.stale.is_empty());
    }

    // A version that breaks says so, and its upgrade says what is missing.
    catalog.tag("v2.0.0", &[breaking(), uses_tier()]);
    let version = "kind: source-code-version\ntemplate: database\nsource-code: modules\ntag: v2.0.0\n\
                   directory: modules/database\nlifecycle: active\nvariables:\n  \
                   - {name: network_id, reference: {template: network, output: network_id}}\n  \
                   - {name: subnets, reference: {template: network, output: subnets}}\n";
    catalog.publish("v2.yaml", version).await;
    let (id, version) = recommended(&catalog).await;
    let notes = serde_json::to_string(&version.notes).unwrap();
    assert!(
        version.name == "v2.0.0" && notes.contains("size") && notes.contains("tier"),
        "{notes}"
    );
    let home = catalog.slipway.home.path();
    let upgrade = ["workflow", "upgrade", &id, "--start", "--auto-apply", "--wait"];
    let refused = catalog.slipway.command(home, &upgrade).await;
    assert!(!refused.status.success());
    let told = format!(
        "{}{}",
        String::from_utf8_lossy(&refused.stdout),
        String::from_utf8_lossy(&refused.stderr)
    );
    assert!(told.contains("orders") && told.contains("tier"), "{told}");
    let values = [("name", json!("orders")), ("tier", json!("gold"))];
    let further = CatalogResourceChanges {
        source_code_version: Some(id.parse().unwrap()),
        values: Some(
            values
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        ),
        ..CatalogResourceChanges::default()
    };
    let before = catalog.newest(all["database"]).await.1.number;
    catalog.change(all["database"], further).await;
    catalog.until(all["database"], before + 1, Applied).await;

    let account = all["account"].to_string();
    let destroy = ["workflow", "destroy", &account, "--start", "--auto-apply", "--wait"];
    let told = catalog.command(&destroy).await;
    assert!(told.contains("succeeded"), "{told}");
    for (template, id) in &all {
        let shown = catalog.shown(*id).await;
        assert_eq!(shown.attributes.state, ResourceState::Destroyed, "{template}");
        let workspace = one(&shown, "workspace").parse().unwrap();
        let workspace = catalog.slipway.client.workspace(workspace).await.unwrap();
        assert_eq!(workspace.attributes.resource_count, 0, "{template}");
    }
    assert!(catalog.newest(all["database"]).await.1.status != Failed);
}
