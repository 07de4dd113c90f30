//! Jobs: their runs, by hand and by their schedule.

use std::time::Duration;

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::ListParams;
use slipway_kube::jobs::{Concurrency, JobSpec, RunState};
use slipway_kube::once::Outcome;

use crate::fixture::{by_hand, cluster, eventually, namespace, shell};

fn job(namespace: &str, script: &str) -> JobSpec {
    JobSpec {
        namespace: namespace.to_owned(),
        app: "shop".to_owned(),
        name: "nightly".to_owned(),
        unit: shell(script),
        schedule: "0 3 1 1 *".to_owned(),
        time_zone: Some("Europe/Berlin".to_owned()),
        concurrency: Concurrency::Skip,
        retries: 1,
        deadline: Duration::from_secs(60),
        grace: Duration::from_secs(1),
        ..JobSpec::default()
    }
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_job_runs_when_somebody_asks_is_tried_again_and_goes_with_its_runs() {
    let cluster = cluster().await;
    let space = namespace("job");
    let mut spec = job(&space, "echo counting; exit $CODE");
    spec.unit.env.insert("CODE".to_owned(), "0".to_owned());
    cluster.apply_job(&spec).await.unwrap();
    cluster.apply_job(&spec).await.unwrap();
    assert_eq!(cluster.job_runs(&space, "shop", "nightly").await.unwrap(), []);
    for _ in 0..2 {
        cluster
            .start_job(&space, "shop", "nightly", "shop-nightly-1")
            .await
            .unwrap();
    }
    let outcome = cluster.wait_once(&space, "shop-nightly-1").await.unwrap();
    assert!(
        matches!(&outcome, Outcome::Ended(end) if end.exit_code == 0),
        "{outcome:?}"
    );
    use futures::TryStreamExt;
    let lines: Vec<_> = cluster.once_log(&space, "shop-nightly-1").try_collect().await.unwrap();
    assert_eq!((lines.len(), &lines[0].text[..]), (1, &b"counting"[..]));

    spec.unit.env.insert("CODE".to_owned(), "5".to_owned());
    cluster.apply_job(&spec).await.unwrap();
    cluster
        .start_job(&space, "shop", "nightly", "shop-nightly-2")
        .await
        .unwrap();
    let outcome = cluster.wait_once(&space, "shop-nightly-2").await.unwrap();
    assert!(
        matches!(&outcome, Outcome::Ended(end) if end.exit_code == 5),
        "{outcome:?}"
    );
    let runs = cluster.job_runs(&space, "shop", "nightly").await.unwrap();
    let states: Vec<_> = runs.iter().map(|run| (run.name.as_str(), run.state)).collect();
    assert_eq!(
        states,
        [
            ("shop-nightly-2", RunState::Failed),
            ("shop-nightly-1", RunState::Succeeded)
        ]
    );
    let tries = cluster
        .units(Some(&space), &slipway_kube::names::app_labels("shop"))
        .await
        .unwrap();
    assert_eq!(tries.len(), 3, "one, and two of the one that failed: {tries:?}");

    for _ in 0..2 {
        cluster.remove_job(&space, "shop", "nightly").await.unwrap();
    }
    assert_eq!(cluster.job_runs(&space, "shop", "nightly").await.unwrap(), []);
    let secrets: Api<Secret> = Api::namespaced(by_hand().await, &space);
    assert!(secrets.list(&ListParams::default()).await.unwrap().items.is_empty());
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_job_runs_by_its_schedule() {
    let cluster = cluster().await;
    let space = namespace("cron");
    let mut spec = job(&space, "true");
    spec.schedule = "* * * * *".to_owned();
    cluster.apply_job(&spec).await.unwrap();
    eventually("the schedule makes a run that succeeds", async || {
        let runs = cluster.job_runs(&space, "shop", "nightly").await.unwrap();
        runs.into_iter().find(|run| run.state == RunState::Succeeded)
    })
    .await;
    cluster.remove_job(&space, "shop", "nightly").await.unwrap();
}
