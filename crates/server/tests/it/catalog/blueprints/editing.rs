//! What a step of a workflow makes is changed, before it was ordered and where it could not be.

use serde_json::{Value, json};

use super::town::Town;
use crate::access::canary::everything_written;
use crate::catalog::resources::store::problems;
use crate::support::{Answer, Caller, document};

fn step(workflow: &Answer, part: &str) -> Value {
    let steps = workflow.attribute("steps").as_array().unwrap();
    steps.iter().find(|step| step["part"]["name"] == part).unwrap().clone()
}

fn path(workflow: &Answer, part: &str) -> String {
    let step = step(workflow, part);
    let resource = step["resource-id"].as_str().unwrap();
    format!("/api/v2/workflows/{}/steps/{resource}", workflow.id())
}

async fn change(caller: &Caller, path: &str, changes: Value) -> Answer {
    caller.patch(path, document("workflow-steps", changes)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_is_changed_before_it_is_ordered() {
    let town = Town::new().await;
    let blueprint = town.blueprint().await;
    let planned = town
        .make(town.owner(), &blueprint, json!({"auto-apply": true}))
        .await
        .expect(201);
    let (orders, app) = (path(&planned, "orders"), path(&planned, "app"));
    let wanted = json!({"name": "my-orders", "values": {"size": 10, "password": "0ther-password"}});
    let changed = change(town.owner(), &orders, wanted).await.expect(200);
    let shown = step(&changed, "orders");
    assert_eq!(
        (&shown["name"], &shown["part"]["resource-name"]),
        (&json!("my-orders"), &json!("my-orders"))
    );
    assert_eq!(shown["part"]["values"], json!({"size": 10}));
    assert_eq!(shown["part"]["secrets"], json!(["password"]));
    assert_eq!(step(&changed, "carts"), step(&planned, "carts"));
    for (place, text) in everything_written(&town.shop.acme.app).await {
        assert!(!text.contains("0ther-password"), "in {place}");
    }
    // What another puts out is given up for a value, and a value taken away.
    let wanted = json!({"values": {"orders_url": "db://elsewhere"}});
    let changed = change(town.owner(), &app, wanted).await.expect(200);
    let shown = &step(&changed, "app")["part"];
    assert_eq!(shown["values"]["orders_url"], "db://elsewhere");
    assert!(shown["references"].get("orders_url").is_none(), "{shown}");

    // Everything that is wrong is told, as in an order.
    let wrong = change(town.owner(), &orders, json!({"values": {"size": "large", "sizes": 1}})).await;
    let told = problems(&wrong.expect(422));
    assert!(
        told.contains("values/size:") && told.contains("values/sizes:"),
        "{told}"
    );
    let wrong = change(town.owner(), &orders, json!({"name": "shop-carts"})).await;
    assert!(problems(&wrong.expect(422)).contains("name: Another part"));
    // Of two people the second is told.
    let stale = [("content-type", "application/vnd.api+json"), ("if-match", "\"1\"")];
    let body = document("workflow-steps", json!({"name": "late"})).to_string();
    town.owner()
        .send("PATCH", &orders, &stale, body.into())
        .await
        .expect(412);
    let events = "/api/v2/organizations/acme/events?page[size]=100";
    let events = town.owner().get(events).await.expect(200);
    assert!(events.column("action").contains(&"workflow.step-changed".to_owned()));

    town.act(town.owner(), &planned.id(), "start").await.expect(200);
    // While it is carried out with the rights of one, no other changes it.
    let bob = town.shop.acme.member("bob", "maintain", "acme").await;
    change(&bob, &orders, json!({"name": "of-bob"})).await.expect(403);
    let done = town.carry_out("").await;
    assert!(
        done.contains(&"plan my-orders: password=0ther-password size=10 subnet_id=s-1".to_owned()),
        "{done:?}"
    );
    let made = town.workflow(&planned.id()).await;
    assert_eq!(made.attribute("status"), "succeeded", "{}", made.text());
    let (_, detail) = change(town.owner(), &orders, json!({"name": "late"}))
        .await
        .expect(409)
        .error();
    assert!(detail.contains("was ordered already"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_could_not_be_ordered_is_changed_and_tried_again() {
    let town = Town::new().await;
    let blueprint = town.blueprint().await;
    let planned = town
        .make(town.owner(), &blueprint, json!({"auto-apply": true}))
        .await
        .expect(201);
    // The name is taken meanwhile, by a workflow of its own.
    let body = json!({"name": "other", "parts": {"net": {"name": "shop-net"}}});
    let other = town.make(town.owner(), &blueprint, body).await.expect(201);
    town.act(town.owner(), &other.id(), "start").await.expect(200);
    town.act(town.owner(), &planned.id(), "start").await.expect(200);
    town.shop.settle().await;
    let failed = town.workflow(&planned.id()).await;
    assert_eq!(failed.attribute("status"), "failed", "{}", failed.text());
    let net = step(&failed, "net");
    assert!(net["detail"].as_str().unwrap().contains("taken"), "{net}");
    assert!(net["started-at"].is_string() && net["ended-at"].is_string(), "{net}");

    // Whoever may order here does it, and tries it again with rights of his own.
    let bob = town.shop.acme.member("bob", "maintain", "acme").await;
    let changed = change(&bob, &path(&failed, "net"), json!({"name": "town-net"}))
        .await
        .expect(200);
    assert_eq!(step(&changed, "net")["status"], "failed");
    town.act(&bob, &planned.id(), "retry").await.expect(200);
    town.shop.settle().await;
    let going = town.workflow(&planned.id()).await;
    assert_eq!(step(&going, "net")["status"], "running", "{}", going.text());
    let resource = step(&going, "net")["resource-id"].as_str().unwrap().to_owned();
    assert_eq!(town.shop.resource(&resource).await.attribute("name"), "town-net");
    assert_eq!(town.shop.change(&resource).await.attribute("requested-by"), "bob");
}
