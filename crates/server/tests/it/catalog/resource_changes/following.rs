//! What is new of a resource, and those that stand on it.

use std::time::Duration;

use serde_json::{Value, json};

use super::shop::Shop;
use crate::support::{State, document};

/// A network with a database that is there.
async fn two(shop: &Shop) -> (String, String) {
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.carry_out(&database, State::new(1).output("endpoint", "db-1", false))
        .await;
    (network, database)
}

/// The network has another id from now on.
async fn renumber(shop: &Shop, network: &str, id: &str, serial: u64) {
    shop.acme.app.pass(Duration::from_secs(60));
    let cidr = format!("10.{serial}.0.0/16");
    let asked = shop
        .update(&shop.acme.owner, network, json!({"values": {"cidr": cidr}}))
        .await;
    assert!(asked.status < 300, "{}", asked.text());
    shop.carry_out(network, State::new(serial).output("network_id", id, false))
        .await;
}

async fn when_stale(shop: &Shop, resource: &str, rule: &str) {
    let shown = shop.resource(resource).await;
    let project = shown.body["data"]["relationships"]["project"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/api/v2/projects/{project}/catalog-rules");
    let body = document("catalog-rules", json!({"when-stale": rule}));
    shop.acme.owner.patch(&path, body).await.expect(200);
}

fn reasons(stale: &Value) -> Vec<(&str, &str)> {
    let reasons = stale.as_array().unwrap().iter();
    reasons
        .map(|one| (one["what"].as_str().unwrap(), one["name"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_is_stale_until_it_took_what_is_new() {
    let shop = Shop::new().await;
    let (network, database) = two(&shop).await;
    renumber(&shop, &network, "net-1", 2).await;
    assert_eq!(reasons(shop.resource(&database).await.attribute("stale")), []);
    renumber(&shop, &network, "net-2", 3).await;
    assert_eq!(
        reasons(shop.resource(&database).await.attribute("stale")),
        [("output", "network_id")]
    );
    assert_eq!(shop.status(&database).await, "applied", "nothing happens by itself");

    shop.acme.app.pass(Duration::from_secs(60));
    let path = format!("/api/v2/resources/{database}/actions/refresh");
    let asked = shop.acme.owner.post(&path, json!({})).await;
    assert!(asked.status < 300, "{}", asked.text());
    shop.carry_out(&database, State::new(2).output("endpoint", "db-1", false))
        .await;
    assert_eq!(reasons(shop.resource(&database).await.attribute("stale")), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_child_follows_as_its_project_says() {
    let shop = Shop::new().await;
    let (network, database) = two(&shop).await;
    when_stale(&shop, &network, "plan").await;
    renumber(&shop, &network, "net-2", 2).await;
    shop.acme.app.pass(Duration::from_secs(60));
    shop.plan().await;
    let change = shop.change(&database).await;
    assert_eq!(change.attribute("status"), "waiting");
    assert_eq!(change.attribute("reason"), "Stale: output network_id of main changed.");
    assert_eq!(change.attribute("requested-by"), "Slipway");
    shop.act(&shop.acme.owner, &database, "confirm").await.expect(200);
    shop.apply(State::new(2).output("endpoint", "db-1", false)).await;
    assert_eq!(reasons(shop.resource(&database).await.attribute("stale")), []);

    when_stale(&shop, &network, "apply").await;
    renumber(&shop, &network, "net-3", 3).await;
    shop.acme.app.pass(Duration::from_secs(60));
    let planning = shop.claim().await;
    let given = planning
        .claim
        .context
        .variables
        .iter()
        .find(|one| one.key == "network_id")
        .unwrap();
    assert_eq!(given.value, "net-3");
    planning.succeed(json!({"add": 1})).await;
    shop.apply(State::new(3).output("endpoint", "db-1", false)).await;
    assert_eq!(shop.status(&database).await, "applied");
    assert_eq!(reasons(shop.resource(&database).await.attribute("stale")), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_planned_before_the_news_stays_stale() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.plan().await;
    renumber(&shop, &network, "net-2", 2).await;
    shop.act(&shop.acme.owner, &database, "confirm").await.expect(200);
    shop.apply(State::new(1).output("endpoint", "db-1", false)).await;
    let shown = shop.resource(&database).await;
    assert_eq!(reasons(shown.attribute("stale")), [("output", "network_id")]);
}
