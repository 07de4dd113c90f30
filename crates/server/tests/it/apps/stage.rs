//! `acme` with a Docker Engine, images to deploy, and the router that takes requests.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slipway_apps::clusters::docker::Docker;
use slipway_apps::clusters::driver::{Build, Driver};
use slipway_apps::running::{keeping, routing};
use slipway_kernel::settings::Settings;
use slipway_router::Listen;
use slipway_testing::docker;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::support::{Acme, TestApp, document};

/// How long something may take that the engine does.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a web server of a test runs: it shows its version and a variable.
pub const SERVE: &str =
    "mkdir -p /tmp/www && echo \"v$VERSION $GREETING\" > /tmp/www/index.html && exec httpd -f -p $PORT -h /tmp/www";

/// The stage.
pub struct Stage {
    pub acme: Acme,
    router: SocketAddr,
    client: reqwest::Client,
    _end: DropGuard,
}

impl Stage {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        // Apps of different stories are different apps at the one engine.
        static SEED: AtomicU64 = AtomicU64::new(1_000);
        let seed = SEED.fetch_add(1, Ordering::Relaxed);
        let socket = docker::socket().unwrap();
        let app = TestApp::seeded(seed, |settings| {
            settings.apps.docker = true;
            settings.apps.docker_socket = Some(socket);
            settings.apps.builds_without_network = true;
            settings.apps.start_seconds = 30;
            change(settings);
        })
        .await;
        let ctx = app.system();
        keeping::look_at_all(&ctx).await.unwrap();
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let router = socket.local_addr().unwrap();
        let stop = CancellationToken::new();
        let (serving, ending) = (routing::router(&ctx), stop.clone());
        tokio::spawn(async move {
            let listen = Listen { socket, is_tls: false };
            serving.serve(listen, ending, Duration::ZERO).await.unwrap();
        });
        Self {
            acme: Acme::on(app).await,
            router,
            client: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            _end: stop.drop_guard(),
        }
    }

    /// A new app.
    pub async fn app(&self, name: &str) -> String {
        let path = "/api/v2/organizations/acme/apps";
        let made = self
            .acme
            .owner
            .post(path, document("apps", json!({"name": name})))
            .await;
        made.expect(201).id()
    }

    /// Begins a deploy.
    pub async fn begin(&self, app: &str, attributes: Value) -> String {
        let path = format!("/api/v2/apps/{app}/deploys");
        let made = self.acme.owner.post(&path, document("deploys", attributes)).await;
        made.expect(201).id()
    }

    /// Deploys an image to its end; gives the deploy as it is then.
    pub async fn deploy(&self, app: &str, image: &str) -> Value {
        let id = self.begin(app, json!({"image": image})).await;
        self.acme.app.settle().await;
        self.shown(&id).await
    }

    /// A deploy as it is.
    pub async fn shown(&self, deploy: &str) -> Value {
        let path = format!("/api/v2/deploys/{deploy}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    /// What a deploy told.
    pub async fn log(&self, deploy: &str) -> String {
        let path = format!("/api/v2/deploys/{deploy}/log");
        self.acme.owner.get(&path).await.expect(200).text()
    }

    /// Does something with an app, and all that follows.
    pub async fn act(&self, app: &str, action: &str, attributes: Value) -> crate::support::Answer {
        let path = format!("/api/v2/apps/{app}/actions/{action}");
        let kind = if action == "rollback" { "deploys" } else { "apps" };
        let answer = self.acme.owner.post(&path, document(kind, attributes)).await;
        self.acme.app.settle().await;
        answer
    }

    /// Changes variables, and does all that follows.
    pub async fn set(&self, app: &str, attributes: Value) -> crate::support::Answer {
        let path = format!("/api/v2/apps/{app}/env");
        let answer = self.acme.owner.patch(&path, document("app-envs", attributes)).await;
        self.acme.app.settle().await;
        answer
    }

    /// An app as it is.
    pub async fn app_shown(&self, app: &str) -> Value {
        let path = format!("/api/v2/apps/{app}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    /// Names of the units of an app, as they were seen last.
    pub async fn units(&self, app: &str) -> Vec<String> {
        let path = format!("/api/v2/apps/{app}/units");
        self.acme.owner.get(&path).await.expect(200).ids()
    }

    /// Asks an app through the router: status and text.
    pub async fn ask(&self, app: &str) -> (u16, String) {
        self.ask_host(&format!("{app}.acme.localhost"), "/").await
    }

    /// Asks a host through the router: status and text, or where else it is.
    pub async fn ask_host(&self, host: &str, path: &str) -> (u16, String) {
        let asked = self
            .client
            .get(format!("http://{}{path}", self.router))
            .header("host", host);
        let answer = asked.send().await.unwrap();
        let location = answer
            .headers()
            .get("location")
            .map(|to| to.to_str().unwrap().to_owned());
        (
            answer.status().as_u16(),
            location.unwrap_or(answer.text().await.unwrap()),
        )
    }

    /// Waits until something is so.
    pub async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let started = Instant::now();
        while !look().await {
            assert!(started.elapsed() < PATIENCE, "waited for {what}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// An image that serves its version.
pub async fn web(version: u32) -> String {
    image(&format!("web-{version}"), &format!("ENV VERSION={version}"), SERVE).await
}

/// An image that runs a line of shell; the same name is the same image.
pub async fn image(name: &str, more: &str, script: &str) -> String {
    base().await;
    let command = serde_json::to_string(&["/bin/sh", "-c", script]).unwrap();
    let dockerfile = format!("FROM slipway/test:busybox\n{more}\nCMD {command}\n");
    build(&docker::socket().unwrap(), name, &dockerfile, &[]).await
}

/// Images that serve their version, at an engine of a test's own: as many as these.
pub async fn webs_at(socket: &Path, versions: u32) -> Vec<String> {
    base_at(socket).await;
    let command = serde_json::to_string(&["/bin/sh", "-c", SERVE]).unwrap();
    let mut images = Vec::new();
    for version in 1..=versions {
        let dockerfile = format!("FROM slipway/test:busybox\nENV VERSION={version}\nCMD {command}\n");
        images.push(build(socket, &format!("web-{version}"), &dockerfile, &[]).await);
    }
    images
}

/// The image that everything is made from: every usual command.
pub async fn base() {
    static BASE: OnceCell<()> = OnceCell::const_new();
    BASE.get_or_init(async || base_at(&docker::socket().unwrap()).await)
        .await;
}

async fn base_at(socket: &Path) {
    let program = std::fs::read(docker::busybox().unwrap()).unwrap();
    let dockerfile =
        "FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\", \"--install\", \"/bin\"]\nENV PATH=/bin\n";
    build(socket, "busybox", dockerfile, &[("busybox", &program)]).await;
}

async fn build(socket: &Path, name: &str, dockerfile: &str, files: &[(&str, &[u8])]) -> String {
    // The engine refuses two builds of one name at once.
    static ORDER: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
    let _order = ORDER.lock().await;
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        std::fs::write(folder.path().join(path), content).unwrap();
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path().join(path), mode).unwrap();
    }
    let engine = Docker::connect(socket, true).await.unwrap();
    let build = Build {
        app: "test".to_owned(),
        id: name.to_owned(),
        folder: folder.path().to_owned(),
        dockerfile: dockerfile.to_owned(),
        arguments: BTreeMap::new(),
        ..Build::default()
    };
    let built = engine.build(&build, &CancellationToken::new(), &|_| {}).await;
    built.unwrap().reference
}
