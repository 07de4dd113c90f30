//! The suite on Kubernetes, and what only a cluster does itself: routes, and putting right what others changed.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_api::volumes::VolumeAccess;
use slipway_apps::clusters::driver::{Driver, DriverError, Host, Readiness, Route, Routed, What};
use slipway_apps::clusters::kubernetes::{Builds, Kubernetes, Place};
use slipway_apps::clusters::mounts::Storage;
use slipway_kernel::outbound::Outbound;
use slipway_kernel::settings;
use slipway_kube::Access;
use slipway_testing::{cluster, registry};

use super::{app, desired, end, eventually, ready, volumes};

/// The cluster's machine fetches from the registries of this process.
fn start() -> &'static cluster::Cluster {
    static REACHED: std::sync::Once = std::sync::Once::new();
    let cluster = cluster::start().unwrap();
    REACHED.call_once(|| {
        for registry in [registry::address(), registry::guarded()] {
            cluster.reach(registry.unwrap().parse().unwrap()).unwrap();
        }
    });
    cluster
}

fn access() -> Access {
    Access::Kubeconfig {
        text: start().kubeconfig().into(),
        context: None,
    }
}

async fn driver() -> Kubernetes {
    in_namespace(None).await.0
}

/// With something that builds images.
pub async fn building_with(builds: Option<Result<Builds, String>>) -> Kubernetes {
    in_namespace(builds).await.0
}

/// In a namespace that no other test has, so that what others do is not told.
async fn in_namespace(builds: Option<Result<Builds, String>>) -> (Kubernetes, String) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let namespace = format!("contract-{}", COUNT.fetch_add(1, Ordering::Relaxed));
    // Starting a cluster blocks.
    let access = tokio::task::spawn_blocking(access).await.unwrap();
    let place = Place {
        namespace: namespace.clone(),
        ingress_class: None,
        grace: Duration::from_secs(10),
        builds,
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

super::suite!(#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_cluster_says_what_it_is() {
    let about = driver().await.about().await.unwrap();
    assert!(about.said.contains("1 of 1 machines take units"), "{}", about.said);
    assert!(about.missing.is_empty(), "{:?}", about.missing);
    assert!(about.said.contains("no metrics-server"), "{}", about.said);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_cluster_that_measures_nothing_says_so() {
    let driver = driver().await;
    let app = app();
    let wanted = desired(&driver, app, "exec sleep 1000").await;
    driver.apply(&wanted).await.unwrap();
    let unit = ready(&driver, &wanted).await.remove(0);
    match driver.usage(&unit).await {
        Err(DriverError::Refused(reason)) => assert!(reason.contains("metrics-server"), "{reason}"),
        other => panic!("{other:?}"),
    }
    end(&driver, app).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn requests_go_to_the_deploy_that_they_shall_and_what_others_change_is_put_right() {
    let (driver, namespace) = in_namespace(None).await;
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
        hosts: vec![Host {
            name: "shop.example.test".to_owned(),
            certificate: None,
        }],
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn units_see_folders_of_their_own_and_claims_that_stay() {
    let driver = driver().await;
    let folder = volumes::volume(Storage::Ephemeral {
        is_in_memory: true,
        size: Some(1 << 20),
    });
    driver.ensure_volume(&folder).await.unwrap();
    let own = app();
    let mut wanted = desired(&driver, own, "echo mine >/cache/file && exec sleep 1000").await;
    wanted.mounts = vec![volumes::seen(&folder, "/cache", false)];
    driver.apply(&wanted).await.unwrap();
    ready(&driver, &wanted).await;
    end(&driver, own).await;
    driver.remove_volume(&folder).await.unwrap();

    // Nothing here makes storage for claims: that units see them is told by the tests of the client.
    let claim = volumes::volume(Storage::Persistent {
        class: Some("by-hand".to_owned()),
        access: VolumeAccess::ReadWriteOnce,
        size: 1 << 20,
    });
    for _ in 0..2 {
        driver.ensure_volume(&claim).await.unwrap();
        assert!(driver.has_volume(&claim).await.unwrap());
    }
    let gone = async || match driver.remove_volume(&claim).await {
        Ok(()) => Some(()),
        Err(DriverError::Away(_)) => None,
        Err(error) => panic!("{error}"),
    };
    eventually("the claim is gone", gone).await;
    assert!(!driver.has_volume(&claim).await.unwrap());
    let engine = volumes::volume(volumes::engine());
    let refused = driver.ensure_volume(&engine).await.unwrap_err().to_string();
    assert!(refused.contains("Docker Engine"), "{refused}");
}
