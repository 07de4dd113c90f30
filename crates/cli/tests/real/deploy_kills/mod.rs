//! A server is killed at each step of a deploy, and started again: the deploy goes on where it was, no request fails meanwhile, its
//! release command ran once, and in the end nothing runs but the new version. On the Docker Engine and on Kubernetes alike.
//!
//! Each step is made long enough to be met: the build, the release command and the start of a unit each wait for a word of the test.
//! A step that nothing can hold up (`drain`) is met as soon as it is seen. Two steps are tried, by a seed that is printed;
//! `SLIPWAY_KILL_SEED` repeats them, `SLIPWAY_KILL_ALL=1` tries all.

mod docker;
mod kubernetes;

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use slipway_api::apps::NewApp;
use slipway_api::deploys::{Deploy, DeployStatus, DeployStep, NewDeploy};
use slipway_api::ids::{AppId, DeployId};

use crate::edge::{Load, ask, client};
use crate::kills;
use crate::slipway::Slipway;
use crate::wait::{PATIENCE, until_true};

/// The steps at which a server is killed.
const STEPS: [DeployStep; 5] = [
    DeployStep::Build,
    DeployStep::Release,
    DeployStep::Start,
    DeployStep::Health,
    DeployStep::Drain,
];

/// Of them in a normal test run.
const SAMPLE: usize = 2;

/// What a unit and a release command do: they ask the test before they go on.
const DOCKERFILE: &str = "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\nENV PATH=/bin\n\
                          COPY version ask /\nRUN [\"/bin/sh\", \"-c\", \"sleep 1; mkdir /www; cp /version /www/index.html\"]\n\
                          CMD [\"/bin/sh\", \"-c\", \"/bin/sh /ask start && exec httpd -f -p $PORT -h /www\"]\n";
const PROCFILE: &str =
    "web: /bin/sh -c \"/bin/sh /ask start && exec httpd -f -p $PORT -h /www\"\nrelease: /bin/sh /ask release\n";

/// What counts who asks, and holds who is to wait.
struct Host {
    port: u16,
    released: Arc<AtomicU32>,
    held: Arc<Held>,
}

/// Who is to wait, and that this changed.
#[derive(Default)]
struct Held {
    what: Mutex<Option<&'static str>>,
    changed: Condvar,
}

impl Host {
    fn start() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (released, held) = (Arc::<AtomicU32>::default(), Arc::<Held>::default());
        let (counted, holds) = (Arc::clone(&released), Arc::clone(&held));
        thread::spawn(move || {
            for asking in listener.incoming().flatten() {
                let (counted, holds) = (Arc::clone(&counted), Arc::clone(&holds));
                thread::spawn(move || answer(asking, &counted, &holds));
            }
        });
        Self { port, released, held }
    }

    fn hold(&self, what: Option<&'static str>) {
        *self.held.what.lock().unwrap() = what;
        self.held.changed.notify_all();
    }
}

fn answer(mut asking: TcpStream, released: &AtomicU32, held: &Held) {
    let mut request = [0; 512];
    let read = asking.read(&mut request).unwrap_or_default();
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    if request.contains("/release") {
        released.fetch_add(1, Ordering::Relaxed);
    }
    let what = held.what.lock().unwrap();
    let is_held = |what: &mut Option<&str>| what.is_some_and(|what| request.contains(what));
    drop(held.changed.wait_while(what, |what| is_held(what)).unwrap());
    asking.write_all(b"HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok").ok();
}

/// Brings a deploy to a step, and kills the server there.
async fn kill_at(slipway: &Slipway, host: &Host, id: DeployId, step: DeployStep) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    let seen = loop {
        let deploy = slipway.client.deploy(id).await.unwrap().attributes;
        if deploy.step >= step || deploy.status != DeployStatus::Running {
            break deploy;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "the deploy did not come to {step:?}"
        );
    };
    if step == DeployStep::Release {
        until_true("the release command", || host.released.load(Ordering::Relaxed) == 1).await;
    }
    slipway.server.kill();
    eprintln!(
        "killed at {:?} of a deploy that should be killed at {step:?}",
        seen.step
    );
    host.hold(None);
    slipway.server.restart().await;
}

