//! Builds for Kubernetes: a BuildKit of its own, a registry that wants a login, and the cluster's machine that fetches from it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use slipway_api::ids::AppId;
use slipway_apps::clusters::driver::{Build, Driver, DriverError};
use slipway_apps::clusters::kubernetes::{Builds, Kubernetes};
use slipway_connections::registries::{Login, Registry};
use slipway_testing::{buildkit, registry};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use zeroize::Zeroizing;

use super::kubernetes::building_with;
use super::{app, desired, end, eventually, image, ready};

fn opened() -> Registry {
    let mut registry = Registry::open(&registry::guarded().unwrap());
    registry.login = Some(Login {
        user: registry::LOGIN.0.to_owned(),
        secret: Zeroizing::new(registry::LOGIN.1.to_owned()),
    });
    registry
}

/// One build at a time: a BuildKit that does several at once with one base now and then does again what it could have kept.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn driver() -> Kubernetes {
    // Starting a daemon blocks.
    let address = tokio::task::spawn_blocking(buildkit::address).await.unwrap().unwrap();
    building_with(Some(Ok(Builds {
        buildkit: address,
        registry: opened(),
        repository: "slipway/test".to_owned(),
        without_network: true,
    })))
    .await
}

fn build(app: AppId, id: &str, folder: &tempfile::TempDir, dockerfile: String) -> Build {
    Build {
        app: app.to_string(),
        id: id.to_owned(),
        folder: folder.path().to_owned(),
        dockerfile,
        arguments: BTreeMap::from([("WHO".to_owned(), "shop".to_owned())]),
        secrets: BTreeMap::from([("token".to_owned(), Zeroizing::new(b"hush".to_vec()))]),
        registries: Vec::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn what_is_built_is_pushed_and_runs_and_is_closed_to_others() {
    let _alone = ALONE.lock().await;
    let driver = driver().await;
    let (app, token) = (app(), CancellationToken::new());
    let base = image(&driver).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("greeting"), "hello").unwrap();
    let dockerfile = format!(
        "FROM {base}\nARG WHO\nCOPY greeting /greeting\n\
         RUN --mount=type=secret,id=token test $(cat /run/secrets/token) = hush && echo made for $WHO && echo $WHO >>/greeting\n\
         EXPOSE 8080\nCMD [\"/bin/sh\", \"-c\", \"cat /greeting; exec sleep 1000\"]\n"
    );
    let heard = Mutex::new(Vec::new());
    let hear = |line: String| heard.lock().unwrap().push(line);
    let built = driver
        .build(&build(app, "dep-1", &folder, dockerfile.clone()), &token, &hear)
        .await
        .unwrap();
    let name = format!("{}/slipway/test/{app}@sha256:", registry::guarded().unwrap());
    assert!(built.reference.starts_with(&name), "{}", built.reference);
    assert_eq!(built.ports, [8080]);
    assert_eq!(built.command.last().unwrap(), "cat /greeting; exec sleep 1000");
    let said = heard.lock().unwrap().join("\n");
    assert!(said.contains("made for shop") && said.contains("DONE"), "{said}");

    // What is not there any more is known before units are started from it.
    assert!(driver.has_image(&built.reference).await.unwrap());
    let never = format!("{name}{}", "0".repeat(64));
    assert!(!driver.has_image(&never).await.unwrap());
    let elsewhere = never.replace("slipway/test", "somewhere/else");
    assert!(driver.has_image(&elsewhere).await.unwrap());

    // The machine fetches it with the login of the builds.
    let mut wanted = desired(&driver, app, "").await;
    (wanted.image, wanted.command) = (built.reference.clone(), Vec::new());
    driver.apply(&wanted).await.unwrap();
    let unit = ready(&driver, &wanted).await.remove(0);
    let is_there = ["/bin/sh", "-c", "test \"$(cat /greeting)\" = helloshop"].map(str::to_owned);
    assert_eq!(driver.run(&unit, &is_there).await.unwrap(), 0);
    end(&driver, app).await;

    // Again, nothing has to be done.
    heard.lock().unwrap().clear();
    let again = driver
        .build(&build(app, "dep-2", &folder, dockerfile), &token, &hear)
        .await
        .unwrap();
    let said = heard.lock().unwrap().join("\n");
    let is_made = said
        .lines()
        .any(|line| line.ends_with(" made for shop") && !line.contains("RUN"));
    assert!(said.contains("CACHED") && !is_made, "{said}");

    // Another app's build cannot begin with it, though the login would open it; its own can.
    let other = super::app();
    let from = |what: &str| format!("FROM {what}\nRUN cat /greeting\n");
    let stolen = driver
        .build(&build(other, "dep-3", &folder, from(&built.reference)), &token, &|_| {})
        .await;
    assert!(
        matches!(&stolen, Err(DriverError::Refused(reason)) if reason.contains("not allowed") || reason.contains("denied")),
        "{stolen:?}"
    );
    let own = driver
        .build(&build(app, "dep-4", &folder, from(&again.reference)), &token, &|_| {})
        .await;
    own.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_build_that_fails_says_why_and_one_that_is_cancelled_ends() {
    let _alone = ALONE.lock().await;
    let driver = driver().await;
    let app = app();
    let base = image(&driver).await;
    let folder = tempfile::tempdir().unwrap();
    let token = CancellationToken::new();
    let failing = build(app, "dep-5", &folder, format!("FROM {base}\nRUN echo no >&2; exit 7\n"));
    match driver.build(&failing, &token, &|_| {}).await {
        Err(DriverError::Refused(reason)) => assert!(reason.contains("exit code: 7"), "{reason}"),
        other => panic!("{other:?}"),
    }

    // A word that no other process has.
    let word = format!("100{}", std::process::id());
    let is_there = || {
        let all = std::fs::read_dir("/proc").unwrap().flatten();
        let mut lines = all.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
        let needle = format!("sleep\0{word}\0");
        lines.any(|line| line.windows(needle.len()).any(|part| part == needle.as_bytes()))
    };
    let slow = build(
        app,
        "dep-6",
        &folder,
        format!("FROM {base}\nRUN echo begun && sleep {word}\n"),
    );
    let cancel = token.clone();
    let hear = move |line: String| {
        if line.ends_with(" begun") {
            cancel.cancel();
        }
    };
    let begun = Instant::now();
    assert_eq!(driver.build(&slow, &token, &hear).await, Err(DriverError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
    eventually("its processes are gone", async || (!is_there()).then_some(())).await;
}

/// A way to a registry that breaks for good when so many bytes went there.
async fn breaking(most: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let to = registry::address().unwrap();
    tokio::spawn(async move {
        let left = Arc::new(AtomicUsize::new(most));
        while left.load(Ordering::Relaxed) > 0 {
            let (near, _) = listener.accept().await.unwrap();
            let far = TcpStream::connect(&to).await.unwrap();
            let left = Arc::clone(&left);
            tokio::spawn(async move {
                let ((mut asks, mut hears), (mut answers, mut asked)) = (near.into_split(), far.into_split());
                let back = tokio::spawn(async move { tokio::io::copy(&mut answers, &mut hears).await });
                let mut part = vec![0; 16 << 10];
                while let Ok(read) = asks.read(&mut part).await {
                    let before = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                        Some(left.saturating_sub(read))
                    });
                    let is_broken = before.unwrap() <= read;
                    if read == 0 || is_broken || asked.write_all(&part[..read]).await.is_err() {
                        break;
                    }
                }
                back.abort();
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_registry_that_goes_away_in_the_middle_of_a_push_is_told_by_its_name() {
    let _alone = ALONE.lock().await;
    let address = tokio::task::spawn_blocking(buildkit::address).await.unwrap().unwrap();
    let away = breaking(1 << 20).await;
    let driver = building_with(Some(Ok(Builds {
        buildkit: address,
        registry: Registry::open(&away),
        repository: "slipway/test".to_owned(),
        without_network: true,
    })))
    .await;
    let (app, folder) = (app(), tempfile::tempdir().unwrap());
    let base = image(&driver).await;
    let dockerfile = format!("FROM {base}\nRUN dd if=/dev/urandom of=/big bs=1M count=8\n");
    let wanted = build(app, "dep-8", &folder, dockerfile.clone());
    let failed = driver.build(&wanted, &CancellationToken::new(), &|_| {}).await;
    let reason = failed.unwrap_err().to_string();
    assert!(reason.contains(&away), "{reason}");
    // The next one, to a registry that is there, does not begin anew.
    let driver = self::driver().await;
    let heard = Mutex::new(String::new());
    let hear = |line: String| heard.lock().unwrap().push_str(&line);
    let wanted = build(app, "dep-9", &folder, dockerfile);
    driver.build(&wanted, &CancellationToken::new(), &hear).await.unwrap();
    assert!(heard.lock().unwrap().contains("CACHED"), "{}", heard.lock().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make test` runs it with the others there, `xtask kubernetes`"]
async fn a_cluster_without_builds_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (None, "slipway cluster update"),
        (
            Some(Err("The integration \"r\" is turned off.".to_owned())),
            "turned off",
        ),
        (
            Some(Ok(Builds {
                buildkit: "tcp://127.0.0.1:9".to_owned(),
                registry: opened(),
                repository: "slipway/test".to_owned(),
                without_network: true,
            })),
            "tcp://127.0.0.1:9 does not answer",
        ),
    ];
    for (builds, said) in cases {
        let driver = building_with(builds).await;
        let wanted = build(app(), "dep-7", &folder, "FROM scratch\n".to_owned());
        let error = driver
            .build(&wanted, &CancellationToken::new(), &|_| {})
            .await
            .unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
    }
}
