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

use crate::access::certificate;
use crate::support::{Acme, TestApp, document};

const NAMESPACE: &str = "story";
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(200);
const SERVE: &str = "mkdir -p /tmp/www && echo v$VERSION >/tmp/www/index.html && exec httpd -f -p $PORT -h /tmp/www";

pub(super) struct Stage {
    pub(super) acme: Acme,
    pub(super) by_hand: Cluster,
    client: reqwest::Client,
    cluster: String,
}

impl Stage {
    /// `acme` with a pool on a cluster, whose machine fetches from the registries of this process. Apps of different stories are
    /// different apps there.
    pub(super) async fn new(seed: u64, namespace: &str) -> Self {
        static REACHED: std::sync::Once = std::sync::Once::new();
        let cluster = tokio::task::spawn_blocking(cluster::start).await.unwrap().unwrap();
        REACHED.call_once(|| {
            for registry in [registry::address(), registry::guarded()] {
                cluster.reach(registry.unwrap().parse().unwrap()).unwrap();
            }
        });
        let app = TestApp::seeded(seed, |settings| {
            settings.apps.start_seconds = 60;
            settings.apps.drain_seconds = 5;
            settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
        })
        .await;
        let acme = Acme::on(app).await;
        let new = json!({"name": "far", "kubeconfig": cluster.kubeconfig(), "namespace": namespace, "domain": "apps.example.test"});
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
            cluster: id,
        }
    }

    /// Changes the cluster's settings.
    pub(super) async fn change(&self, attributes: Value) {
        let path = format!("/api/v2/clusters/{}", self.cluster);
        let changed = self.acme.owner.patch(&path, document("clusters", attributes)).await;
        changed.expect(200);
    }

    /// A new app.
    pub(super) async fn app(&self, name: &str) -> String {
        let new = document("apps", json!({"name": name}));
        let made = self.acme.owner.post("/api/v2/organizations/acme/apps", new).await;
        made.expect(201).id()
    }

    pub(super) async fn deploy(&self, app: &str, image: &str) -> Value {
        let path = format!("/api/v2/apps/{app}/deploys");
        let made = self
            .acme
            .owner
            .post(&path, document("deploys", json!({"image": image})))
            .await;
        let id = made.expect(201).id();
        self.acme.app.settle().await;
        let path = format!("/api/v2/deploys/{id}");
        let mut shown = Value::Null;
        // Where the cluster does not answer at once, it comes back later.
        self.until("the end of a deploy", async || {
            let now = self.acme.owner.get(&path).await.expect(200);
            shown = now.body["data"]["attributes"].clone();
            shown["status"] != "running"
        })
        .await;
        shown
    }

    pub(super) async fn act(&self, app: &str, action: &str, attributes: Value) {
        let path = format!("/api/v2/apps/{app}/actions/{action}");
        let kind = if action == "rollback" { "deploys" } else { "apps" };
        let answer = self.acme.owner.post(&path, document(kind, attributes)).await;
        assert!(answer.status < 300, "{}", answer.text());
        self.acme.app.settle().await;
    }

    /// Looks at the cluster and does what follows, while time passes, until something is so.
    pub(super) async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        let started = Instant::now();
        while !look().await {
            assert!(started.elapsed() < PATIENCE, "waited for {what}");
            keeping::look_at_all(&self.acme.app.system()).await.unwrap();
            self.acme.app.settle().await;
            tokio::time::sleep(PAUSE).await;
            self.acme.app.pass(PAUSE);
        }
    }

    async fn ask(&self, at: SocketAddr) -> Result<String, String> {
        let answer = self.client.get(format!("http://{at}/")).send().await;
        let answer = answer.map_err(|error| format!("{error:?}"))?;
        answer.text().await.map_err(|error| format!("{error:?}"))
    }

    pub(super) async fn shown(&self, app: &str) -> Value {
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

pub(super) async fn web(version: &str) -> String {
    let tag = format!("v{version}");
    registry::put_shell("story/web", &tag, SERVE, &[("VERSION", version)])
        .await
        .unwrap();
    format!("{}/story/web:{tag}", registry::address().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn an_app_is_deployed_on_kubernetes_gives_way_and_is_put_right() {
    let stage = Arc::new(Stage::new(77_000, NAMESPACE).await);
    let app = stage.app("web").await;
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

    // A name of its own, with a certificate: both are at the Ingress without a deploy.
    let owner = &stage.acme.owner;
    let path = format!("/api/v2/apps/{app}/domains");
    let own = document("app-domains", json!({"host": "web.globex.apps.example.test"}));
    owner.post(&path, own).await.expect(422);
    let domain = document("app-domains", json!({"host": "shop.example.test"}));
    let domain = owner.post(&path, domain).await.expect(201).id();
    let path = format!("/api/v2/app-domains/{domain}/actions/approve");
    owner.post(&path, json!({})).await.expect(200);
    let path = format!("/api/v2/apps/{app}/certificates");
    let certificate = document("app-certificates", certificate("shop.example.test"));
    owner.post(&path, certificate).await.expect(201);
    stage.acme.app.settle().await;
    let led = async || {
        stage
            .by_hand
            .current_route(NAMESPACE, &app, "web")
            .await
            .unwrap()
            .unwrap()
    };
    let route = led().await;
    assert_eq!(route.hosts, ["web.acme.apps.example.test", "shop.example.test"]);
    assert_eq!(route.tls_hosts, ["shop.example.test"]);
    assert_eq!(stage.shown(&app).await["urls"][1], "http://shop.example.test/");
    let path = format!("/api/v2/apps/{app}/routing");
    let limits = document("app-routings", json!({"most-requests": 10}));
    owner.patch(&path, limits).await.expect(409);
    owner.delete(&format!("/api/v2/app-domains/{domain}")).await.expect(204);
    stage.acme.app.settle().await;
    assert_eq!(led().await.hosts, ["web.acme.apps.example.test"]);

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
    stage.by_hand.remove_process(&process).await.unwrap();
    stage
        .until("the process to be made again", async || {
            let there = stage.by_hand.process(&process).await.unwrap();
            let is_there = there.is_some_and(|there| there.wanted == 2 && there.is_settled);
            is_there && stage.shown(&app).await["status"] == "running"
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_source_is_built_for_kubernetes_and_runs_there() {
    let stage = Stage::new(78_000, "story-built").await;
    let acme = &stage.acme;
    let guarded = registry::guarded().unwrap();
    let buildkit = tokio::task::spawn_blocking(slipway_testing::buildkit::address)
        .await
        .unwrap()
        .unwrap();
    let login = json!({"address": guarded, "username": registry::LOGIN.0, "password": registry::LOGIN.1});
    let new = document(
        "integrations",
        json!({"kind": "oci-registry", "name": "images", "settings": login}),
    );
    let made = acme.owner.post("/api/v2/organizations/acme/integrations", new).await;
    let images = made.expect(201).id();
    let build = json!({"buildkit": buildkit, "registry": images, "repository": "slipway/story"});
    stage.change(json!({"build": build})).await;

    let app = stage.app("built").await;
    let base = registry::put_shell("story/base", "1", "exec sleep 1000", &[])
        .await
        .unwrap();
    let dockerfile = format!(
        "FROM {base}\nENV VERSION=built\nCMD {}\n",
        json!(["/bin/sh", "-c", SERVE])
    );
    let archive = super::source::packed(&[("Dockerfile", &dockerfile)]);
    let headers = [("content-type", "application/octet-stream")];
    let path = format!("/api/v2/apps/{app}/sources");
    let sent = acme.owner.send("POST", &path, &headers, archive.into()).await;
    let digest = sent.expect(201).attribute("digest").clone();
    let path = format!("/api/v2/apps/{app}/deploys");
    let begun = acme
        .owner
        .post(&path, document("deploys", json!({"source-digest": digest})))
        .await;
    let deploy = begun.expect(201).id();
    acme.app.settle().await;
    let path = format!("/api/v2/deploys/{deploy}");
    let shown = acme.owner.get(&path).await.expect(200);
    assert_eq!(shown.attribute("status"), "deployed", "{}", shown.text());
    let log = acme.owner.get(&format!("{path}/log")).await.expect(200).text();
    assert!(log.contains("==> Build Dockerfile") && log.contains("DONE"), "{log}");
    stage
        .until("a unit", async || stage.shown(&app).await["processes"][0]["ready"] == 1)
        .await;
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
