//! What units do, and why they do not.

use std::time::Duration;

use slipway_kube::spec::Limits;
use slipway_kube::states::{State, Wait};

use crate::fixture::{cluster, eventually, http_check, namespace, process, server, settled, unit_that};

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn units_become_ready_and_have_addresses() {
    let cluster = cluster().await;
    let mut spec = server(&namespace("ready"), 1);
    spec.units = 2;
    cluster.apply_process(&spec).await.unwrap();
    let process = settled(&cluster, &spec.id).await;
    assert_eq!((process.wanted, process.current, process.ready), (2, 2, 2));
    assert_eq!(process.trouble, "");
    let units = cluster
        .units(Some(&spec.id.namespace), &spec.id.labels())
        .await
        .unwrap();
    assert_eq!(units.len(), 2);
    for unit in &units {
        assert_eq!(unit.state, State::Ready);
        assert!(unit.address.is_some() && unit.started_at.is_some(), "{unit:?}");
        assert_eq!((unit.node.as_deref(), unit.restarts), (Some("localhost"), 0));
    }
    let everywhere = cluster.units(None, &spec.id.labels()).await.unwrap();
    assert!(everywhere.len() >= 2);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_version_that_never_gets_ready_says_why() {
    let cluster = cluster().await;
    let mut spec = server(&namespace("unready"), 1);
    spec.readiness = Some(http_check("/not-there"));
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(&cluster, &spec.id, |unit| unit.state == State::Starting).await;
    let told = eventually("a check fails", async || {
        let events = cluster.unit_events(&unit.namespace, &unit.name).await.unwrap();
        events
            .into_iter()
            .find(|event| event.is_warning && event.message.contains("404"))
    })
    .await;
    assert_eq!(told.reason, "Unhealthy");
    assert!(!cluster.process(&spec.id).await.unwrap().unwrap().is_settled);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_crash_is_told_with_its_exit_code_and_last_lines() {
    let cluster = cluster().await;
    let spec = process(&namespace("crash"), "echo the database is not there; exit 7");
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(&cluster, &spec.id, |unit| {
        unit.restarts > 0 && matches!(unit.state, State::Crashing(_))
    })
    .await;
    let State::Crashing(end) = unit.state else {
        unreachable!()
    };
    assert_eq!((end.exit_code, end.out_of_memory), (7, false));
    assert_eq!(end.message, "the database is not there");
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_unit_that_takes_too_much_memory_is_killed_for_it() {
    let cluster = cluster().await;
    let mut spec = process(&namespace("memory"), "exec tail /dev/zero");
    spec.unit.limits = Limits {
        memory: 24 << 20,
        ..Limits::default()
    };
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(&cluster, &spec.id, |unit| matches!(unit.state, State::Crashing(_))).await;
    let State::Crashing(end) = unit.state else {
        unreachable!()
    };
    assert!(end.out_of_memory && end.exit_code == 137, "{end:?}");
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn an_image_that_is_not_there_and_a_program_that_is_not_there_are_named() {
    let cluster = cluster().await;
    let mut spec = process(&namespace("image"), "");
    spec.unit.image =
        "registry.invalid/shop@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned();
    cluster.apply_process(&spec).await.unwrap();
    let waits_for = |wait: Wait| move |unit: &slipway_kube::Unit| matches!(&unit.state, State::Pending { wait: found, .. } if *found == wait);
    let unit = unit_that(&cluster, &spec.id, waits_for(Wait::Image)).await;
    let State::Pending { message, .. } = unit.state else {
        unreachable!()
    };
    assert!(message.contains("registry.invalid/shop"), "{message}");

    let mut spec = process(&namespace("program"), "");
    spec.unit.command = vec!["/bin/nothing".to_owned()];
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(&cluster, &spec.id, |unit| match &unit.state {
        State::Pending { wait, message } => *wait == Wait::Making && message.contains("/bin/nothing"),
        State::Crashing(end) => end.message.contains("/bin/nothing"),
        _ => false,
    })
    .await;
    assert!(unit.started_at.is_none(), "{unit:?}");
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_no_machine_takes_says_why() {
    let cluster = cluster().await;
    let mut spec = process(&namespace("large"), "sleep 600");
    spec.unit.limits = Limits {
        memory: 1 << 50,
        requested_memory: 1 << 50,
        ..Limits::default()
    };
    cluster.apply_process(&spec).await.unwrap();
    let unit = unit_that(
        &cluster,
        &spec.id,
        |unit| matches!(&unit.state, State::Pending { wait: Wait::Machine, message } if message.contains("memory")),
    )
    .await;
    assert!(unit.node.is_none());
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_unit_that_is_asked_to_end_is_seen_ending() {
    let cluster = cluster().await;
    let mut spec = process(
        &namespace("ending"),
        "trap 'exit 0' TERM; while true; do sleep 0.1; done",
    );
    spec.drain = Duration::from_secs(2);
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    cluster.scale(&spec.id, 0).await.unwrap();
    unit_that(&cluster, &spec.id, |unit| unit.state == State::Terminating).await;
    eventually("the unit is gone", async || {
        let units = cluster
            .units(Some(&spec.id.namespace), &spec.id.labels())
            .await
            .unwrap();
        units.is_empty().then_some(())
    })
    .await;
}
