//! A blueprint is used: what would be made is shown, made part by part, and taken away again.

use serde_json::{Value, json};

use super::town::{Town, WORKFLOWS};
use crate::access::canary::everything_written;
use crate::catalog::resources::store::problems;
use crate::support::{Answer, document};

/// Name and status of each step, sorted by the names.
fn steps(workflow: &Answer) -> Vec<(String, String)> {
    let steps = workflow.attribute("steps").as_array().unwrap().iter();
    let text = |step: &Value, field: &str| step[field].as_str().unwrap().to_owned();
    let mut all: Vec<_> = steps.map(|step| (text(step, "name"), text(step, "status"))).collect();
    all.sort();
    all
}

fn all(status: &str, names: &[&str]) -> Vec<(String, String)> {
    names
        .iter()
        .map(|name| ((*name).to_owned(), status.to_owned()))
        .collect()
}

const NAMES: [&str; 5] = ["default-a-dns", "my-carts", "shop-app", "shop-net", "shop-orders"];

#[tokio::test(flavor = "multi_thread")]
async fn five_parts_are_made_and_taken_away_again() {
    let town = Town::new().await;
    let blueprint = town.blueprint().await;
    let said = json!({"auto-apply": true, "reason": "The new shop", "parts": {"carts": {"name": "my-carts"}}});
    let planned = town.make(town.owner(), &blueprint, said).await.expect(201);
    let id = planned.id();
    assert_eq!(planned.attribute("title"), "Make the 5 resources of shop");
    assert_eq!(steps(&planned), all("pending", &NAMES));
    assert_eq!(
        planned.body["data"]["relationships"]["blueprint"]["data"]["id"],
        blueprint
    );
    let shown = planned.attribute("steps").as_array().unwrap();
    let part = |name: &str| shown.iter().find(|step| step["part"]["name"] == name).unwrap().clone();
    let (net, carts, app) = (part("net"), part("carts"), part("app"));
    assert_eq!(net["part"]["parents"], json!([town.region]));
    assert_eq!(carts["after"], json!([net["resource-id"]]));
    assert_eq!(carts["part"]["values"], json!({"size": 30}));
    assert_eq!(carts["part"]["secrets"], json!(["password"]));
    let reference = &app["part"]["references"]["carts_url"];
    assert_eq!(
        reference,
        &json!({"resource": carts["resource-id"], "output": "endpoint"})
    );
    let listed = town
        .owner()
        .get(&format!("{WORKFLOWS}?filter[kind]=create"))
        .await
        .expect(200);
    assert_eq!(listed.ids(), std::slice::from_ref(&id));
    assert_eq!(
        town.carry_out("").await,
        Vec::<String>::new(),
        "nothing happens before it is started"
    );
    for (place, text) in everything_written(&town.shop.acme.app).await {
        assert!(!text.contains("s3cret-password"), "in {place}");
    }
    // What becomes of the blueprint does not matter any more.
    let path = format!("/api/v2/blueprints/{blueprint}");
    town.owner().delete(&path).await.expect(204);

    town.act(town.owner(), &id, "start").await.expect(200);
    let mut done = town.carry_out("").await;
    done[2..6].sort();
    insta::assert_snapshot!(done.join("\n"), @"
    plan shop-net: region_id=r-1 zone=a
    apply shop-net
    apply my-carts
    apply shop-orders
    plan my-carts: password=s3cret-password size=30 subnet_id=s-1
    plan shop-orders: password=s3cret-password size=20 subnet_id=s-1
    plan shop-app: carts_url=db://my-carts orders_url=db://shop-orders token=hunter2-shop-orders zone=a
    apply shop-app
    plan default-a-dns: target=https://shop zone=a
    apply default-a-dns
    ");
    let made = town.workflow(&id).await;
    assert_eq!(made.attribute("status"), "succeeded", "{}", made.text());
    let resource = town.shop.resource(carts["resource-id"].as_str().unwrap()).await;
    assert_eq!(resource.attribute("state"), "provisioned");
    let reason = town.shop.change(&resource.id()).await.attribute("reason").clone();
    assert_eq!(reason, "Make the 5 resources of shop: The new shop");
    for text in [planned.text(), listed.text(), made.text(), resource.text()] {
        assert!(!text.contains("s3cret-password") && !text.contains("hunter2"), "{text}");
    }

    // The same names again are taken; with another beginning they are free.
    let blueprint = town.blueprint().await;
    let refused = town.make(town.owner(), &blueprint, json!({})).await.expect(422);
    assert!(problems(&refused).contains("parts/net/name"), "{}", problems(&refused));
    let said = json!({"name": "side", "constants": {"zone": "b", "password": "x"}});
    let side = town.make(town.owner(), &blueprint, said).await.expect(201);
    assert_eq!(side.attribute("title"), "Make the 5 resources of shop for side");
    assert_eq!(
        steps(&side),
        all(
            "pending",
            &["default-b-dns", "side-app", "side-carts", "side-net", "side-orders"]
        )
    );

    // What nothing stands on goes first; the region was there before, and stays.
    let body = document(
        "workflows",
        json!({"kind": "destroy", "workflow": id, "auto-apply": true, "start": true}),
    );
    let destroying = town.owner().post(WORKFLOWS, body).await.expect(201);
    let mut order = town.destroy().await;
    order[2..4].sort();
    assert_eq!(
        order,
        ["default-a-dns", "shop-app", "my-carts", "shop-orders", "shop-net"]
    );
    let gone = town.workflow(&destroying.id()).await;
    assert_eq!(gone.attribute("status"), "succeeded", "{}", gone.text());
    assert_eq!(town.shop.resource(&town.region).await.attribute("state"), "provisioned");
    let body = document("workflows", json!({"kind": "destroy", "workflow": id}));
    town.owner().post(WORKFLOWS, body).await.expect(409);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_is_told_before_anything_is() {
    let town = Town::new().await;
    let blueprint = town.blueprint().await;
    let make = |said: Value| town.make(town.owner(), &blueprint, said);
    let missing = make(json!({"constants": {"size": 10, "sizes": 1}, "externals": {}, "parts": {"web": {}}})).await;
    insta::assert_snapshot!(problems(&missing.expect(422)), @r#"
    constants/zone: A value is needed: Where it stands.
    constants/password: A value is needed: Of both stores.
    externals/region: Choose a resource of "region".
    constants/sizes: The blueprint does not know "sizes"; there are: zone, size, password.
    parts/web: The blueprint does not know "web"; there are: net, orders, carts, app, dns.
    "#);
    let network = town.shop.made_network("main", "net-1").await;
    let other = make(json!({"externals": {"region": network}})).await.expect(422);
    insta::assert_snapshot!(problems(&other), @r#"externals/region: "main" is of "network", and one of "region" is needed."#);
    let wrong = make(json!({
        "constants": {"zone": ["a"], "size": 15, "password": "x"},
        "parts": {
            "carts": {"name": "shop-orders", "values": {"size": 11, "subnet_id": null}},
            "dns": {"name": "mine", "integrations": ["int-0000000000000001"]},
        },
    }));
    insta::assert_snapshot!(problems(&wrong.await.expect(422)), @r#"
    constants/zone: For "zone" of "net": It does not fit string: text is needed, and this is a list.
    parts/carts/values/size: It is one of 10, 20, 30.
    constants/size: For "size" of "orders": It is one of 10, 20, 30.
    parts/orders/name: Another part of this template is called "shop-orders", too.
    constants/zone: For "zone" of "app": It does not fit string: text is needed, and this is a list.
    parts/dns/integrations/0: There is no integration "int-0000000000000001", or you may not see it.
    constants/zone: For "zone" of "dns": It does not fit string: text is needed, and this is a list.
    "#);
    let kinds = make(json!({"kind": "refresh", "resources": [town.region]}))
        .await
        .expect(422);
    assert_eq!(kinds.pointer(), "/data/attributes/blueprint");
    let rows = town
        .owner()
        .get("/api/v2/organizations/acme/resources")
        .await
        .expect(200);
    assert_eq!(rows.ids().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_has_his_own_rights_and_plans_wait_for_a_yes() {
    let town = Town::new().await;
    let blueprint = town.blueprint().await;
    let reader = town.shop.acme.member("rita", "read", "acme").await;
    town.make(&reader, &blueprint, json!({})).await.expect(403);
    let (_, eve) = town.shop.acme.app.user(town.owner(), "eve").await;
    town.make(&eve, &blueprint, json!({})).await.expect(404);
    // Who may order and not approve orders; nothing is applied without a yes.
    let bob = town.shop.acme.member("bob", "write", "acme").await;
    let made = town
        .make(&bob, &blueprint, json!({"auto-apply": true}))
        .await
        .expect(201);
    let id = made.id();
    town.act(&reader, &id, "start").await.expect(403);
    town.act(&bob, &id, "start").await.expect(200);
    assert_eq!(town.carry_out("").await, ["plan shop-net: region_id=r-1 zone=a"]);
    let waiting = town.workflow(&id).await;
    let net = waiting.attribute("steps")[0].clone();
    assert_eq!((&net["name"], &net["status"]), (&json!("shop-net"), &json!("waiting")));
    let net = net["resource-id"].as_str().unwrap().to_owned();

    // Stopped, the plan is taken back; tried again, the same resource is planned anew.
    town.act(&bob, &id, "cancel").await.expect(200);
    assert_eq!(town.shop.status(&net).await, "canceled");
    assert_eq!(town.workflow(&id).await.attribute("status"), "canceled");
    town.act(&reader, &id, "retry").await.expect(403);
    town.act(&bob, &id, "retry").await.expect(200);
    assert_eq!(town.carry_out("").await, ["plan shop-net: region_id=r-1 zone=a"]);
    town.shop.act(&bob, &net, "confirm").await.expect(403);
    town.shop.act(town.owner(), &net, "confirm").await.expect(200);
    let done = town.carry_out("").await;
    assert_eq!(done[0], "apply shop-net");
    assert_eq!(done.len(), 3, "both stores are planned: {done:?}");
}
