//! Networks of the Docker Engine: units reach those of their own organization, and no others.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use slipway_api::ids::{AppId, OrganizationId};
use slipway_apps::clusters::docker::Docker;
use slipway_apps::clusters::driver::{Build, Desired, Driver, Readiness, State, Unit, What};
use slipway_apps::process_settings::Marks;
use slipway_testing::docker;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// An engine that keeps networks apart, which this machine does not reach.
async fn driver() -> Docker {
    let socket = tokio::task::spawn_blocking(docker::apart).await.unwrap().unwrap();
    Docker::connect(&socket, true).await.unwrap()
}

/// An app that no other test has.
fn app() -> AppId {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("app-{number:016}").parse().unwrap()
}

/// Its only unit, once it runs.
async fn unit(driver: &Docker, app: AppId) -> Unit {
    let started = Instant::now();
    loop {
        let units = driver.units(Some(app)).await.unwrap();
        if let Some(unit) = units.into_iter().find(|unit| unit.state == State::Running) {
            return unit;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "no unit runs of {app}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn end(driver: &Docker, app: AppId) {
    driver.clear(app, What::Everything, Duration::ZERO).await.unwrap();
}

fn organization(number: u32) -> OrganizationId {
    format!("org-{number:016}").parse().unwrap()
}

/// An image that has every usual command.
async fn image(driver: &Docker) -> String {
    static IMAGE: OnceCell<String> = OnceCell::const_new();
    let build = async || {
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(docker::busybox().unwrap(), folder.path().join("busybox")).unwrap();
        let install = "COPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]";
        let build = Build {
            app: "test".to_owned(),
            id: "shell".to_owned(),
            folder: folder.path().to_owned(),
            dockerfile: format!("FROM scratch\n{install}\nENV PATH=/bin\n"),
            ..Build::default()
        };
        let built = driver.build(&build, &CancellationToken::new(), &|_| {}).await;
        built.unwrap().reference
    };
    IMAGE.get_or_init(build).await.clone()
}

fn serving(organization: OrganizationId, image: &str) -> Desired {
    let script = "mkdir -p /tmp/www; echo hello >/tmp/www/index.html; exec httpd -f -p 8080 -h /tmp/www";
    Desired {
        organization,
        app: app(),
        deploy: 1,
        version: 1,
        process: "web".to_owned(),
        units: 1,
        image: image.to_owned(),
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        env: BTreeMap::new(),
        memory: 0,
        processor: 0,
        processor_kept: 0,
        readiness: Readiness::default(),
        mounts: Vec::new(),
        marks: Marks::default(),
        autoscale: None,
        registry: None,
    }
}

/// Whether a unit reaches another one.
async fn reaches(driver: &Docker, from: &Unit, to: &Unit) -> bool {
    let address = to.address.unwrap();
    let script = format!("printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 {address} 8080");
    let command = ["/bin/sh", "-c", &script].map(str::to_owned);
    driver.run(from, &command).await.unwrap() == 0
}

async fn is_there(network: &str) -> bool {
    let engine = slipway_docker::Engine::connect(&docker::apart().unwrap())
        .await
        .unwrap();
    engine.network_labels(network).await.unwrap().is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn units_reach_those_of_their_own_organization_and_no_others() {
    let driver = driver().await;
    let image = image(&driver).await;
    let (ours, theirs) = (organization(1), organization(2));
    let wanted = [serving(ours, &image), serving(ours, &image), serving(theirs, &image)];
    let mut units = Vec::new();
    for wanted in &wanted {
        driver.apply(wanted).await.unwrap();
        units.push(unit(&driver, wanted.app).await);
    }
    let [one, other, foreign] = units.as_slice() else {
        panic!()
    };
    while !reaches(&driver, one, other).await {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(reaches(&driver, other, one).await);
    assert!(reaches(&driver, foreign, foreign).await);
    assert!(!reaches(&driver, foreign, one).await);
    assert!(!reaches(&driver, one, foreign).await);

    // A network goes with the last unit that is in it.
    let network = format!("slipway-{theirs}");
    driver.leave(theirs).await.unwrap();
    assert!(is_there(&network).await);
    for wanted in &wanted {
        end(&driver, wanted.app).await;
    }
    driver.leave(theirs).await.unwrap();
    driver.leave(theirs).await.unwrap();
    assert!(!is_there(&network).await);
    driver.leave(ours).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_that_is_used_up_is_told_with_its_setting() {
    let driver = driver().await;
    let image = image(&driver).await;
    let driver = driver.with_networks("10.77.4.0".parse().unwrap(), 23);
    let wanted: Vec<Desired> = (11..=13).map(|number| serving(organization(number), &image)).collect();
    driver.apply(&wanted[0]).await.unwrap();
    driver.apply(&wanted[1]).await.unwrap();
    let unit = unit(&driver, wanted[1].app).await;
    assert!(unit.address.unwrap().to_string().starts_with("10.77.5."), "{unit:?}");
    let refused = driver.apply(&wanted[2]).await.unwrap_err().to_string();
    assert!(
        refused.contains("10.77.4.0/23 is used") && refused.contains("apps.network_range"),
        "{refused}"
    );
    // What goes leaves room.
    driver
        .clear(wanted[0].app, What::Everything, Duration::ZERO)
        .await
        .unwrap();
    driver.leave(organization(11)).await.unwrap();
    driver.apply(&wanted[2]).await.unwrap();
    for wanted in &wanted {
        end(&driver, wanted.app).await;
        driver.leave(wanted.organization).await.unwrap();
    }
}
