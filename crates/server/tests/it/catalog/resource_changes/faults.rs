//! Servers that are killed between any two steps, and events that nobody heard.

use std::future::Future;
use std::pin::pin;
use std::time::Duration;

use serde_json::json;
use slipway_api::ids::ResourceChangeId;
use slipway_catalog::resource_changes::carrying_out::carry_out;
use slipway_catalog::resource_changes::sweeping;

use super::shop::Shop;
use crate::support::State;

/// Does a piece of work until it has waited so many times, and drops it there, as a kill would. Says whether it was done.
pub async fn killed_after<T>(waits: usize, work: impl Future<Output = T>) -> bool {
    let mut work = pin!(work);
    let mut left = waits;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(false);
        }
        left -= 1;
        work.as_mut().poll(context).map(|_| true)
    })
    .await
}

async fn id_of(shop: &Shop, resource: &str) -> ResourceChangeId {
    shop.change(resource).await.id().parse().unwrap()
}

/// Takes the open change of a resource on, killed at every place where it waits.
async fn killed_everywhere(shop: &Shop, resource: &str) {
    let (ctx, id) = (shop.acme.app.system(), id_of(shop, resource).await);
    for waits in 1..10_000 {
        if killed_after(waits, carry_out(&ctx, id)).await {
            return;
        }
    }
    panic!("it is never done");
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_anywhere_a_change_has_one_run_and_one_revision() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    killed_everywhere(&shop, &network).await;
    assert_eq!(shop.runs(&network).await, 1);
    shop.runner.succeed(json!({"add": 1})).await;
    killed_everywhere(&shop, &network).await;
    assert_eq!(shop.status(&network).await, "waiting");
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    let item = shop.runner.claim().await.unwrap();
    let state = State::new(1).output("network_id", "net-1", false);
    item.put("state", state.text()).await.expect(200);
    item.succeed(json!({"add": 1})).await;
    killed_everywhere(&shop, &network).await;
    assert_eq!(shop.status(&network).await, "applied");
    assert_eq!(shop.resource(&network).await.attribute("revision"), 1);
    // What the server does by itself finds nothing left to do.
    shop.settle().await;
    assert_eq!(shop.runs(&network).await, 1);
    assert!(shop.runner.claim().await.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn told_twice_and_by_two_servers_it_happens_once() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    let (ctx, id) = (shop.acme.app.system(), id_of(&shop, &network).await);
    let _ = tokio::join!(carry_out(&ctx, id), carry_out(&ctx, id), carry_out(&ctx, id));
    assert_eq!(shop.runs(&network).await, 1);
    shop.plan().await;
    shop.act(&shop.acme.owner, &network, "confirm").await.expect(200);
    let item = shop.claim().await;
    item.put("state", State::new(1).text()).await.expect(200);
    item.succeed(json!({"add": 1})).await;
    let _ = tokio::join!(carry_out(&ctx, id), carry_out(&ctx, id), carry_out(&ctx, id));
    shop.settle().await;
    assert_eq!(shop.resource(&network).await.attribute("revision"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_heard_of_is_found() {
    let shop = Shop::new().await;
    let network = shop.network("main").await;
    // Nothing hears of runs here: only jobs and the sweep.
    shop.acme.app.settle().await;
    shop.runner.succeed(json!({"add": 1})).await;
    shop.acme.app.settle().await;
    assert_eq!(shop.status(&network).await, "planning");
    let ctx = shop.acme.app.system();
    sweeping::sweep(&ctx).await.unwrap();
    shop.acme.app.settle().await;
    assert_eq!(shop.status(&network).await, "planning", "it was not quiet for long");
    shop.acme.app.pass(Duration::from_secs(1_200));
    sweeping::sweep(&ctx).await.unwrap();
    shop.acme.app.settle().await;
    assert_eq!(shop.status(&network).await, "waiting");
}
