//! What units take is measured by a real metrics-server, and busy processes get more units for it.

use std::time::{Duration, Instant};

use slipway_kube::spec::{Autoscale, Limits};

use crate::fixture::{cluster, eventually, namespace, process, settled};

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn units_are_measured_and_there_are_as_many_as_it_takes() {
    let cluster = cluster().await;
    let started = tokio::task::spawn_blocking(|| slipway_testing::cluster::start()?.measure());
    started.await.unwrap().unwrap();
    eventually("somebody measures", async || {
        cluster.measures().await.unwrap().then_some(())
    })
    .await;
    let mut spec = process(
        &namespace("busy"),
        "while [ ! -e /tmp/idle ]; do :; done; exec sleep 1000",
    );
    spec.unit.limits = Limits {
        memory: 32 << 20,
        requested_memory: 16 << 20,
        processor: 100,
        requested_processor: 50,
    };
    spec.autoscale = Some(Autoscale {
        least: 1,
        most: 2,
        processor_percent: Some(60),
        memory_percent: None,
    });
    cluster.apply_process(&spec).await.unwrap();
    let begun = Instant::now();
    settled(&cluster, &spec.id).await;
    let measured = eventually("it is measured", async || {
        let usage = cluster.usage(&spec.id.namespace, &spec.id.labels()).await.unwrap();
        usage.into_iter().find(|usage| usage.processor > 40)
    })
    .await;
    // It takes as much as it may, and not more.
    assert!(
        measured.processor < 200 && measured.memory > 0 && measured.memory < 32 << 20,
        "{measured:?}"
    );
    eventually("there are two", async || {
        let process = cluster.process(&spec.id).await.unwrap().unwrap();
        (process.wanted == 2 && process.is_settled).then_some(())
    })
    .await;
    // How many there are is the cluster's to say: what is applied again leaves it.
    cluster.apply_process(&spec).await.unwrap();
    assert_eq!(cluster.process(&spec.id).await.unwrap().unwrap().wanted, 2);
    assert!(begun.elapsed() < Duration::from_secs(240));

    // Without it there are as many as somebody says.
    spec.autoscale = None;
    spec.units = 1;
    cluster.apply_process(&spec).await.unwrap();
    assert_eq!(settled(&cluster, &spec.id).await.wanted, 1);
    cluster.remove_process(&spec.id).await.unwrap();
}
