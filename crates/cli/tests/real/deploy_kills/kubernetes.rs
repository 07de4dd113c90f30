//! On Kubernetes, behind its Ingress; and what becomes of a deploy when not the server but the cluster's API is gone.
//!
//! Whoever kills the API server takes it from every other test: these come one after the other.

use std::net::SocketAddr;
use std::time::Duration;

use rustix::process::Signal;
use serde_json::json;
use slipway_api::clusters::{ClusterBuild, NewCluster};
use slipway_api::deploys::{DeployStatus, DeployStep};
use slipway_api::ids::{AppId, DeployId};
use slipway_api::integrations::NewIntegration;
use slipway_api::pools::NewPool;
use slipway_testing::cluster::Cluster;
use slipway_testing::{buildkit, cluster, registry};
use tokio::sync::Mutex;

use super::{Host, app, begin, ended, killed_at_steps, until_answered};
use crate::edge::{Load, ask, client};
use crate::processes;
use crate::slipway::{Database, Slipway};
use crate::wait::PATIENCE;

/// Who has the cluster.
static TURN: Mutex<()> = Mutex::const_new(());

/// A server whose default pool is on the cluster, which builds for it.
struct Stage {
    cluster: &'static Cluster,
    slipway: Slipway,
    host: Host,
    app: AppId,
    /// Where the Ingress controller takes requests.
    at: SocketAddr,
}

impl Stage {
    async fn start(namespace: &str) -> Self {
        let started = tokio::task::spawn_blocking(|| -> anyhow::Result<_> {
            static REACHED: std::sync::Once = std::sync::Once::new();
            let cluster = cluster::start()?;
            let guarded = registry::guarded()?;
            REACHED.call_once(|| cluster.reach(guarded.parse().unwrap()).unwrap());
            Ok((cluster, cluster.traefik()?, guarded, buildkit::address()?))
        });
        let (cluster, at, guarded, buildkit) = started.await.unwrap().unwrap();
        let slipway = Slipway::start_with(
            Database::Sqlite,
            &[
                ("SLIPWAY_APPS_DOCKER", "false"),
                ("SLIPWAY_APPS_BUILDS_WITHOUT_NETWORK", "true"),
                ("SLIPWAY_APPS_START_SECONDS", "60"),
                ("SLIPWAY_OUTBOUND_ALLOWED_NETWORKS", "127.0.0.0/8"),
            ],
        )
        .await;
        let host = Host::start();
        cluster
            .reach_by_pods(SocketAddr::from(([127, 0, 0, 1], host.port)))
            .unwrap();
        let settings = json!({"address": guarded, "username": registry::LOGIN.0, "password": registry::LOGIN.1});
        let images = NewIntegration {
            name: "images".parse().unwrap(),
            kind: "oci-registry".to_owned(),
            description: String::new(),
            settings: settings.as_object().cloned().unwrap(),
            is_enabled: None,
            poll_interval_seconds: None,
        };
        let images = slipway
            .client
            .create_integration(&slipway.organization, images)
            .await
            .unwrap();
        let new = NewCluster {
            name: "far".parse().unwrap(),
            kubeconfig: Some(cluster.kubeconfig()),
            context: None,
            namespace: Some(namespace.to_owned()),
            ingress_class: Some("traefik".to_owned()),
            domain: Some("localhost".to_owned()),
            public_url: None,
            build: Some(ClusterBuild {
                buildkit,
                registry: images.id.parse().unwrap(),
                repository: format!("slipway/{namespace}"),
            }),
        };
        slipway.client.create_cluster(new).await.unwrap();
        let pool = NewPool {
            name: "far".parse().unwrap(),
            cluster: Some("far".parse().unwrap()),
            is_default: true,
            is_shared: false,
        };
        slipway.client.create_pool(&slipway.organization, pool).await.unwrap();
        let app = app(&slipway).await;
        Self {
            cluster,
            slipway,
            host,
            app,
            at,
        }
    }

    /// Deploys the first version, which answers.
    async fn deployed(&self) {
        let first = begin(&self.slipway, self.app, &self.host, 0).await;
        let deployed = ended(&self.slipway, first).await;
        assert_eq!(deployed.status, DeployStatus::Deployed, "{}", deployed.reason);
        until_answered(self.at, "v0").await;
    }

