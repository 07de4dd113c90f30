//! Runs that are made once.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::api::batch::v1::Job;
use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::ListParams;
use slipway_kube::once::{OnceSpec, Outcome};
use slipway_kube::states::{State, Wait};
use slipway_kube::{Cluster, KubeError};

use crate::fixture::{by_hand, cluster, namespace, shell};

fn once(namespace: &str, script: &str) -> OnceSpec {
    OnceSpec {
        namespace: namespace.to_owned(),
        app: "shop".to_owned(),
        name: "shop-release-1".to_owned(),
        unit: shell(script),
        deadline: Duration::from_secs(90),
        grace: Duration::from_secs(1),
    }
}

async fn run(cluster: &Cluster, spec: &OnceSpec) -> (Outcome, Vec<String>) {
    let mut lines = Vec::new();
    let told = |line: slipway_kube::logs::LogLine| lines.push(String::from_utf8_lossy(&line.text).into_owned());
    let outcome = cluster.run_once(spec, told).await.unwrap();
    (outcome, lines)
}

fn exit_code(outcome: &Outcome) -> Option<i32> {
    match outcome {
        Outcome::Ended(end) => Some(end.exit_code),
        _ => None,
    }
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_run_tells_its_lines_and_its_exit_code_and_leaves_nothing() {
    let cluster = cluster().await;
    let mut spec = once(&namespace("once"), "echo one; sleep 1; echo $TWO; exit 4");
    spec.unit.env = BTreeMap::from([("TWO".to_owned(), "two".to_owned())]);
    let (outcome, lines) = run(&cluster, &spec).await;
    assert_eq!(lines, ["one", "two"]);
    assert_eq!(exit_code(&outcome), Some(4), "{outcome:?}");
    let client = by_hand().await;
    let jobs: Api<Job> = Api::namespaced(client.clone(), &spec.namespace);
    let secrets: Api<Secret> = Api::namespaced(client, &spec.namespace);
    assert!(jobs.get_opt(&spec.name).await.unwrap().is_none());
    assert!(secrets.list(&ListParams::default()).await.unwrap().items.is_empty());
    let quick = run(&cluster, &once(&spec.namespace, "true")).await;
    assert_eq!((exit_code(&quick.0), quick.1), (Some(0), Vec::new()));
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_run_is_found_again_by_whoever_comes_after() {
    let cluster = cluster().await;
    let spec = once(&namespace("found"), "echo one; sleep 2; echo two");
    cluster.start_once(&spec).await.unwrap();
    let other = Cluster::connect(&crate::fixture::access().await).await.unwrap();
    let (outcome, lines) = run(&other, &spec).await;
    assert_eq!(
        (exit_code(&outcome), lines),
        (Some(0), vec!["one".to_owned(), "two".to_owned()])
    );
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_run_that_takes_too_long_or_never_begins_is_ended() {
    let cluster = cluster().await;
    let mut spec = once(&namespace("late"), "echo begun; exec sleep 600");
    // On a busy machine it takes seconds to begin.
    spec.deadline = Duration::from_secs(15);
    let (outcome, lines) = run(&cluster, &spec).await;
    assert!(
        matches!(&outcome, Outcome::Late { last: Some(last) } if last.has_begun()),
        "{outcome:?}"
    );
    assert_eq!(lines, ["begun"]);
    spec.unit.image = "registry.invalid/shop:1".to_owned();
    spec.deadline = Duration::from_secs(8);
    let (outcome, _) = run(&cluster, &spec).await;
    assert!(
        matches!(
            &outcome,
            Outcome::Late {
                last: Some(State::Pending { wait: Wait::Image, .. })
            }
        ),
        "{outcome:?}"
    );
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_run_that_somebody_removes_is_told() {
    let cluster = cluster().await;
    let spec = once(&namespace("removed"), "exec sleep 600");
    cluster.start_once(&spec).await.unwrap();
    let waiting = cluster.wait_once(&spec.namespace, &spec.name);
    let removing = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let other = cluster
            .remove_once(&spec.namespace, "other", &spec.name)
            .await
            .unwrap_err();
        assert!(matches!(other, KubeError::Foreign { .. }), "{other}");
        cluster
            .remove_once(&spec.namespace, &spec.app, &spec.name)
            .await
            .unwrap();
    };
    let (outcome, ()) = tokio::join!(waiting, removing);
    assert_eq!(outcome.unwrap(), Outcome::Removed);
    cluster
        .remove_once(&spec.namespace, &spec.app, &spec.name)
        .await
        .unwrap();
}
