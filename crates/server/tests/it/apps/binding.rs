//! Binds of an app that runs: values that change are brought to its units by one deploy.

use std::time::Duration;

use serde_json::json;
use slipway_apps::CONSUMERS;
use slipway_kernel::events::consumers;

use super::stage::{Stage, image};
use crate::catalog::binding::{order, service};
use crate::catalog::resource_changes::shop::Shop;
use crate::support::{State, document};

/// It shows what it was given.
const SHOW: &str =
    "mkdir -p /tmp/www && echo \"$DATABASE_HOST\" > /tmp/www/index.html && exec httpd -f -p $PORT -h /tmp/www";

async fn kinds(stage: &Stage, app: &str) -> Vec<String> {
    let path = format!("/api/v2/apps/{app}/deploys");
    stage.acme.owner.get(&path).await.expect(200).column("kind")
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_change_are_brought_to_the_units_by_one_deploy() {
    let stage = Stage::with(|settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let shop = Shop::on(stage.acme.clone()).await;
    service(&shop, json!({"endpoint": "DATABASE_HOST"})).await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, resource) = order(&shop, "orders-db", &network).await;
    shop.carry_out(&resource, State::new(1).output("endpoint", "db-1", false))
        .await;
    let web = stage.app("web").await;
    stage.deploy(&web, &image("bound", "", SHOW).await).await;
    assert_eq!(stage.ask("web").await, (200, "\n".to_owned()));

    let path = format!("/api/v2/apps/{web}/binds");
    let wanted = document("app-binds", json!({"service-instance": instance}));
    let bound = stage.acme.owner.post(&path, wanted).await.expect(201).id();
    shop.settle().await;
    assert_eq!(stage.ask("web").await, (200, "db-1\n".to_owned()));
    assert_eq!(kinds(&stage, &web).await, ["env", "image"]);

    // The server is killed after it heard, and hears again: it is one deploy all the same.
    stage.acme.app.pass(Duration::from_secs(60));
    let asked = shop
        .update(&shop.acme.owner, &resource, json!({"values": {"size": 20}}))
        .await;
    assert!(asked.status < 300, "{}", asked.text());
    shop.carry_out(&resource, State::new(2).output("endpoint", "db-2", false))
        .await;
    let ctx = stage.acme.app.system();
    for consumer in CONSUMERS {
        consumers::deliver_batch(&ctx, consumer).await.unwrap();
    }
    slipway_apps::binds::rotating::rotate(&ctx, web.parse().unwrap())
        .await
        .unwrap();
    shop.settle().await;
    assert_eq!(stage.ask("web").await, (200, "db-2\n".to_owned()));
    assert_eq!(kinds(&stage, &web).await, ["env", "env", "image"]);

    let path = format!("/api/v2/app-binds/{bound}?staged=true");
    stage.acme.owner.delete(&path).await.expect(204);
    shop.settle().await;
    assert_eq!(stage.ask("web").await, (200, "db-2\n".to_owned()));
    stage.act(&web, "restart", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "\n".to_owned()));
}
