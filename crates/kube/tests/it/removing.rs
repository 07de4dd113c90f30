//! What is ours goes, and nothing else does.

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret, Service};
use kube::Api;
use kube::api::{ListParams, PostParams};
use serde_json::json;
use slipway_kube::KubeError;
use slipway_kube::routes::RouteSpec;
use slipway_kube::spec::Autoscale;

use crate::fixture::{by_hand, cluster, eventually, namespace, server, settled};

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn removing_an_app_leaves_nothing_of_it_and_all_of_others() {
    let cluster = cluster().await;
    let client = by_hand().await;
    let space = namespace("remove");
    let (mut web, mut other) = (server(&space, 1), server(&space, 1));
    web.units = 2;
    other.id.app = "blog".to_owned();
    let mut scaled = web.clone();
    scaled.id.process = "scaled".to_owned();
    scaled.autoscale = Some(Autoscale {
        least: 1,
        most: 3,
        processor_percent: Some(50),
        memory_percent: None,
    });
    for spec in [&web, &other, &scaled] {
        cluster.apply_process(spec).await.unwrap();
        let route = RouteSpec {
            to: spec.id.clone(),
            port: 8080,
            ..RouteSpec::default()
        };
        cluster.route(&route).await.unwrap();
    }
    settled(&cluster, &other.id).await;
    let secrets: Api<Secret> = Api::namespaced(client.clone(), &space);
    let foreign: Secret = serde_json::from_value(json!({
        "metadata": {"name": "theirs", "labels": {"slipway.dev/app": "shop"}}, "stringData": {"a": "b"}
    }))
    .unwrap();
    secrets.create(&PostParams::default(), &foreign).await.unwrap();

    cluster.remove_app(&space, "shop").await.unwrap();
    cluster.remove_app(&space, "shop").await.unwrap();
    eventually("the units are gone", async || {
        let labels = slipway_kube::names::app_labels("shop");
        cluster
            .units(Some(&space), &labels)
            .await
            .unwrap()
            .is_empty()
            .then_some(())
    })
    .await;
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &space);
    let services: Api<Service> = Api::namespaced(client, &space);
    let all = ListParams::default();
    let names = |list: Vec<String>| list;
    let left = names(
        deployments
            .list(&all)
            .await
            .unwrap()
            .items
            .into_iter()
            .filter_map(|one| one.metadata.name)
            .collect(),
    );
    assert_eq!(left, ["blog-web-1"]);
    let left = names(
        services
            .list(&all)
            .await
            .unwrap()
            .items
            .into_iter()
            .filter_map(|one| one.metadata.name)
            .collect(),
    );
    assert_eq!(left, ["blog-web"]);
    let left = names(
        secrets
            .list(&all)
            .await
            .unwrap()
            .items
            .into_iter()
            .filter_map(|one| one.metadata.name)
            .collect(),
    );
    assert!(left.len() == 2 && left[1] == "theirs", "{left:?}");
    assert!(settled(&cluster, &other.id).await.is_settled);
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_others_made_under_our_names_is_refused_and_not_touched() {
    let cluster = cluster().await;
    let client = by_hand().await;
    let space = namespace("foreign");
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let made: Namespace =
        serde_json::from_value(json!({"metadata": {"name": space, "labels": {"team": "theirs"}}})).unwrap();
    namespaces.create(&PostParams::default(), &made).await.unwrap();
    let deployments: Api<Deployment> = Api::namespaced(client.clone(), &space);
    let spec = server(&space, 1);
    let theirs: Deployment = serde_json::from_value(json!({
        "metadata": {"name": spec.id.name()},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "x", "image": "x"}]}}},
    }))
    .unwrap();
    let theirs = deployments.create(&PostParams::default(), &theirs).await.unwrap();
    for refused in [
        cluster.apply_process(&spec).await.map(drop),
        cluster.scale(&spec.id, 3).await.map(drop),
        cluster.remove_process(&spec.id).await,
    ] {
        let error = refused.unwrap_err();
        assert!(
            matches!(&error, KubeError::Foreign { what } if what.contains(&format!("Deployment {space}/shop-web-1"))),
            "{error}"
        );
    }
    let after = deployments.get(&spec.id.name()).await.unwrap();
    assert_eq!(after.metadata.uid, theirs.metadata.uid);
    assert_eq!(after.metadata.generation, theirs.metadata.generation);
    let maps: Api<ConfigMap> = Api::namespaced(client, &space);
    assert!(maps.list(&ListParams::default()).await.is_ok());
    let labels = namespaces.get(&space).await.unwrap().metadata.labels.unwrap();
    assert!(!labels.contains_key("app.kubernetes.io/managed-by"), "{labels:?}");
}
