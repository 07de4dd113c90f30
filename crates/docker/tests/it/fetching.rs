//! Images of a registry.

use serde_json::json;
use slipway_docker::{DockerError, State};
use slipway_testing::{docker, registry};

use crate::fixture::{self, shell, unlike};

/// A layer that has busybox as its shell.
fn layer() -> Vec<u8> {
    let program = std::fs::read(docker::busybox().unwrap()).unwrap();
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_ustar();
    header.set_size(program.len() as u64);
    header.set_mode(0o755);
    archive.append_data(&mut header, "bin/sh", program.as_slice()).unwrap();
    archive.into_inner().unwrap()
}

#[tokio::test]
async fn an_image_is_fetched_by_its_digest_run_and_taken_away() {
    let (engine, _) = fixture::engine().await;
    let config = json!({"Cmd": ["/bin/sh", "-c", "exit 9"], "ExposedPorts": {"8080/tcp": {}}});
    let digest = registry::put("shop/web", "v1", layer(), &config).await.unwrap();
    let name = format!("{}/shop/web@{digest}", registry::address().unwrap());
    let mut told = Vec::new();
    let image = engine.fetch_image(&name, None, |line| told.push(line)).await.unwrap();
    assert!(image.digests.contains(&name), "{image:?}");
    assert_eq!(image.ports, [8080]);
    assert!(told.iter().any(|line| line.contains("Pull complete")), "{told:?}");
    // It is here: nobody is asked, and nothing is told.
    told.clear();
    assert_eq!(
        engine.fetch_image(&name, None, |line| told.push(line)).await.unwrap(),
        image
    );
    assert_eq!(told, [""; 0]);

    engine.tag_image(&name, "slipway/shop", "v1").await.unwrap();
    let mut unit = shell("slipway/shop:v1", "");
    unit.command.clear();
    unit.name = unlike("fetched");
    engine.start_unit(&unit).await.unwrap();
    let state = loop {
        match engine.unit(&unit.name).await.unwrap().state {
            State::Created | State::Running => tokio::task::yield_now().await,
            ended => break ended,
        }
    };
    assert!(matches!(state, State::Ended { exit_code: 9, .. }), "{state:?}");
    // What a unit uses stays, whatever it is called.
    engine.remove_image(&name).await.unwrap();
    let in_use = engine.remove_image("slipway/shop:v1").await;
    assert!(matches!(in_use, Err(DockerError::Conflict(_))), "{in_use:?}");
    engine.remove_unit(&unit.name).await.unwrap();
    engine.remove_image("slipway/shop:v1").await.unwrap();
    engine.remove_image("slipway/shop:v1").await.unwrap();
    assert!(matches!(engine.image(&image.id).await, Err(DockerError::NotFound(_))));
}

#[tokio::test]
async fn an_image_that_the_registry_does_not_have_is_named() {
    let (engine, _) = fixture::engine().await;
    let name = format!("{}/nobody/nothing:v1", registry::address().unwrap());
    let error = engine.fetch_image(&name, None, drop).await.unwrap_err();
    assert!(
        matches!(&error, DockerError::NotFetched { image, .. } if *image == name),
        "{error}"
    );
}
