//! Looking: trees, outputs, a secret that is looked at and noted.

use serde_json::{Value, json};

use super::store::Store;
use crate::support::document;

#[tokio::test(flavor = "multi_thread")]
async fn a_tree_is_walked_both_ways() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let network = store.network("main", &account).await;
    let wanted = json!({"template": "database", "parents": [network],
        "values": {"environment": "test", "password": "s3cret"}});
    let database = store.order(wanted).await.expect(201).id();
    let names = |answer: &crate::support::Answer| -> Vec<String> {
        let nodes = answer.attribute("nodes").as_array().unwrap();
        let name = |node: &Value| format!("{}/{}", node["template-key"].as_str().unwrap(), node["distance"]);
        nodes.iter().map(name).collect()
    };
    let up = store.get(&database, "/tree").await;
    assert_eq!(names(&up), ["database/0", "network/1", "account/2"]);
    let down = store.get(&account, "/tree?direction=children").await;
    assert_eq!(names(&down), ["account/0", "network/1", "database/2"]);
    assert_eq!(down.attribute("edges").as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_output_is_shown_to_who_may_and_noted() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let network = store.made_network("main", &account).await;
    let outputs = store.get(&network, "/outputs").await;
    let all = outputs.attribute("outputs").as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = all.iter().map(|one| (&one["name"], &one["value"])).collect();
    assert_eq!(
        shown,
        [(&json!("key"), &Value::Null), (&json!("network_id"), &json!("net-1"))]
    );
    let path = format!("/api/v2/resources/{network}/outputs/key/actions/reveal");
    let role = json!({"name": "viewer", "permissions": ["organization.read", "resource.read"]});
    let roles = "/api/v2/organizations/acme/roles";
    store.acme.owner.post(roles, document("roles", role)).await.expect(201);
    let viewer = store.acme.member("vera", "viewer", "acme").await;
    viewer.post(&path, json!({})).await.expect(403);
    let value = store.acme.owner.post(&path, json!({})).await.expect(200);
    assert_eq!(value.attribute("value"), "hunter2");
    let events = "/api/v2/organizations/acme/events?page[size]=100";
    let told = store.acme.owner.get(events).await.expect(200).text();
    assert!(told.contains("resource.output-revealed") && !told.contains("hunter2"));
}
