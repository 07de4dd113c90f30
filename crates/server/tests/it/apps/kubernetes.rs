//! An app on Kubernetes: connected, deployed, followed by another version, put right, taken away.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use slipway_apps::running::keeping;
use slipway_kube::{Access, Cluster, ProcessId};
use slipway_testing::{cluster, registry};

use crate::support::{Acme, TestApp, document};

const NAMESPACE: &str = "story";
const PATIENCE: Duration = Duration::from_secs(120);
const SERVE: &str = "mkdir -p /tmp/www && echo v$VERSION >/tmp/www/index.html && exec httpd -f -p $PORT -h /tmp/www";

struct Stage {
    acme: Acme,
    by_hand: Cluster,
    client: reqwest::Client,
}

impl Stage {
    /// `acme` with a pool on a cluster, whose machine fetches from the registry of this process.
    async fn new() -> Self {
        let cluster = tokio::task::spawn_blocking(cluster::start).await.unwrap().unwrap();
        cluster.reach(registry::address().unwrap().parse().unwrap()).unwrap();
        let app = TestApp::seeded(77_000, |settings| {
            settings.apps.start_seconds = 60;
            settings.apps.drain_seconds = 5;
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let acme = Acme::on(app).await;
        let new = json!({"name": "far", "kubeconfig": cluster.kubeconfig(), "namespace": NAMESPACE, "domain": "apps.example.test"});
        let made = acme
            .owner
            .post("/api/v2/clusters", document("clusters", new))
            .await
            .expect(201);
        let id = made.id();
        let path = format!("/api/v2/clusters/{id}/actions/check");
        let checked = acme.owner.post(&path, json!({})).await.expect(200);
        assert_eq!(checked.attribute("status"), "ready", "{}", checked.text());
        pool(&acme, &id).await;
        let access = Access::Kubeconfig {
            text: cluster.kubeconfig().into(),
            context: None,
        };
        Self {
            acme,
            by_hand: Cluster::connect(&access).await.unwrap(),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn deploy(&self, app: &str, image: &str) -> Value {
        let path = format!("/api/v2/apps/{app}/deploys");
        let made = self
            .acme
            .owner
            .post(&path, document("deploys", json!({"image": image})))
            .await;
        let id = made.expect(201).id();
        self.acme.app.settle().await;
        let path = format!("/api/v2/deploys/{id}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }

    async fn act(&self, app: &str, action: &str, attributes: Value) {
        let path = format!("/api/v2/apps/{app}/actions/{action}");
        let kind = if action == "rollback" { "deploys" } else { "apps" };
        let answer = self.acme.owner.post(&path, document(kind, attributes)).await;
        assert!(answer.status < 300, "{}", answer.text());
        self.acme.app.settle().await;
    }

    /// Looks at the cluster and does what follows, until something is so.
    async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let started = Instant::now();
        while !look().await {
            assert!(started.elapsed() < PATIENCE, "waited for {what}");
            keeping::look_at_all(&self.acme.app.system()).await.unwrap();
            self.acme.app.settle().await;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn ask(&self, at: SocketAddr) -> Result<String, String> {
        let answer = self.client.get(format!("http://{at}/")).send().await;
        let answer = answer.map_err(|error| format!("{error:?}"))?;
        answer.text().await.map_err(|error| format!("{error:?}"))
    }

    async fn shown(&self, app: &str) -> Value {
        let path = format!("/api/v2/apps/{app}");
        self.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
    }
}

/// The default pool, on a cluster.
async fn pool(acme: &Acme, cluster: &str) {
    let writer = acme.app.system().begin().await.unwrap();
    let sql = format!(
        "INSERT INTO pools (id, organization_id, cluster_id, name, is_default, created_at, version) VALUES \
         ('pool-0000000000000000', NULL, '{cluster}', 'default', true, 0, 1)"
    );
    let statement = Statement::from_string(writer.get_database_backend(), sql);
    writer.execute_raw(statement).await.unwrap();
    writer.commit().await.unwrap();
}

async fn web(version: &str) -> String {
    let tag = format!("v{version}");
    registry::put_shell("story/web", &tag, SERVE, &[("VERSION", version)])
        .await
        .unwrap();
    format!("{}/story/web:{tag}", registry::address().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs the programs of a Kubernetes cluster: `make nightly`"]
async fn an_app_is_deployed_on_kubernetes_gives_way_and_is_put_right() {
    let stage = Arc::new(Stage::new().await);
    let new = document("apps", json!({"name": "web"}));
    let made = stage.acme.owner.post("/api/v2/organizations/acme/apps", new).await;
    let app = made.expect(201).id();
    let first = stage.deploy(&app, &web("1").await).await;
    assert_eq!(first["status"], "deployed", "{first}");
    let shown = stage.shown(&app).await;
    assert_eq!(shown["urls"], json!(["http://web.acme.apps.example.test/"]));
    assert_eq!(
        (&shown["status"], &shown["processes"][0]["ready"]),
        (&json!("running"), &json!(1))
    );
    let route = stage
        .by_hand
        .current_route(NAMESPACE, &app, "web")
        .await
        .unwrap()
        .unwrap();
    let at = cluster::start().unwrap().forward(route.inside.unwrap()).unwrap();
    stage
        .until("the first answer", async || {
            stage.ask(at).await.as_deref() == Ok("v1\n")
        })
        .await;

    // The next version takes over without a request that is lost.
    let is_over = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn({
        let (stage, is_over) = (Arc::clone(&stage), Arc::clone(&is_over));
        async move {
            let mut answers = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                answers.push(stage.ask(at).await);
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            answers
        }
    });
    let second = stage.deploy(&app, &web("2").await).await;
    assert_eq!(second["status"], "deployed", "{second}");
    stage
        .until("the second version", async || {
            stage.ask(at).await.as_deref() == Ok("v2\n")
        })
        .await;
    // A version that does not run changes nothing.
    let bad = registry::put_shell("story/bad", "1", "echo no luck; exit 3", &[])
        .await
        .unwrap();
    let third = stage.deploy(&app, &bad).await;
    assert_eq!(third["status"], "failed", "{third}");
    let reason = third["reason"].as_str().unwrap();
    assert!(reason.contains("exit code 3") && reason.contains("no luck"), "{reason}");
    is_over.store(true, Ordering::Relaxed);
    let answers = asking.await.unwrap();
    let lost: Vec<_> = answers
        .iter()
        .filter(|answer| !matches!(answer.as_deref(), Ok("v1\n" | "v2\n")))
        .collect();
    assert!(
        lost.is_empty() && answers.len() > 50,
        "{} of {}: {lost:?}",
        lost.len(),
        answers.len()
    );

    stage.act(&app, "scale", json!({"units": {"web": 2}})).await;
    stage
        .until("two units", async || {
            stage.shown(&app).await["processes"][0]["ready"] == 2
        })
        .await;
    stage.act(&app, "rollback", json!({})).await;
    stage
        .until("the first version again", async || {
            stage.ask(at).await.as_deref() == Ok("v1\n")
        })
        .await;

    // What somebody changes by hand is put right.
    let shown = stage.shown(&app).await;
    let process = ProcessId {
        namespace: NAMESPACE.to_owned(),
        app: app.clone(),
        process: "web".to_owned(),
        deploy: 4,
    };
    assert_eq!(shown["status"], "running", "{shown}");
    stage.by_hand.scale(&process, 0).await.unwrap();
    stage
        .until("the units to be put right", async || {
            let there = stage.by_hand.process(&process).await.unwrap().unwrap();
            there.wanted == 2 && stage.shown(&app).await["status"] == "running"
        })
        .await;
    stage.by_hand.remove_route(NAMESPACE, &app, "web").await.unwrap();
    stage
        .until("the route to be put right", async || {
            stage
                .by_hand
                .current_route(NAMESPACE, &app, "web")
                .await
                .unwrap()
                .is_some()
        })
        .await;

    stage
        .acme
        .owner
        .delete(&format!("/api/v2/apps/{app}"))
        .await
        .expect(202);
    stage.acme.app.settle().await;
    stage.acme.owner.get(&format!("/api/v2/apps/{app}")).await.expect(404);
    assert!(stage.by_hand.processes(NAMESPACE, &app).await.unwrap().is_empty());
    assert_eq!(stage.by_hand.current_route(NAMESPACE, &app, "web").await.unwrap(), None);
}

/// Clusters without any cluster: what is refused, and what is told of one that is away.
#[tokio::test]
async fn clusters_are_connected_changed_and_taken_away_by_site_administrators() {
    let acme = Acme::new().await;
    let kubeconfig = crate::access::apps::KUBECONFIG;
    let create = async |attributes: Value| {
        acme.owner
            .post("/api/v2/clusters", document("clusters", attributes))
            .await
    };
    let here = create(json!({"name": "here"})).await.expect(422);
    assert!(here.error().1.contains("in no cluster"), "{}", here.error().1);
    let program = kubeconfig.replace("token: canary-of-a-cluster", "exec: {apiVersion: v1, command: id}");
    let refused = create(json!({"name": "far", "kubeconfig": program})).await.expect(422);
    assert!(
        refused.error().1.contains("no programs of others"),
        "{}",
        refused.error().1
    );
    create(json!({"name": "far", "kubeconfig": kubeconfig, "namespace": "No"}))
        .await
        .expect(422);

    let made = create(json!({"name": "far", "kubeconfig": kubeconfig}))
        .await
        .expect(201);
    assert_eq!(made.attribute("kubernetes")["namespace"], "slipway-apps");
    assert_eq!(made.attribute("kubernetes")["connection"], "kubeconfig");
    create(json!({"name": "far", "kubeconfig": kubeconfig}))
        .await
        .expect(409);
    let path = format!("/api/v2/clusters/{}", made.id());
    let checked = acme
        .owner
        .post(&format!("{path}/actions/check"), json!({}))
        .await
        .expect(200);
    assert_eq!(checked.attribute("status"), "unreachable");
    let said = checked.attribute("reason").as_str().unwrap().to_owned();
    assert!(said.contains("127.0.0.1:9"), "{said}");

    let change = document("clusters", json!({"name": "near", "ingress-class": "traefik"}));
    let changed = acme.owner.patch(&path, change).await.expect(200);
    assert_eq!(changed.attribute("name"), "near");
    assert_eq!(changed.attribute("kubernetes")["ingress-class"], "traefik");
    let (_, member) = acme.app.user(&acme.owner, "zoe").await;
    member.get(&path).await.expect(403);
    member.delete(&path).await.expect(403);

    pool(&acme, &made.id()).await;
    let kept = acme.owner.delete(&path).await.expect(409);
    assert!(kept.error().1.contains("default"), "{}", kept.error().1);
    let writer = acme.app.system().begin().await.unwrap();
    let statement = Statement::from_string(writer.get_database_backend(), "DELETE FROM pools");
    writer.execute_raw(statement).await.unwrap();
    writer.commit().await.unwrap();
    acme.owner.delete(&path).await.expect(204);
    acme.owner.get(&path).await.expect(404);
}
