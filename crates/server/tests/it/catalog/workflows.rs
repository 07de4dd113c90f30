//! Changes of many resources: cascades, upgrades, and what becomes of them when something fails or somebody loses a right.

use serde_json::{Value, json};
use slipway_catalog::workflows::driving;

use super::resource_changes::shop::{Shop, network_id};
use crate::support::{Answer, Caller, State, document};

const PATH: &str = "/api/v2/organizations/acme/workflows";

/// A network with two databases in it, all there.
async fn three(shop: &Shop) -> [String; 3] {
    let network = shop.made_network("main", "net-1").await;
    let mut all = vec![network.clone()];
    for name in ["orders", "carts"] {
        let database = shop.database(&shop.acme.owner, name, &network).await;
        shop.carry_out(&database, State::new(1).output("endpoint", name, false))
            .await;
        all.push(database);
    }
    all.try_into().unwrap()
}

async fn create(caller: &Caller, attributes: Value) -> Answer {
    caller.post(PATH, document("workflows", attributes)).await
}

async fn act(shop: &Shop, caller: &Caller, id: &str, action: &str) -> Answer {
    let answer = caller
        .post(&format!("/api/v2/workflows/{id}/actions/{action}"), json!({}))
        .await;
    shop.settle().await;
    answer
}

async fn workflow(shop: &Shop, id: &str) -> Answer {
    shop.acme
        .owner
        .get(&format!("/api/v2/workflows/{id}"))
        .await
        .expect(200)
}

/// Names and statuses of the steps, in their order.
fn steps(workflow: &Answer) -> Vec<(String, String)> {
    let steps = workflow.attribute("steps").as_array().unwrap().iter();
    let text = |step: &Value, field: &str| step[field].as_str().unwrap().to_owned();
    steps.map(|step| (text(step, "name"), text(step, "status"))).collect()
}

fn said(steps: &[(&str, &str)]) -> Vec<(String, String)> {
    steps
        .iter()
        .map(|(name, status)| ((*name).to_owned(), (*status).to_owned()))
        .collect()
}

