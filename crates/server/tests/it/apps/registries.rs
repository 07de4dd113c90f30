//! Registries that want a login: what an integration opens, and what is built into one.

use serde_json::{Value, json};
use slipway_testing::registry;

use super::stage::Stage;
use crate::support::{Acme, document};

fn settings(password: &str) -> Value {
    json!({"address": registry::guarded().unwrap(), "username": registry::LOGIN.0, "password": password})
}

async fn make(acme: &Acme, kind: &str, name: &str, settings: Value) -> String {
    let new = document(
        "integrations",
        json!({"kind": kind, "name": name, "settings": settings}),
    );
    let made = acme.owner.post("/api/v2/organizations/acme/integrations", new).await;
    let made = made.expect(201);
    assert!(!made.text().contains(registry::LOGIN.1), "{}", made.text());
    made.id()
}

/// Tests what is not kept.
async fn draft(acme: &Acme, settings: Value) -> Value {
    let body = document("integrations", json!({"kind": "oci-registry", "settings": settings}));
    let path = "/api/v2/organizations/acme/integrations/actions/test";
    acme.owner.post(path, body).await.expect(200).body["data"]["attributes"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_wants_a_login_is_deployed_with_that_of_an_integration() {
    let stage = Stage::with(|settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let image = registry::put_guarded_shell("story/guarded", "1", super::stage::SERVE)
        .await
        .unwrap();
    let app = stage.app("guarded").await;
    let refused = stage.deploy(&app, &image).await;
    assert_eq!(refused["status"], "failed", "{refused}");

    let found = draft(&stage.acme, settings(registry::LOGIN.1)).await;
    let account = format!("{} at {}", registry::LOGIN.0, registry::guarded().unwrap());
    assert_eq!(
        (&found["account"], &found["error"]),
        (&json!(account), &Value::Null),
        "{found}"
    );
    let found = draft(&stage.acme, settings("another")).await;
    assert!(found["error"].as_str().unwrap().contains("does not let"), "{found}");
    let open = json!({"method": "anonymous", "address": registry::guarded().unwrap()});
    let found = draft(&stage.acme, open).await;
    assert!(found["error"].as_str().unwrap().contains("without a login"), "{found}");
    let open = json!({"method": "anonymous", "address": registry::address().unwrap()});
    let found = draft(&stage.acme, open).await;
    assert_eq!(found["error"], Value::Null, "{found}");
    let outside = json!({"method": "anonymous", "address": "8.8.8.8", "tls": "off"});
    let found = draft(&stage.acme, outside).await;
    // It is not asked at all.
    let said = found["error"].as_str().unwrap();
    assert!(said.contains("at no private address"), "{said}");

    make(&stage.acme, "oci-registry", "images", settings(registry::LOGIN.1)).await;
    let deployed = stage.deploy(&app, &image).await;
    assert_eq!(deployed["status"], "deployed", "{deployed}");
    assert_eq!(stage.ask("guarded").await.0, 200);
    assert!(!deployed.to_string().contains(registry::LOGIN.1));
}

/// Without any cluster.
#[tokio::test]
async fn builds_of_a_cluster_are_said_by_site_administrators() {
    let acme = Acme::new().await;
    let new = json!({"name": "far", "kubeconfig": crate::access::apps::KUBECONFIG});
    let made = acme.owner.post("/api/v2/clusters", document("clusters", new)).await;
    let path = format!("/api/v2/clusters/{}", made.expect(201).id());
    let images = make(
        &acme,
        "oci-registry",
        "images",
        json!({"address": "registry.example.com", "username": "deployer", "password": "p"}),
    )
    .await;
    let mail = make(&acme, "environment", "mail", json!({})).await;
    let build = |registry: &str, repository: &str| json!({"buildkit": "tcp://buildkitd.build:1234", "registry": registry, "repository": repository});
    let update = async |build: Value| {
        acme.owner
            .patch(&path, document("clusters", json!({"build": build})))
            .await
    };
    for (registry, repository) in [
        (mail.as_str(), "slipway/far"),
        ("int-0000000000000000", "slipway/far"),
        (&images, "Slipway/"),
    ] {
        update(build(registry, repository)).await.expect(422);
    }
    let wanted = build(&images, "slipway/far");
    update(wanted.clone()).await.expect(200);
    let shown =
        async || acme.owner.get(&path).await.expect(200).body["data"]["attributes"]["kubernetes"]["build"].clone();
    assert_eq!(shown().await, wanted);
    // What is not mentioned stays, and what is taken away is gone.
    let other = document("clusters", json!({"domain": "apps.example.test"}));
    acme.owner.patch(&path, other).await.expect(200);
    assert_eq!(shown().await, wanted);
    update(Value::Null).await.expect(200);
    assert_eq!(shown().await, Value::Null);
}
