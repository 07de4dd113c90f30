//! Engines that go and come back, and engines without room: a deploy waits for the one, and says the other.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_apps::running::keeping;
use slipway_testing::docker::Own;

use super::stage::{SERVE, Stage, webs_at};

/// On an engine of its own; starting and ending one blocks.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_waits_for_its_engine_and_goes_on_and_units_come_back() {
    let engine = blocking(|| Own::start("docker-restarted")).await;
    let engine = std::sync::Arc::new(engine);
    let act = async |what: fn(&Own) -> anyhow::Result<()>| {
        let engine = std::sync::Arc::clone(&engine);
        blocking(move || what(&engine)).await;
    };
    let socket = engine.socket().unwrap();
    let images = webs_at(&socket, 3).await;
    let stage = Stage::with(|settings| settings.apps.docker_socket = Some(socket)).await;
    let (ctx, app) = (stage.acme.app.system(), stage.app("web").await);
    let id = app.parse().unwrap();
    assert_eq!(stage.deploy(&app, &images[0]).await["status"], "deployed");

    // What ran runs again when the engine does, without anybody's doing.
    act(Own::end).await;
    keeping::look_at_all(&ctx).await.unwrap();
    act(Own::begin).await;
    stage
        .until("the unit to come back", async || {
            keeping::look_at_all(&ctx).await.unwrap();
            stage.ask("web").await == (200, "v1 \n".to_owned())
        })
        .await;
    assert_eq!(stage.units(&app).await, ["web-1-0"]);

    // One that begins while it is away waits, and says for what.
    act(Own::end).await;
    let second = stage.begin(&app, json!({"image": images[1]})).await;
    let away = keeping::drive(&ctx, id).await.unwrap_err();
    assert_eq!(away.code(), slipway_api::Code::Unavailable, "{away}");
    let shown = stage.shown(&second).await;
    assert_eq!(
        (&shown["status"], &shown["step"]),
        (&json!("running"), &json!("build")),
        "{shown}"
    );
    let log = stage.log(&second).await;
    assert!(log.contains("Waiting: "), "{log}");
    act(Own::begin).await;
    keeping::drive(&ctx, id).await.unwrap();
    assert_eq!(stage.shown(&second).await["status"], "deployed");
    assert_eq!(stage.ask("web").await, (200, "v2 \n".to_owned()));

    // One that is cut off by it goes on at the step where it was.
    let third = stage.begin(&app, json!({"image": images[2]})).await;
    let started = async {
        stage
            .until("its unit", async || {
                let step = stage.shown(&third).await["step"].clone();
                step != "build" && step != "release"
            })
            .await;
    };
    tokio::select! {
        driven = keeping::drive(&ctx, id) => driven.unwrap(),
        () = started => {}
    }
    act(Own::end).await;
    if stage.shown(&third).await["status"] == "running" {
        let away = keeping::drive(&ctx, id).await.unwrap_err();
        assert_eq!(away.code(), slipway_api::Code::Unavailable, "{away}");
    }
    act(Own::begin).await;
    tokio::time::timeout(Duration::from_secs(60), keeping::drive(&ctx, id))
        .await
        .unwrap()
        .unwrap();
    let shown = stage.shown(&third).await;
    assert_eq!(shown["status"], "deployed", "{shown}\n{}", stage.log(&third).await);
    stage
        .until("the third version alone", async || {
            keeping::look_at_all(&ctx).await.unwrap();
            stage.acme.app.settle().await;
            stage.ask("web").await == (200, "v3 \n".to_owned()) && stage.units(&app).await == ["web-3-0"]
        })
        .await;
    act(Own::end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_finds_no_room_says_so_and_the_next_one_has_it() {
    let engine = blocking(|| Own::small("docker-small", 96)).await;
    let socket = engine.socket().unwrap();
    let images = webs_at(&socket, 1).await;
    let stage = Stage::with(|settings| settings.apps.docker_socket = Some(socket)).await;
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &images[0]).await["status"], "deployed");
    let built = async |mebibytes: u32| -> Value {
        let dockerfile = format!(
            "FROM slipway/test:busybox\nENV VERSION=2\nRUN [\"/bin/sh\", \"-c\", \"dd if=/dev/zero of=/big bs=1M count={mebibytes}\"]\n"
        );
        let procfile = format!("web: {SERVE}\n");
        let files = [("Dockerfile", dockerfile.as_str()), ("Procfile", procfile.as_str())];
        let digest = stage.upload(&app, &files).await.expect(201).attribute("digest").clone();
        let id = stage.begin(&app, json!({"source-digest": digest})).await;
        stage.acme.app.settle().await;
        stage.shown(&id).await
    };
    let failed = built(200).await;
    assert_eq!(
        (&failed["status"], &failed["step"]),
        (&json!("failed"), &json!("build")),
        "{failed}"
    );
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.to_lowercase().contains("no space left on device"), "{reason}");
    // What runs goes on, and so does the next one that has room.
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-1-0"]);
    let deployed = built(4).await;
    assert_eq!(deployed["status"], "deployed", "{deployed}");
    assert_eq!(stage.ask("web").await, (200, "v2 \n".to_owned()));
    blocking(move || engine.end()).await;
}
