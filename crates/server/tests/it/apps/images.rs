//! Images that were built go when no version needs them; what was not built here stays.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use slipway_docker::{DockerError, Engine};

use super::stage::{SERVE, Stage, base};

async fn engine() -> Engine {
    let socket = slipway_testing::docker::socket().unwrap();
    Engine::connect(&socket).await.unwrap()
}

impl Stage {
    /// Builds and deploys source that says a version; gives its image.
    async fn built(&self, app: &str, version: u32) -> String {
        let command = serde_json::to_string(&["/bin/sh", "-c", SERVE]).unwrap();
        let dockerfile = format!("FROM slipway/test:busybox\nENV VERSION={version}\nCMD {command}\n");
        let files = [("Dockerfile", dockerfile.as_str())];
        let digest = self.upload(app, &files).await.expect(201).attribute("digest").clone();
        let id = self.begin(app, json!({"source-digest": digest})).await;
        self.acme.app.settle().await;
        let shown = self.shown(&id).await;
        assert_eq!(shown["status"], "deployed", "{shown}\n{}", self.log(&id).await);
        self.versions(app).await[0]["image"].as_str().unwrap().to_owned()
    }

    async fn versions(&self, app: &str) -> Vec<Value> {
        let path = format!("/api/v2/apps/{app}/versions");
        let listed = self.acme.owner.get(&path).await.expect(200).body["data"].clone();
        let listed = listed.as_array().unwrap().iter();
        listed.map(|one| one["attributes"].clone()).collect()
    }

    async fn sweep(&self) {
        slipway_apps::sweep(&self.acme.app.system()).await.unwrap();
    }
}

async fn is_there(engine: &Engine, image: &str) -> bool {
    match engine.image(image).await {
        Ok(_) => true,
        Err(DockerError::NotFound(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn images_are_kept_for_the_newest_versions_and_for_what_runs() {
    base().await;
    let stage = Stage::with(|settings| settings.apps.versions_kept = 2).await;
    let (app, other) = (stage.app("web").await, stage.app("other").await);
    let engine = engine().await;
    let mut images = Vec::new();
    for version in 1..=4 {
        images.push(stage.built(&app, 100 + version).await);
    }
    assert_eq!(images.iter().collect::<BTreeSet<_>>().len(), 4);
    // Another app runs the oldest, by its name.
    assert_eq!(stage.deploy(&other, &images[0]).await["status"], "deployed");
    // Somebody gave the second one a name of his own: the image is his now, too.
    engine.tag_image(&images[1], "somebody/else", "mine").await.unwrap();
    let listed = stage.versions(&app).await;
    assert!(
        listed.iter().all(|version| version.get("image-removed-at").is_none()),
        "{listed:?}"
    );

    stage.sweep().await;
    // Again is fine.
    stage.sweep().await;
    let left = [true, true, true, true];
    let mut there = Vec::new();
    for image in &images {
        there.push(is_there(&engine, image).await);
    }
    assert_eq!(there, left);
    engine.remove_image("somebody/else:mine").await.unwrap();
    assert!(!is_there(&engine, &images[1]).await);
    assert!(is_there(&engine, "slipway/test:busybox").await);
    stage.sweep().await;
    let gone: Vec<bool> = stage
        .versions(&app)
        .await
        .iter()
        .map(|version| version["image-removed-at"].is_string())
        .collect();
    assert_eq!(gone, [false, false, true, false]);

    let refused = stage.act(&app, "rollback", json!({"app-version": 2})).await.expect(409);
    assert!(
        refused
            .error()
            .1
            .starts_with("The image of version 2 of the app \"web\" is not there any more"),
        "{}",
        refused.error().1
    );
    stage.act(&app, "rollback", json!({"app-version": 3})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "v103 \n".to_owned()));

    // What is built again is there again.
    stage.built(&app, 102).await;
    let versions = stage.versions(&app).await;
    assert!(versions[0].get("image-removed-at").is_none(), "{versions:?}");

    stage
        .acme
        .owner
        .delete(&format!("/api/v2/apps/{other}"))
        .await
        .expect(202);
    stage.acme.app.settle().await;

    // An app that is deleted leaves nothing, and what it ran of others stays.
    stage
        .acme
        .owner
        .delete(&format!("/api/v2/apps/{app}"))
        .await
        .expect(202);
    stage.acme.app.settle().await;
    assert!(is_there(&engine, &images[3]).await);
    stage.sweep().await;
    for image in &images {
        assert!(!is_there(&engine, image).await, "{image}");
    }
    assert!(is_there(&engine, "slipway/test:busybox").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_somebody_took_away_is_told_and_not_run() {
    base().await;
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let first = stage.built(&app, 201).await;
    stage.built(&app, 202).await;
    let engine = engine().await;
    let names = engine.images_with("slipway.app").await.unwrap();
    for name in names.iter().filter(|one| one.id == first).flat_map(|one| &one.names) {
        engine.remove_image(name).await.unwrap();
    }
    // Before anybody looked: the deploy says it.
    let id = stage.act(&app, "rollback", json!({})).await.expect(201).id();
    let failed = stage.shown(&id).await;
    assert_eq!(failed["status"], "failed", "{failed}");
    let reason = failed["reason"].as_str().unwrap();
    assert!(
        reason.contains("version 1 of the app \"web\" is not there any more"),
        "{reason}"
    );
    assert_eq!(stage.ask("web").await, (200, "v202 \n".to_owned()));
    stage.sweep().await;
    stage.act(&app, "rollback", json!({})).await.expect(409);
}
