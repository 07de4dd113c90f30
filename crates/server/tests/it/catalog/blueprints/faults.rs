//! A part fails, a server is killed, somebody gives up half way.

use serde_json::{Value, json};
use slipway_api::ids::WorkflowId;
use slipway_catalog::resource_changes::hearing;
use slipway_catalog::workflows::driving;
use slipway_kernel::events::consumers;

use super::town::{Town, WORKFLOWS};
use crate::catalog::resource_changes::faults::killed_after;
use crate::support::{Answer, document};

/// The step of a part.
fn step(workflow: &Answer, part: &str) -> Value {
    let steps = workflow.attribute("steps").as_array().unwrap();
    steps.iter().find(|step| step["part"]["name"] == part).unwrap().clone()
}

async fn started(town: &Town) -> String {
    let blueprint = town.blueprint().await;
    let said = json!({"auto-apply": true, "start": true});
    town.make(town.owner(), &blueprint, said).await.expect(201).id()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_that_failed_is_tried_again_and_the_rest_follows() {
    let town = Town::new().await;
    let id = started(&town).await;
    let done = town.carry_out("shop-orders").await;
    assert!(done.contains(&"fail shop-orders".to_owned()), "{done:?}");
    let failed = town.workflow(&id).await;
    assert_eq!(failed.attribute("status"), "failed", "{}", failed.text());
    let detail = step(&failed, "orders")["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("disk is full"), "{detail}");
    let detail = step(&failed, "app")["detail"].as_str().unwrap().to_owned();
    assert_eq!(detail, "It waits for shop-orders, which was not done.");
    // What a reader may see stays what it was; nothing is made twice.
    town.act(town.owner(), &id, "retry").await.expect(200);
    let done = town.carry_out("").await;
    assert!(
        !done
            .iter()
            .any(|line| line.contains("shop-net") || line == "apply shop-carts"),
        "{done:?}"
    );
    let made = town.workflow(&id).await;
    assert_eq!(made.attribute("status"), "succeeded", "{}", made.text());
    assert_eq!(step(&made, "orders")["change-id"], step(&failed, "orders")["change-id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_half_made_is_taken_away() {
    let town = Town::new().await;
    let id = started(&town).await;
    town.carry_out("shop-app").await;
    let failed = town.workflow(&id).await;
    assert_eq!(failed.attribute("status"), "failed");
    assert_eq!(step(&failed, "dns")["change-id"], Value::Null);
    let wanted = json!({"kind": "destroy", "workflow": id, "auto-apply": true, "start": true});
    let body = document("workflows", wanted);
    let destroying = town.owner().post(WORKFLOWS, body).await.expect(201);
    let mut order = town.destroy().await;
    order[1..3].sort();
    assert_eq!(order, ["shop-app", "shop-carts", "shop-orders", "shop-net"]);
    let gone = town.workflow(&destroying.id()).await;
    assert_eq!(gone.attribute("status"), "succeeded", "{}", gone.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_each_part_is_ordered_once() {
    let town = Town::new().await;
    let id = started(&town).await;
    let workflow: WorkflowId = id.parse().unwrap();
    let ctx = town.shop.acme.app.system();
    let killed_everywhere = async || {
        for waits in 1..20_000 {
            if killed_after(waits, driving::drive(&ctx, workflow, false)).await {
                return;
            }
        }
        panic!("it is never done");
    };
    killed_everywhere().await;
    town.carry_out("").await;
    let made = town.workflow(&id).await;
    assert_eq!(made.attribute("status"), "succeeded", "{}", made.text());
    for one in made.attribute("steps").as_array().unwrap() {
        let resource = one["resource-id"].as_str().unwrap();
        assert_eq!(town.shop.runs(resource).await, 1, "{one}");
    }
    // What heard of a change and was killed hears of it again.
    driving::sweep(&ctx).await.unwrap();
    consumers::deliver_batch(&ctx, &hearing::CONSUMER).await.unwrap();
    town.shop.settle().await;
    assert_eq!(town.workflow(&id).await.attribute("status"), "succeeded");
}
