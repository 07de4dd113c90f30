//! What shall be there is made, changed, and put right.

use std::collections::BTreeSet;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Pod, Secret};
use k8s_openapi::api::policy::v1::PodDisruptionBudget;
use kube::Api;
use kube::api::{DeleteParams, ListParams, Patch, PatchParams};
use serde_json::json;
use slipway_kube::{Cluster, ProcessSpec};

use crate::fixture::{by_hand, cluster, eventually, namespace, server, settled};

async fn unit_names(cluster: &Cluster, spec: &ProcessSpec) -> BTreeSet<String> {
    let units = cluster
        .units(Some(&spec.id.namespace), &spec.id.labels())
        .await
        .unwrap();
    units.into_iter().map(|unit| unit.name).collect()
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn applying_again_changes_nothing() {
    let cluster = cluster().await;
    let spec = server(&namespace("again"), 1);
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let deployments: Api<Deployment> = Api::namespaced(by_hand().await, &spec.id.namespace);
    let before = deployments.get(&spec.id.name()).await.unwrap();
    assert!(cluster.apply_process(&spec).await.unwrap().is_settled);
    let after = deployments.get(&spec.id.name()).await.unwrap();
    assert_eq!(before.metadata.resource_version, after.metadata.resource_version);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn units_are_scaled_restarted_and_given_another_environment() {
    let cluster = cluster().await;
    let mut spec = server(&namespace("scale"), 1);
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    assert_eq!(cluster.scale(&spec.id, 2).await.unwrap().wanted, 2);
    assert_eq!(settled(&cluster, &spec.id).await.ready, 2);
    spec.units = 2;
    assert!(cluster.apply_process(&spec).await.unwrap().is_settled);

    let before = unit_names(&cluster, &spec).await;
    cluster.restart(&spec.id, "first").await.unwrap();
    settled(&cluster, &spec.id).await;
    let after = eventually("old units are gone", async || {
        Some(unit_names(&cluster, &spec).await).filter(|names| names.is_disjoint(&before))
    })
    .await;
    cluster.restart(&spec.id, "first").await.unwrap();
    assert!(cluster.apply_process(&spec).await.unwrap().is_settled);
    assert_eq!(unit_names(&cluster, &spec).await, after);

    spec.unit.env.insert("WHO".to_owned(), "another".to_owned());
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    cluster.apply_process(&spec).await.unwrap();
    let secrets: Api<Secret> = Api::namespaced(by_hand().await, &spec.id.namespace);
    let secrets = secrets.list(&ListParams::default()).await.unwrap().items;
    assert_eq!(secrets.len(), 1, "{secrets:?}");
    assert_eq!(secrets[0].data.as_ref().unwrap()["WHO"].0, b"another");
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_is_changed_or_removed_by_hand_is_put_right() {
    let cluster = cluster().await;
    let client = by_hand().await;
    let mut spec = server(&namespace("drift"), 1);
    spec.units = 2;
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let name = spec.id.name();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &spec.id.namespace);
    let edit = json!({
        "metadata": {"annotations": {"team": "kept"}},
        "spec": {"replicas": 1, "template": {"spec": {"containers": [{"name": "unit", "command": ["/bin/false"]}]}}},
    });
    let by_hand = PatchParams::default();
    deployments
        .patch(&name, &by_hand, &Patch::Strategic(&edit))
        .await
        .unwrap();
    let budgets: Api<PodDisruptionBudget> = Api::namespaced(client.clone(), &spec.id.namespace);
    budgets.delete(&name, &DeleteParams::default()).await.unwrap();

    cluster.apply_process(&spec).await.unwrap();
    assert_eq!(settled(&cluster, &spec.id).await.ready, 2);
    let now = deployments.get(&name).await.unwrap();
    let pod = now.spec.unwrap().template.spec.unwrap();
    let command = pod.containers[0].command.as_ref().unwrap().join(" ");
    assert!(command.contains("httpd"), "{command}");
    assert_eq!(now.metadata.annotations.unwrap()["team"], "kept");
    assert!(budgets.get_opt(&name).await.unwrap().is_some());

    deployments.delete(&name, &DeleteParams::default()).await.unwrap();
    assert_eq!(cluster.process(&spec.id).await.unwrap(), None);
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;

    let pods: Api<Pod> = Api::namespaced(client, &spec.id.namespace);
    let before = unit_names(&cluster, &spec).await;
    pods.delete(before.first().unwrap(), &DeleteParams::default())
        .await
        .unwrap();
    eventually("another unit takes its place", async || {
        let process = cluster.process(&spec.id).await.unwrap().unwrap();
        (process.is_settled && unit_names(&cluster, &spec).await != before).then_some(())
    })
    .await;
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn units_get_no_rights_and_no_token() {
    let cluster = cluster().await;
    let mut spec = server(&namespace("rights"), 1);
    spec.units = 1;
    cluster.apply_process(&spec).await.unwrap();
    settled(&cluster, &spec.id).await;
    let unit = unit_names(&cluster, &spec).await.pop_first().unwrap();
    let script =
        "grep -E 'NoNewPrivs|Seccomp:' /proc/self/status | tr -d '\\n\\t '; ls /var/run/secrets 2>/dev/null; true";
    let (code, text) = crate::commands::shell(&cluster, &spec.id.namespace, &unit, script).await;
    assert_eq!((code, text.as_str()), (0, "NoNewPrivs:1Seccomp:2"));
}