async fn ended(slipway: &Slipway, id: DeployId) -> Deploy {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let deploy = slipway.client.deploy(id).await.unwrap().attributes;
        if deploy.status != DeployStatus::Running {
            return deploy;
        }
        assert!(
            tokio::time::Instant::now() < deadline,
            "the deploy did not end: {deploy:?}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Packs and uploads what says its version, and begins to deploy it.
async fn begin(slipway: &Slipway, app: AppId, host: &Host, version: usize) -> DeployId {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path();
    let ask = format!(
        "wget -q -O - http://$(ip route | awk '/default/ {{ print $3 }}'):{}/$1\n",
        host.port
    );
    fs::write(place.join("Dockerfile"), DOCKERFILE).unwrap();
    fs::write(place.join("Procfile"), PROCFILE).unwrap();
    fs::write(place.join("ask"), ask).unwrap();
    fs::write(place.join("version"), format!("v{version}")).unwrap();
    fs::copy(slipway_testing::docker::busybox().unwrap(), place.join("busybox")).unwrap();
    let archive = tempfile::NamedTempFile::new().unwrap();
    slipway_apps::sources::pack(place, archive.as_file()).unwrap();
    let source = slipway.client.upload_app_source(app, archive.path()).await.unwrap();
    let new = NewDeploy {
        source_digest: Some(source.attributes.digest),
        ..NewDeploy::default()
    };
    let deploy = slipway.client.create_deploy(app, new).await.unwrap();
    deploy.id.parse().unwrap()
}

fn tried() -> Vec<DeployStep> {
    if std::env::var_os("SLIPWAY_KILL_ALL").is_some() {
        return STEPS.to_vec();
    }
    let seed = kills::seed();
    eprintln!("a sample with SLIPWAY_KILL_SEED={seed}");
    let first = usize::try_from(seed % 5).unwrap_or_default();
    let steps = STEPS.into_iter().cycle().skip(first);
    steps.step_by(2).take(SAMPLE).collect()
}

async fn app(slipway: &Slipway) -> AppId {
    let new = NewApp {
        name: "hello".to_owned(),
        ..NewApp::default()
    };
    let app = slipway.client.create_app(&slipway.organization, new).await.unwrap();
    app.id.parse().unwrap()
}

/// Deploys the app once, then once for each step that is tried, with a server that is killed there; requests come all the time.
async fn killed_at_steps(slipway: &Slipway, app: AppId, host: &Host, at: SocketAddr) {
    let first = begin(slipway, app, host, 0).await;
    let deployed = ended(slipway, first).await;
    assert_eq!(deployed.status, DeployStatus::Deployed, "{}", deployed.reason);
    until_answered(at, "v0").await;
    let load = Load::begin(at);
    load.go_on(20).await;
    for (number, step) in tried().into_iter().enumerate() {
        let version = number + 1;
        host.released.store(0, Ordering::Relaxed);
        host.hold(match step {
            DeployStep::Release => Some("/release"),
            DeployStep::Start | DeployStep::Health => Some("/start"),
            _ => None,
        });
        let deploy = begin(slipway, app, host, version).await;
        kill_at(slipway, host, deploy, step).await;
        let deployed = ended(slipway, deploy).await;
        assert_eq!(
            deployed.status,
            DeployStatus::Deployed,
            "at {step:?}: {}",
            deployed.reason
        );
        assert_eq!(
            host.released.load(Ordering::Relaxed),
            1,
            "the release command ran once, killed at {step:?}"
        );
        load.go_on(20).await;
        until_answered(at, &format!("v{version}")).await;
        let units = slipway.client.app_units(app).all().await.unwrap();
        let numbers: Vec<u32> = units.iter().map(|unit| unit.attributes.deploy).collect();
        assert_eq!(numbers, [deployed.number], "nothing else runs, killed at {step:?}");
    }
    load.end().await;
}

/// Waits until requests come to a version: what takes them on Kubernetes hears of it a moment after the deploy.
async fn until_answered(at: SocketAddr, text: &str) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let answer = ask(&client(), at).await;
        if answer == (200, text.to_owned()) {
            return;
        }
        assert!(tokio::time::Instant::now() < deadline, "{answer:?} and not {text}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
