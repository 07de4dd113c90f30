//! From an order to the end of what was made, with everything that can go wrong between.

use serde_json::json;

use super::shop::Shop;
use crate::support::State;

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_planned_confirmed_and_applied_as_it_was_planned() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let bob = shop.acme.member("bob", "write", "acme").await;
    let database = shop.database(&bob, "orders", &network).await;
    assert_eq!(shop.status(&database).await, "planning");

    let planning = shop.claim().await;
    let values: Vec<_> = planning
        .claim
        .context
        .variables
        .iter()
        .map(|one| (one.key.as_str(), one.value.as_str()))
        .collect();
    assert!(values.contains(&("network_id", "net-1")), "{values:?}");
    planning.succeed(json!({"add": 1})).await;
    shop.settle().await;
    let change = shop.change(&database).await;
    assert_eq!(change.attribute("status"), "waiting");
    assert_eq!(
        change.attribute("detail"),
        "Waits for somebody to confirm or reject the plan."
    );
    assert_eq!(change.attribute("requested-by"), "bob");

    // Nobody gets around the change: not who asked for it, and not by the run.
    shop.act(&bob, &database, "confirm").await.expect(403);
    let run = shop.run(&database).await;
    let (_, detail) = shop.acme.act(&run, "apply").await.expect(409).error();
    assert!(detail.contains("orders"), "{detail}");
    let other = json!({"comment": "", "run": "run-0000000000000000"});
    let (_, detail) = shop
        .say(&shop.acme.owner, &database, "confirm", other)
        .await
        .expect(409)
        .error();
    assert!(detail.contains("planned again"), "{detail}");

    let confirmed = json!({"comment": "go", "run": run});
    shop.say(&shop.acme.owner, &database, "confirm", confirmed)
        .await
        .expect(200);
    assert_eq!(shop.status(&database).await, "applying");
    let state = State::new(1)
        .output("endpoint", "db-1", false)
        .output("secret", "hunter2", true);
    shop.apply(state).await;
    let change = shop.change(&database).await;
    assert_eq!(change.attribute("status"), "applied");
    assert_eq!(change.attribute("revision"), 1);
    let shown = shop.resource(&database).await;
    assert_eq!(shown.attribute("state"), "provisioned");
    let outputs = shop
        .acme
        .owner
        .get(&format!("/api/v2/resources/{database}/outputs"))
        .await
        .expect(200);
    assert!(
        outputs.text().contains("db-1") && !outputs.text().contains("hunter2"),
        "{}",
        outputs.text()
    );
    assert_eq!(shop.runs(&database).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_approve_can_have_it_applied_without_a_question() {
    let shop = Shop::new().await;
    let wanted = json!({"template": "network", "name": "main", "values": {"cidr": "10.0.0.0/16"}, "auto-apply": true});
    let bob = shop.acme.member("bob", "write", "acme").await;
    let path = "/api/v2/organizations/acme/resources";
    bob.post(path, crate::support::document("resources", wanted.clone()))
        .await
        .expect(403);
    let network = shop.order(&shop.acme.owner, wanted).await;
    shop.plan().await;
    assert_eq!(shop.status(&network).await, "applying");
    shop.apply(State::new(1).output("network_id", "net-1", false)).await;
    assert_eq!(shop.status(&network).await, "applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_built_on_waits_for_it_and_fails_with_it() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    shop.plan().await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.settle().await;
    let change = shop.change(&database).await;
    assert_eq!(change.attribute("detail"), "Waits for main, which it stands on.");
    assert_eq!(shop.run(&database).await, "");

    shop.act(&shop.acme.owner, &network, "reject").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&network).await, "rejected");
    let change = shop.change(&database).await;
    assert_eq!(change.attribute("status"), "failed");
    let error = change.attribute("error").as_str().unwrap();
    assert_eq!(
        error,
        "main, which it stands on, was never made: its order came to nothing."
    );
    shop.act(&shop.acme.owner, &database, "cancel").await.expect(200);
    assert_eq!(shop.status(&database).await, "canceled");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_half_made_is_tried_again_or_destroyed_but_not_forgotten() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.fail_to_apply(State::new(1).resource("half", "a", "b")).await;
    let change = shop.change(&network).await;
    assert_eq!(change.attribute("status"), "failed");
    assert!(!change.attribute("error").as_str().unwrap().is_empty());
    assert_eq!(shop.resource(&network).await.attribute("state"), "requested");
    let (_, detail) = shop.act(&shop.acme.owner, &network, "cancel").await.expect(409).error();
    assert!(detail.contains("1 resources are in its state"), "{detail}");

    let first = shop.run(&network).await;
    shop.act(&shop.acme.owner, &network, "retry").await.expect(200);
    shop.plan().await;
    assert_eq!(shop.status(&network).await, "waiting");
    assert_ne!(shop.run(&network).await, first);
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.fail_to_apply(State::new(2).resource("half", "a", "b")).await;

    let path = format!("/api/v2/resources/{network}/actions/destroy");
    shop.acme.owner.post(&path, json!({})).await;
    shop.plan().await;
    let change = shop.change(&network).await;
    assert_eq!(
        (change.attribute("kind"), change.attribute("status")),
        (&json!("destroy"), &json!("waiting"))
    );
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.apply(State::new(3)).await;
    assert_eq!(shop.resource(&network).await.attribute("state"), "destroyed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_applied_is_asked_to_stop_and_fails() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    let item = shop.claim().await;
    item.put("log?offset=0", "working\n").await.expect(200);
    let asked = shop.act(&shop.acme.owner, &network, "cancel").await.expect(200);
    assert_eq!(asked.attribute("status"), "applying");
    assert_eq!(asked.attribute("detail"), "ann asked it to stop.");
    let completion = json!({"outcome": "canceled", "log-bytes": 8, "event-bytes": 0});
    item.complete(completion).await.expect(204);
    shop.settle().await;
    assert_eq!(shop.status(&network).await, "failed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_destroyed_that_something_is_made_on() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let destroy = format!("/api/v2/resources/{network}/actions/destroy");
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.acme.owner.post(&destroy, json!({})).await.expect(409);
    shop.plan().await;
    shop.act(&shop.acme.owner, &database, "reject").await.expect(200);
    // What was ordered and never made stands where it is until it is deleted.
    shop.acme.owner.post(&destroy, json!({})).await.expect(409);
    let path = format!("/api/v2/resources/{database}");
    shop.acme.owner.delete(&path).await.expect(204);
    shop.acme.owner.post(&destroy, json!({})).await.expect(200);
    shop.plan().await;
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    shop.apply(State::new(2)).await;
    assert_eq!(shop.resource(&network).await.attribute("state"), "destroyed");
}
