//! The suite on Kubernetes, and what only a cluster does itself: routes, and putting right what others changed.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_apps::clusters::driver::{Driver, Readiness, Route, Routed, What};
use slipway_apps::clusters::kubernetes::{Kubernetes, Place};
use slipway_kernel::outbound::Outbound;
use slipway_kernel::settings;
use slipway_kube::Access;
use slipway_testing::{cluster, registry};

use super::{app, desired, end, eventually, once, ready, units};

/// The cluster's machine fetches from the registry of this process.
fn start() -> &'static cluster::Cluster {
    static REACHED: std::sync::Once = std::sync::Once::new();
    let cluster = cluster::start().unwrap();
    REACHED.call_once(|| cluster.reach(registry::address().unwrap().parse().unwrap()).unwrap());
    cluster
}

fn access() -> Access {
    Access::Kubeconfig {
        text: start().kubeconfig().into(),
        context: None,
    }
}

async fn driver() -> Kubernetes {
    in_namespace().await.0
}

/// In a namespace that no other test has, so that what others do is not told.
async fn in_namespace() -> (Kubernetes, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let namespace = format!("contract-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    // Starting a cluster blocks.
    let access = tokio::task::spawn_blocking(access).await.unwrap();
    let place = Place {
        namespace: namespace.clone(),
        ingress_class: None,
        grace: Duration::from_secs(10),
    };
    let outside = settings::Outbound {
        allowed_networks: vec!["127.0.0.0/8".parse().unwrap()],
        ..settings::Outbound::default()
    };
    let outbound = Arc::new(Outbound::new(&outside));
    (Kubernetes::connect(&access, place, outbound).await.unwrap(), namespace)
}

/// The text at an address.
async fn get(address: SocketAddr) -> Option<String> {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = client.get(format!("http://{address}/")).send().await.ok()?;
    answer.text().await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_known_by_its_digest() {
    units::an_image_is_known_by_its_digest(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn units_are_as_many_as_they_shall_be() {
    units::units_are_as_many_as_they_shall_be(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_was_taken_away_is_made_again() {
    units::a_unit_that_was_taken_away_is_made_again(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_run_says_why() {
    units::what_does_not_run_says_why(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_takes_too_much_memory_is_killed_for_it() {
    units::a_unit_that_takes_too_much_memory_is_killed_for_it(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_is_ready_when_it_answers() {
    units::a_unit_is_ready_when_it_answers(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_run_in_a_unit() {
    units::commands_run_in_a_unit(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_unit_writes_is_followed_to_its_last_word() {
    units::what_a_unit_writes_is_followed_to_its_last_word(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_end_is_killed() {
    units::who_does_not_end_is_killed(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deploys_are_taken_away_by_themselves() {
    units::deploys_are_taken_away_by_themselves(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_heard_and_ends_with_its_code() {
    once::it_is_heard_and_ends_with_its_code(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_runs_once_however_often_it_is_asked_for() {
    once::it_runs_once_however_often_it_is_asked_for(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_somebody_wants_it_to() {
    once::it_ends_when_somebody_wants_it_to(&driver().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cluster_says_what_it_is() {
    let about = driver().await.about().await.unwrap();
    assert!(about.said.contains("1 of 1 machines take units"), "{}", about.said);
    assert!(about.missing.is_empty(), "{:?}", about.missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_go_to_the_deploy_that_they_shall_and_what_others_change_is_put_right() {
    let (driver, namespace) = in_namespace().await;
    let app = app();
    let serve = "mkdir /tmp/www; echo $WHO $GREETING >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www";
    let mut wanted = desired(&driver, app, serve).await;
    wanted.readiness = Readiness {
        port: 8080,
        takes_requests: true,
        health: None,
    };
    wanted.env.insert("GREETING".to_owned(), "one".to_owned());
    let mut route = Route {
        process: "web".to_owned(),
        deploy: 1,
        port: 8080,
        hosts: vec!["shop.example.test".to_owned()],
    };
    driver.apply(&wanted).await.unwrap();
    ready(&driver, &wanted).await;
    let Routed::ByCluster {
        inside: Some(inside), ..
    } = driver.route(app, Some(&route)).await.unwrap()
    else {
        panic!("no address")
    };
    let outside = start().forward(inside).unwrap();
    let answers = async |text: &str| eventually(text, async || (get(outside).await? == text).then_some(())).await;
    answers("shop one\n").await;

    wanted.deploy = 2;
    wanted.env.insert("GREETING".to_owned(), "two".to_owned());
    driver.apply(&wanted).await.unwrap();
    ready(&driver, &wanted).await;
    answers("shop one\n").await;
    route.deploy = 2;
    driver.route(app, Some(&route)).await.unwrap();
    answers("shop two\n").await;
    driver
        .clear(app, What::Others(2), Duration::from_secs(10))
        .await
        .unwrap();

    // Somebody takes the route away by hand.
    let by_hand = slipway_kube::Cluster::connect(&access()).await.unwrap();
    by_hand.remove_route(&namespace, &app.to_string(), "web").await.unwrap();
    let told = eventually("the change is told", async || {
        Some(driver.changed().await.unwrap()).filter(|told| !told.is_empty())
    });
    assert_eq!(told.await, BTreeSet::from([app]));
    driver.route(app, Some(&route)).await.unwrap();
    assert!(
        by_hand
            .current_route(&namespace, &app.to_string(), "web")
            .await
            .unwrap()
            .is_some()
    );
    driver.route(app, None).await.unwrap();
    assert!(
        by_hand
            .current_route(&namespace, &app.to_string(), "web")
            .await
            .unwrap()
            .is_none()
    );
    end(&driver, app).await;
}
