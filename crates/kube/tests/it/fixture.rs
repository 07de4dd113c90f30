//! The cluster of these tests, and processes of its image.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::StreamExt;
use slipway_kube::access::Credentials;
use slipway_kube::spec::{Check, Limits, Question, UnitSpec};
use slipway_kube::units::UnitChange;
use slipway_kube::{Access, Cluster, Process, ProcessId, ProcessSpec, Unit};
use slipway_testing::cluster;

/// For what happens in a cluster on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How the cluster is reached as its administrator.
pub async fn access() -> Access {
    // Starting it blocks.
    let cluster = tokio::task::spawn_blocking(cluster::start).await.unwrap().unwrap();
    Access::Address {
        url: cluster.url.clone(),
        authority: Some(cluster.authority.clone()),
        credentials: Credentials::Certificate {
            chain: cluster.certificate.clone(),
            key: cluster.key.clone().into(),
        },
    }
}

pub async fn cluster() -> Cluster {
    Cluster::connect(&access().await).await.unwrap()
}

/// A namespace that no other test names.
pub fn namespace(word: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{word}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// What runs a line of shell.
pub fn shell(script: &str) -> UnitSpec {
    UnitSpec {
        image: cluster::start().unwrap().image.clone(),
        command: ["/bin/sh", "-c", script].map(str::to_owned).to_vec(),
        ..UnitSpec::default()
    }
}

/// A process of one unit that runs a line of shell.
pub fn process(namespace: &str, script: &str) -> ProcessSpec {
    ProcessSpec {
        id: ProcessId {
            namespace: namespace.to_owned(),
            app: "shop".to_owned(),
            process: "web".to_owned(),
            deploy: 1,
        },
        units: 1,
        unit: shell(script),
        grace: Duration::from_secs(1),
        ..ProcessSpec::default()
    }
}

/// A process that says its version and its environment's `WHO` to whoever asks on port 8080, and is ready when it does.
pub fn server(namespace: &str, version: u32) -> ProcessSpec {
    let script = "mkdir /www && echo \"$WHO v$VERSION\" >/www/index.html && exec httpd -f -p 8080 -h /www";
    let mut spec = process(namespace, script);
    spec.id.deploy = version;
    spec.version = version;
    spec.unit.env = BTreeMap::from([
        ("WHO".to_owned(), "shop".to_owned()),
        ("VERSION".to_owned(), version.to_string()),
    ]);
    spec.unit.limits = Limits {
        memory: 32 << 20,
        ..Limits::default()
    };
    spec.ports = vec![8080];
    spec.readiness = Some(http_check("/index.html"));
    spec
}

pub fn http_check(path: &str) -> Check {
    Check {
        question: Question::Http {
            port: 8080,
            path: path.to_owned(),
        },
        delay: Duration::ZERO,
        every: Duration::from_secs(1),
        patience: Duration::from_secs(1),
        failures: 1,
    }
}

/// Waits until a unit of the process is as wanted.
pub async fn unit_that(cluster: &Cluster, id: &ProcessId, is_wanted: impl Fn(&Unit) -> bool) -> Unit {
    let mut seen = Vec::new();
    let found = tokio::time::timeout(PATIENCE, async {
        let mut changes = pin!(cluster.follow_units(Some(&id.namespace), &id.labels()));
        while let Some(change) = changes.next().await {
            let units = match change.unwrap() {
                UnitChange::All(units) => units,
                UnitChange::Changed(unit) => vec![unit],
                UnitChange::Gone(_) => Vec::new(),
            };
            seen.extend(units.iter().map(|unit| unit.state.clone()));
            if let Some(unit) = units.into_iter().find(|unit| is_wanted(unit)) {
                return Some(unit);
            }
        }
        None
    });
    let found = found.await.ok().flatten();
    found.unwrap_or_else(|| panic!("no unit of {id:?} became as wanted: {seen:?}"))
}

/// Waits until all units of the process are as they shall be.
pub async fn settled(cluster: &Cluster, id: &ProcessId) -> Process {
    eventually("the process settles", async || {
        cluster.process(id).await.unwrap().filter(|process| process.is_settled)
    })
    .await
}

/// Waits until there is something.
pub async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    found
        .await
        .unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// The cluster as `kubectl` sees it: what a person does by hand.
pub async fn by_hand() -> kube::Client {
    let cluster = tokio::task::spawn_blocking(cluster::start).await.unwrap().unwrap();
    let text = cluster.kubeconfig();
    let kubeconfig = kube::config::Kubeconfig::from_yaml(&text).unwrap();
    let options = kube::config::KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(kubeconfig, &options).await;
    kube::Client::try_from(config.unwrap()).unwrap()
}

pub fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}
