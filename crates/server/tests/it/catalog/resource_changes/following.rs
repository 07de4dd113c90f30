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

/// Changes the rules of a resource's project.
async fn rules(shop: &Shop, resource: &str, rules: Value) -> crate::support::Answer {
    let shown = shop.resource(resource).await;
    let project = &shown.body["data"]["relationships"]["project"]["data"]["id"];
    let path = format!("/api/v2/projects/{}/catalog-rules", project.as_str().unwrap());
    shop.acme.owner.patch(&path, document("catalog-rules", rules)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_project_says_is_taken_by_those_who_say_nothing_nearer() {
    let shop = Shop::new().await;
    let (network, database) = two(&shop).await;
    let settings = json!([{"name": "size", "value": "20"}, {"name": "cidr", "value": "10.9.0.0/16"}]);
    let changed = rules(
        &shop,
        &network,
        json!({"settings": settings, "tags": [{"name": "team", "value": "shop"}]}),
    )
    .await;
    assert_eq!(changed.expect(200).attribute("settings")[0]["is-inherited"], true);
    shop.settle().await;
    // The network says its range itself.
    assert_eq!(shop.resource(&network).await.attribute("stale"), &json!([]));
    let shown = shop.resource(&database).await;
    assert_eq!(reasons(shown.attribute("stale")), [("setting", "size")]);
    assert_eq!(shown.attribute("stale")[0]["parent"], Value::Null);

    let form = shop
        .acme
        .owner
        .get(&format!("/api/v2/resources/{database}/form"))
        .await
        .expect(200);
    let values = form.attribute("values").as_array().unwrap().clone();
    let size = values.iter().find(|one| one["name"] == "size").unwrap();
    assert_eq!(
        (&size["value"], &size["origin"]["kind"]),
        (&json!(20), &json!("project"))
    );

    rules(
        &shop,
        &network,
        json!({"when-stale": "plan", "settings": [{"name": "size", "value": "30"}]}),
    )
    .await
    .expect(200);
    let item = shop.claim().await;
    let given = item
        .claim
        .context
        .variables
        .iter()
        .find(|one| one.key == "size")
        .unwrap();
    assert_eq!(given.value, "30");
    item.succeed(json!({"change": 1})).await;
    shop.settle().await;
    let change = shop.change(&database).await;
    assert_eq!(
        change.attribute("reason"),
        "Stale: setting size of the project changed."
    );
    shop.act(&shop.acme.owner, &database, "confirm").await.expect(200);
    shop.apply(State::new(2)).await;
    assert_eq!(shop.resource(&database).await.attribute("stale"), &json!([]));

    let twice = json!([{"name": "size", "value": "1"}, {"name": "size", "value": "2"}]);
    let (_, detail) = rules(&shop, &network, json!({"settings": twice}))
        .await
        .expect(422)
        .error();
    assert!(detail.contains("there twice"), "{detail}");
}