/// The next plan and its apply leave nothing.
async fn destroy_next(shop: &Shop) {
    shop.plan().await;
    shop.apply(State::new(9)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cascade_shows_its_steps_and_destroys_what_nothing_stands_on_first() {
    let shop = Shop::new().await;
    let [network, orders, carts] = three(&shop).await;
    let wanted = json!({"kind": "destroy", "resources": [network], "auto-apply": true, "reason": "End of the test"});
    let planned = create(&shop.acme.owner, wanted).await.expect(201);
    assert_eq!(
        planned.attribute("title"),
        "Destroy main and 2 resources that stand on it"
    );
    assert_eq!(planned.attribute("status"), "planned");
    let last = steps(&planned).pop().unwrap();
    assert_eq!(last, ("main".to_owned(), "pending".to_owned()));
    shop.settle().await;
    assert!(
        shop.runner.claim().await.is_none(),
        "nothing happens before it is started"
    );

    let id = planned.id();
    act(&shop, &shop.acme.owner, &id, "start").await.expect(200);
    act(&shop, &shop.acme.owner, &id, "start").await.expect(409);
    // Both databases are planned at once; the network waits for them.
    let (first, second) = (shop.claim().await, shop.claim().await);
    assert_eq!(steps(&workflow(&shop, &id).await).pop().unwrap().1, "pending");
    first.succeed(json!({"destroy": 1})).await;
    second.succeed(json!({"destroy": 1})).await;
    shop.settle().await;
    shop.apply(State::new(9)).await;
    shop.apply(State::new(9)).await;
    destroy_next(&shop).await;
    let done = workflow(&shop, &id).await;
    assert_eq!(done.attribute("status"), "succeeded", "{}", done.text());
    for resource in [&network, &orders, &carts] {
        assert_eq!(shop.resource(resource).await.attribute("state"), "destroyed");
    }
    let reason = shop.change(&orders).await.attribute("reason").clone();
    assert_eq!(reason, "Destroy main and 2 resources that stand on it: End of the test");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_step_stops_the_rest_and_is_tried_again_alone() {
    let shop = Shop::new().await;
    let [network, _, _] = three(&shop).await;
    let wanted = json!({"kind": "destroy", "resources": [network], "auto-apply": true, "parallel": 1, "start": true});
    let id = create(&shop.acme.owner, wanted).await.expect(201).id();
    shop.plan().await;
    shop.fail_to_apply(State::new(5).output("endpoint", "left", false))
        .await;
    let failed = workflow(&shop, &id).await;
    assert_eq!(failed.attribute("status"), "failed", "{}", failed.text());
    let statuses: Vec<String> = steps(&failed).into_iter().map(|(_, status)| status).collect();
    assert_eq!(statuses, ["failed", "skipped", "skipped"]);
    let detail = &failed.attribute("steps")[0]["detail"];
    assert!(detail.as_str().unwrap().contains("disk is full"), "{detail}");

    act(&shop, &shop.acme.owner, &id, "retry").await.expect(200);
    for _ in 0..3 {
        destroy_next(&shop).await;
    }
    let done = workflow(&shop, &id).await;
    assert_eq!(done.attribute("status"), "succeeded", "{}", done.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_loses_the_right_while_it_runs_stops_it_there() {
    let shop = Shop::new().await;
    let [network, orders, _] = three(&shop).await;
    let bob = shop.acme.member("bob", "read", "acme").await;
    let wanted = json!({"kind": "destroy", "resources": [network]});
    create(&bob, wanted.clone()).await.expect(403);
    let (_, detail) = create(&shop.acme.owner, json!({"kind": "destroy"}))
        .await
        .expect(422)
        .error();
    assert_eq!(detail, "Say what to destroy.");
    let (_, outsider) = shop.acme.app.user(&shop.acme.owner, "eve").await;
    create(&outsider, wanted).await.expect(404);

    // Plans wait for somebody's yes where nobody said otherwise.
    let wanted = json!({"kind": "refresh", "resources": [orders], "start": true});
    let id = create(&shop.acme.owner, wanted).await.expect(201).id();
    shop.plan().await;
    assert_eq!(steps(&workflow(&shop, &id).await), said(&[("orders", "waiting")]));
    shop.act(&shop.acme.owner, &orders, "reject").await.expect(200);
    shop.settle().await;
    let failed = workflow(&shop, &id).await;
    assert_eq!(failed.attribute("status"), "failed");
    let detail = failed.attribute("steps")[0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.starts_with("Rejected by"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_being_asked_for_when_it_was_stopped_is_taken_back() {
    let shop = Shop::new().await;
    let [_, orders, _] = three(&shop).await;
    let wanted = json!({"kind": "refresh", "resources": [orders], "start": true});
    let id = create(&shop.acme.owner, wanted).await.expect(201).id();
    shop.plan().await;
    assert_eq!(shop.change(&orders).await.attribute("status"), "waiting");
    // As a server leaves it that is killed when it has stopped the workflow, and as a change that comes just then finds it.
    let ctx = shop.acme.app.system();
    let tx = ctx.begin().await.unwrap();
    let sql = "UPDATE workflows SET status = 'canceled'";
    sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql).await.unwrap();
    tx.commit().await.unwrap();
    driving::drive(&ctx, id.parse().unwrap(), false).await.unwrap();
    shop.settle().await;
    assert_eq!(shop.change(&orders).await.attribute("status"), "canceled");
    assert_eq!(shop.resource(&orders).await.attribute("state"), "provisioned");
    assert_eq!(steps(&workflow(&shop, &id).await), said(&[("orders", "failed")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn stopped_it_takes_back_what_waits() {
    let shop = Shop::new().await;
    let [network, orders, _] = three(&shop).await;
    let wanted = json!({"kind": "destroy", "resources": [network], "parallel": 1, "start": true});
    let id = create(&shop.acme.owner, wanted).await.expect(201).id();
    shop.plan().await;
    act(&shop, &shop.acme.owner, &id, "cancel").await.expect(200);
    let stopped = workflow(&shop, &id).await;
    assert_eq!(stopped.attribute("status"), "canceled");
    assert!(
        steps(&stopped)
            .iter()
            .all(|(_, status)| status == "skipped" || status == "failed"),
        "{stopped:?}"
    );
    assert_eq!(shop.resource(&orders).await.attribute("state"), "provisioned");
    let path = format!("/api/v2/workflows/{id}");
    shop.acme.owner.delete(&path).await.expect(204);
    shop.acme.owner.get(&path).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_many_times_each_step_is_asked_for_once() {
    let shop = Shop::new().await;
    let [network, orders, carts] = three(&shop).await;
    let wanted = json!({"kind": "destroy", "resources": [network], "auto-apply": true, "start": true});
    create(&shop.acme.owner, wanted).await.expect(201);
    let ctx = shop.acme.app.system();
    for _ in 0..3 {
        driving::sweep(&ctx).await.unwrap();
        shop.acme.app.settle().await;
    }
    assert_eq!((shop.runs(&orders).await, shop.runs(&carts).await), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_with_nothing_left_to_do_is_done() {
    let shop = Shop::new().await;
    let [_, orders, carts] = three(&shop).await;
    let version = shop.next_version("database", network_id()).await;
    let wanted = json!({"kind": "upgrade", "source-code-version": version, "parallel": 1, "auto-apply": true,
        "start": true});
    let made = create(&shop.acme.owner, wanted).await.expect(201);
    let later = match steps(&made)[0].0.as_str() {
        "orders" => &carts,
        _ => &orders,
    };
    let first = shop.claim().await;
    // While the first step is planned, somebody takes the other resource there by hand.
    let changes = json!({"source-code-version": version});
    shop.update(&shop.acme.owner, later, changes).await.expect(200);
    shop.carry_out(later, State::new(2).output("endpoint", "by-hand", false))
        .await;
    first.succeed(json!({"change": 1})).await;
    shop.settle().await;
    shop.apply(State::new(2)).await;
    let done = workflow(&shop, &made.id()).await;
    assert_eq!(done.attribute("status"), "succeeded", "{}", done.text());
    assert_eq!(done.attribute("steps")[1]["change-id"], Value::Null);
    assert_eq!(shop.runs(later).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_was_cut_in_the_middle_is_tried_again() {
    let shop = Shop::new().await;
    let [network, _, _] = three(&shop).await;
    let wanted = json!({"kind": "destroy", "resources": [network], "auto-apply": true, "parallel": 1, "start": true});
    let id = create(&shop.acme.owner, wanted).await.expect(201).id();
    shop.plan().await;
    shop.fail_to_apply(State::new(5).output("endpoint", "left", false))
        .await;
    let failed = workflow(&shop, &id).await;
    // So far comes a retry that is cut: the change is on its way again, the workflow is not.
    let change = failed.attribute("steps")[0]["change-id"].as_str().unwrap();
    let path = format!("/api/v2/resource-changes/{change}/actions/retry");
    shop.acme.owner.post(&path, json!({})).await.expect(200);
    shop.settle().await;
    assert_eq!(workflow(&shop, &id).await.attribute("status"), "failed");

    act(&shop, &shop.acme.owner, &id, "retry").await.expect(200);
    act(&shop, &shop.acme.owner, &id, "retry").await.expect(409);
    for _ in 0..3 {
        destroy_next(&shop).await;
    }
    let done = workflow(&shop, &id).await;
    assert_eq!(done.attribute("status"), "succeeded", "{}", done.text());
    assert_eq!(done.attribute("steps")[0]["change-id"], change);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_may_not_see_is_not_named() {
    let shop = Shop::new().await;
    let [network, orders, carts] = three(&shop).await;
    let bob = shop.acme.member("bob", "admin", &network).await;
    let wanted = json!({"kind": "destroy", "resources": [network]});
    let refused = create(&bob, wanted).await.expect(409);
    let (_, detail) = refused.error();
    assert_eq!(detail, "Something that you may not see stands on one of these.");
    assert!(!refused.text().contains(&orders) && !refused.text().contains(&carts));
}
