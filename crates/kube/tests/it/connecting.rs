//! Who is there, who we are, and what stands between.

use std::net::TcpListener;

use k8s_openapi::api::core::v1::{Secret, ServiceAccount};
use kube::Api;
use kube::api::PostParams;
use serde_json::json;
use slipway_kube::access::Credentials;
use slipway_kube::{Access, Cluster, KubeError};

use crate::fixture::{access, base64, by_hand, cluster, eventually, namespace, process};

fn at(url: &str, authority: Option<&str>, token: &str) -> Access {
    Access::Address {
        url: url.to_owned(),
        authority: authority.map(str::to_owned),
        credentials: Credentials::Token(token.to_owned().into()),
    }
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_cluster_says_what_it_is() {
    let about = cluster().await.about().await.unwrap();
    assert_eq!(about.version, "v1.34.4");
    let nodes = about.nodes.unwrap();
    assert_eq!(nodes.len(), 1);
    let node = &nodes[0];
    assert!(node.is_ready && node.why.is_empty(), "{node:?}");
    assert!(
        node.platform.starts_with("linux/") && node.processor >= 1000 && node.memory > 1 << 20,
        "{node:?}"
    );
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_kubeconfig_leads_to_the_same_cluster() {
    let Access::Address {
        url,
        authority,
        credentials: Credentials::Certificate { chain, key },
    } = access().await
    else {
        unreachable!()
    };
    use secrecy::ExposeSecret;
    let text = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "other",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
        "clusters": [{"name": "test", "cluster": {"server": url, "certificate-authority-data": base64(&authority.unwrap())}}],
        "users": [{"name": "test", "user": {
            "client-certificate-data": base64(&chain), "client-key-data": base64(key.expose_secret())}}],
    });
    let by = |context: Option<&str>| Access::Kubeconfig {
        text: text.to_string().into(),
        context: context.map(str::to_owned),
    };
    let cluster = Cluster::connect(&by(Some("test"))).await.unwrap();
    assert_eq!(cluster.missing_rights("default").await.unwrap(), Vec::<String>::new());
    let error = Cluster::connect(&by(None)).await.unwrap_err();
    assert!(
        matches!(&error, KubeError::Access(what) if what.contains("other")),
        "{error}"
    );
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_stands_between_is_told() {
    let Access::Address { url, authority, .. } = access().await else {
        unreachable!()
    };
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = Cluster::connect(&at(&format!("https://{nobody}"), None, "t"))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, KubeError::Unreachable { at, .. } if at.contains(&nobody.to_string())) && error.is_passing(),
        "{error}"
    );
    let error = Cluster::connect(&at(&url, None, "t")).await.unwrap_err();
    assert!(matches!(&error, KubeError::Certificate { .. }), "{error}");
    let error = Cluster::connect(&at(&url, authority.as_deref(), "t"))
        .await
        .unwrap_err();
    assert!(matches!(&error, KubeError::Unauthorized { .. }), "{error}");
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn an_account_that_may_not_is_told_what_it_may_not() {
    let client = by_hand().await;
    let space = namespace("rights");
    let cluster = cluster().await;
    cluster.apply_process(&process(&space, "sleep 600")).await.unwrap();
    let accounts: Api<ServiceAccount> = Api::namespaced(client.clone(), &space);
    let account: ServiceAccount = serde_json::from_value(json!({"metadata": {"name": "deployer"}})).unwrap();
    accounts.create(&PostParams::default(), &account).await.unwrap();
    let secrets: Api<Secret> = Api::namespaced(client, &space);
    let secret: Secret = serde_json::from_value(json!({
        "metadata": {"name": "deployer", "annotations": {"kubernetes.io/service-account.name": "deployer"}},
        "type": "kubernetes.io/service-account-token",
    }))
    .unwrap();
    secrets.create(&PostParams::default(), &secret).await.unwrap();
    let token = eventually("the account has a token", async || {
        let secret = secrets.get("deployer").await.unwrap();
        let token = secret.data?.remove("token")?;
        String::from_utf8(token.0).ok()
    })
    .await;
    let Access::Address { url, authority, .. } = access().await else {
        unreachable!()
    };
    let weak = Cluster::connect(&at(&url, authority.as_deref(), &token)).await.unwrap();
    assert_eq!(weak.about().await.unwrap().nodes, None);
    let missing = weak.missing_rights(&space).await.unwrap();
    let wanted = format!("may not patch deployments.apps in the namespace {space}");
    assert!(missing.contains(&wanted), "{missing:?}");
    let error = weak.apply_process(&process(&space, "sleep 600")).await.unwrap_err();
    assert!(
        matches!(&error, KubeError::Forbidden(what) if what.contains("deployer") && what.contains(&space)),
        "{error}"
    );
}

#[tokio::test]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn who_measures_nothing_says_so() {
    let error = cluster()
        .await
        .usage("default", &std::collections::BTreeMap::new())
        .await
        .unwrap_err();
    assert!(matches!(error, KubeError::NoMetrics), "{error}");
}