    /// Brings a deploy to a step.
    async fn come_to(&self, deploy: DeployId, step: DeployStep) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let now = self.slipway.client.deploy(deploy).await.unwrap().attributes;
            if now.step >= step {
                assert_eq!(now.status, DeployStatus::Running, "{}", now.reason);
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{step:?} never came: {now:?}");
        }
    }

    async fn log(&self, deploy: DeployId) -> String {
        let log = self.slipway.client.deploy_log(deploy, 0, 1 << 20).await.unwrap();
        String::from_utf8_lossy(&log).into_owned()
    }

    /// Waits until the log of a deploy has a word.
    async fn says(&self, deploy: DeployId, word: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let log = self.log(deploy).await;
            if log.contains(word) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{word} was never said:\n{log}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits for the end of a deploy, which must have come about, and nothing else.
    async fn is_through(&self, deploy: DeployId, version: u32) {
        let ended = ended(&self.slipway, deploy).await;
        let log = self.log(deploy).await;
        assert_eq!(ended.status, DeployStatus::Deployed, "{}\n{log}", ended.reason);
        until_answered(self.at, &format!("v{version}")).await;
        let units = self.slipway.client.app_units(self.app).all().await.unwrap();
        let numbers: Vec<u32> = units.iter().map(|unit| unit.attributes.deploy).collect();
        assert_eq!(numbers, [ended.number], "nothing else runs\n{log}");
    }

    /// Takes the app away, so that the next story's has its host for itself.
    async fn end(self) {
        self.slipway.client.delete_app(self.app).await.unwrap();
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while ask(&client(), self.at).await.0 != 404 {
            assert!(tokio::time::Instant::now() < deadline, "the app's host goes with it");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_server_that_is_killed_at_any_step_of_a_deploy_on_kubernetes_goes_on_with_it() {
    let _turn = TURN.lock().await;
    let stage = Stage::start("killed").await;
    killed_at_steps(&stage.slipway, stage.app, &stage.host, stage.at).await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_deploy_waits_for_an_api_server_of_kubernetes_that_is_gone_and_goes_on() {
    let _turn = TURN.lock().await;
    let stage = Stage::start("gone").await;
    stage.deployed().await;
    let load = Load::begin(stage.at);
    load.go_on(20).await;
    for (version, step) in [(1, DeployStep::Release), (2, DeployStep::Health)] {
        stage.host.hold(Some(match step {
            DeployStep::Release => "/release",
            _ => "/start",
        }));
        let deploy = begin(&stage.slipway, stage.app, &stage.host, version).await;
        stage.come_to(deploy, step).await;
        // Killed as often as it comes back, until the deploy has noticed; requests need it not.
        let notices = stage.says(deploy, "Waiting: ");
        let kills = async {
            loop {
                if let Ok(process) = stage.cluster.api_server() {
                    processes::signal(process, Signal::KILL);
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = notices => {}
            never = kills => never,
        }
        stage.host.hold(None);
        load.go_on(20).await;
        stage.is_through(deploy, u32::try_from(version).unwrap()).await;
        let log = stage.log(deploy).await;
        assert!(log.contains("does not answer") || log.contains("in trouble"), "{log}");
    }
    load.end().await;
    stage.end().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_deploy_waits_for_an_api_server_of_kubernetes_that_is_slow() {
    let _turn = TURN.lock().await;
    let stage = Stage::start("slow").await;
    stage.deployed().await;
    let load = Load::begin(stage.at);
    load.go_on(20).await;
    stage.host.hold(Some("/start"));
    let deploy = begin(&stage.slipway, stage.app, &stage.host, 1).await;
    stage.come_to(deploy, DeployStep::Health).await;
    let process = stage.cluster.api_server().unwrap();
    for _ in 0..3 {
        processes::signal(process, Signal::STOP);
        tokio::time::sleep(Duration::from_secs(3)).await;
        processes::signal(process, Signal::CONT);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stage.host.hold(None);
    stage.is_through(deploy, 1).await;
    load.go_on(20).await;
    load.end().await;
    stage.end().await;
}
