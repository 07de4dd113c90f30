//! Volumes: made once, seen by units, and taken away.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use slipway_api::volumes::VolumeAccess;
use slipway_apps::clusters::docker::Docker;
use slipway_apps::clusters::driver::{Driver, DriverError};
use slipway_apps::clusters::mounts::{Mount, Storage, Volume};

use super::{app, desired, end, ready};

/// A volume that no other test has.
pub fn volume(storage: Storage) -> Volume {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    Volume {
        id: format!("vol-{number:016}").parse().unwrap(),
        storage,
    }
}

pub fn engine() -> Storage {
    Storage::Engine {
        driver: String::new(),
        options: BTreeMap::new(),
    }
}

pub fn seen(volume: &Volume, path: &str, is_read_only: bool) -> Mount {
    Mount {
        volume: volume.clone(),
        path: path.to_owned(),
        is_read_only,
    }
}

/// A volume that outlives units: what one wrote another reads, and who only reads does not write.
pub async fn what_is_written_stays(driver: &dyn Driver, volume: &Volume) {
    driver.ensure_volume(volume).await.unwrap();
    // Again is fine.
    driver.ensure_volume(volume).await.unwrap();
    assert!(driver.has_volume(volume).await.unwrap());
    let app = app();
    let mut wanted = desired(driver, app, "exec sleep 1000").await;
    wanted.mounts = vec![seen(volume, "/data", false)];
    driver.apply(&wanted).await.unwrap();
    let unit = ready(driver, &wanted).await.remove(0);
    let shell = |script: &str| ["/bin/sh", "-c", script].map(str::to_owned);
    assert_eq!(driver.run(&unit, &shell("echo kept >/data/file")).await.unwrap(), 0);

    let mut next = wanted.clone();
    next.deploy = 2;
    next.mounts = vec![seen(volume, "/data", true)];
    driver.apply(&next).await.unwrap();
    let unit = ready(driver, &next).await.remove(0);
    assert_eq!(
        driver
            .run(&unit, &shell("test $(cat /data/file) = kept"))
            .await
            .unwrap(),
        0
    );
    assert_ne!(driver.run(&unit, &shell("echo other >/data/file")).await.unwrap(), 0);
    end(driver, app).await;
    assert!(driver.has_volume(volume).await.unwrap());
}

pub async fn a_unit_does_not_see_what_it_is_not_given(driver: &dyn Driver) {
    let app = app();
    let wanted = desired(driver, app, "test ! -e /data && exec sleep 1000").await;
    driver.apply(&wanted).await.unwrap();
    ready(driver, &wanted).await;
    end(driver, app).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_keeps_what_is_in_a_volume_until_it_is_removed() {
    let driver = Docker::connect(&slipway_testing::docker::socket().unwrap(), true)
        .await
        .unwrap();
    let volume = volume(engine());
    what_is_written_stays(&driver, &volume).await;
    // What something uses stays.
    let app = app();
    let mut wanted = desired(&driver, app, "exec sleep 1000").await;
    wanted.mounts = vec![seen(&volume, "/data", false)];
    driver.apply(&wanted).await.unwrap();
    ready(&driver, &wanted).await;
    match driver.remove_volume(&volume).await {
        Err(DriverError::Refused(reason)) => assert!(reason.contains("still uses it"), "{reason}"),
        other => panic!("{other:?}"),
    }
    end(&driver, app).await;
    driver.remove_volume(&volume).await.unwrap();
    driver.remove_volume(&volume).await.unwrap();
    assert!(!driver.has_volume(&volume).await.unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_s_folder_is_seen_where_it_is_there_and_never_removed() {
    let driver = Docker::connect(&slipway_testing::docker::socket().unwrap(), true)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "there").unwrap();
    let path = folder.path().to_str().unwrap().to_owned();
    let found = volume(Storage::HostPath { path: path.clone() });
    let app = app();
    let mut wanted = desired(&driver, app, "test $(cat /data/file) = there && exec sleep 1000").await;
    wanted.mounts = vec![seen(&found, "/data", true)];
    driver.apply(&wanted).await.unwrap();
    ready(&driver, &wanted).await;
    end(&driver, app).await;
    driver.remove_volume(&found).await.unwrap();
    assert!(folder.path().join("file").exists());

    let missing = volume(Storage::HostPath {
        path: format!("{path}/missing"),
    });
    wanted.mounts = vec![seen(&missing, "/data", false)];
    let refused = driver.apply(&wanted).await.unwrap_err();
    assert!(refused.to_string().contains("missing"), "{refused}");
    driver
        .clear(app, slipway_apps::clusters::driver::What::Everything, Duration::ZERO)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_leaves_a_volume_of_somebody_else_alone() {
    let driver = Docker::connect(&slipway_testing::docker::socket().unwrap(), true)
        .await
        .unwrap();
    let volume = volume(engine());
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
        .await
        .unwrap();
    let foreign = slipway_docker::volumes::VolumeSpec {
        name: volume.name(),
        ..slipway_docker::volumes::VolumeSpec::default()
    };
    engine.make_volume(&foreign).await.unwrap();
    for refused in [driver.ensure_volume(&volume).await, driver.remove_volume(&volume).await] {
        let reason = refused.unwrap_err().to_string();
        assert!(reason.contains("somebody else made"), "{reason}");
    }
    assert!(engine.volume(&volume.name()).await.is_ok());
    engine.remove_volume(&volume.name()).await.unwrap();
    let claim = super::volumes::volume(Storage::Persistent {
        class: None,
        access: VolumeAccess::ReadWriteOnce,
        size: 1 << 20,
    });
    let reason = driver.ensure_volume(&claim).await.unwrap_err().to_string();
    assert!(reason.contains("Kubernetes"), "{reason}");
}
