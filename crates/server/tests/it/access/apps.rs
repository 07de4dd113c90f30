//! Apps in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use slipway_apps::clusters::driver::{State, Unit};
use slipway_apps::running::observed::Observed;
use slipway_kernel::settings::Settings;

use super::jobs;
use super::operations::{Row, Sent, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// Source of one file in which nothing is.
fn source_list(path: &str) -> Value {
    let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    json!({"entries": [{"path": path, "kind": "file", "sha256": nothing, "size": 0}]})
}

/// One with a deploy that waits for an engine, one without, and one to delete.
pub async fn make(acme: &Acme, names: &mut Names) {
    for (key, name) in [("app", "web"), ("spare_app", "spare"), ("old_app", "old")] {
        let path = "/api/v2/organizations/acme/apps";
        let made = acme.owner.post(path, document("apps", json!({"name": name}))).await;
        names.insert(key, made.expect(201).id());
    }
    places(acme, names).await;
    names.insert("app_name", "web".to_owned());
    names.insert("process", "web".to_owned());
    names.insert("old_process", "old".to_owned());
    let path = format!("/api/v2/apps/{}/process-settings/web", names["app"]);
    let said = document("app-process-settings", json!({"labels": {"team": "core"}}));
    acme.owner.patch(&path, said).await.expect(200);
    let path = format!("/api/v2/apps/{}/env", names["app"]);
    let set = document("app-envs", json!({"set": [{"name": "LEVEL", "value": "info"}]}));
    acme.owner.patch(&path, set).await.expect(200);
    let path = format!("/api/v2/apps/{}/deploys", names["app"]);
    let body = document("deploys", json!({"image": "busybox"}));
    names.insert("deploy", acme.owner.post(&path, body).await.expect(201).id());
    ran(acme, &names["app"]).await;
    let path = format!("/api/v2/apps/{}/source-lists", names["app"]);
    let made = acme.owner.post(&path, document("app-sources", source_list("a"))).await;
    let digest = made.expect(201).attribute("digest").as_str().unwrap().to_owned();
    names.insert("source_list", digest);
    for (key, host) in [
        ("app_domain", "shop.localhost"),
        ("open_app_domain", "shop.example.test"),
        ("old_app_domain", "old.localhost"),
    ] {
        let path = format!("/api/v2/apps/{}/domains", names["app"]);
        let made = acme
            .owner
            .post(&path, document("app-domains", json!({"host": host})))
            .await;
        names.insert(key, made.expect(201).id());
    }
    let path = format!("/api/v2/apps/{}/repository", names["app"]);
    let wanted = document("app-repositories", json!({"identifier": names["infra_address"]}));
    let json = [("content-type", "application/json")];
    let connected = acme.owner.send("PUT", &path, &json, wanted.to_string().into());
    connected.await.expect(200);
    let path = format!("/api/v2/apps/{}/certificates", names["app"]);
    let made = acme
        .owner
        .post(&path, document("app-certificates", certificate("old.localhost")))
        .await;
    names.insert("app_certificate", made.expect(201).id());
    let made = acme
        .owner
        .post("/api/v2/admin/routers", document("app-routers", json!({"name": "old"})))
        .await;
    names.insert("app_router", made.expect(201).id());
    // Nobody listens there.
    let new = document("clusters", json!({"name": "far", "kubeconfig": KUBECONFIG}));
    let made = acme.owner.post("/api/v2/clusters", new).await.expect(201);
    names.insert("cluster", made.id());
}

/// There are clusters, pools and plans, and no engine answers.
pub fn without_engine(settings: &mut Settings) {
    settings.apps.docker = true;
    settings.apps.docker_socket = Some("/nonexistent/docker.sock".into());
}

/// Secrets that apps are given: the key of a certificate that is kept, of one that is refused, and the token of a router.
pub async fn secrets(acme: &Acme) -> Vec<String> {
    let path = "/api/v2/organizations/acme/apps";
    let made = acme.owner.post(path, document("apps", json!({"name": "web"}))).await;
    let path = format!("/api/v2/apps/{}/certificates", made.expect(201).id());
    let (kept, refused) = (certificate("web.acme.localhost"), certificate("shop.example.test"));
    let upload = async |what: &Value| acme.owner.post(&path, document("app-certificates", what.clone())).await;
    upload(&kept).await.expect(201);
    upload(&refused).await.expect(422);
    let router = document("app-routers", json!({"name": "edge"}));
    let router = acme.owner.post("/api/v2/admin/routers", router).await.expect(201);
    // The middle of a key: its head and foot are those of every key.
    let middle = |what: &Value| what["key"].as_str().unwrap().lines().nth(1).unwrap().to_owned();
    let token = router.attribute("token").as_str().unwrap().to_owned();
    vec![middle(&kept), middle(&refused), token]
}

/// A certificate for a name, with its key, as it is uploaded.
pub fn certificate(name: &str) -> Value {
    certificate_until(name, 2100)
}

/// The same, until a year begins.
pub fn certificate_until(name: &str, year: i32) -> Value {
    let mut wanted = rcgen::CertificateParams::new(vec![name.to_owned()]).unwrap();
    wanted.not_before = rcgen::date_time_ymd(2020, 1, 1);
    wanted.not_after = rcgen::date_time_ymd(year, 1, 1);
    let key = rcgen::KeyPair::generate().unwrap();
    let chain = wanted.self_signed(&key).unwrap().pem();
    json!({"chain": chain, "key": key.serialize_pem()})
}

/// The organization's own pools, plans and rules about them: one to change and one to delete.
async fn places(acme: &Acme, names: &mut Names) {
    for (key, name) in [("pool", "own"), ("old_pool", "old")] {
        let path = "/api/v2/organizations/acme/pools";
        let made = acme
            .owner
            .post(path, document("pools", json!({"name": name, "cluster": "local"})))
            .await;
        names.insert(key, made.expect(201).id());
    }
    for (key, name) in [("app_plan", "own"), ("old_app_plan", "old")] {
        let path = "/api/v2/organizations/acme/app-plans";
        let made = acme
            .owner
            .post(path, document("app-plans", json!({"name": name})))
            .await;
        names.insert(key, made.expect(201).id());
    }
    for (key, pools) in [("pool_constraint", "own"), ("old_pool_constraint", "old")] {
        let path = "/api/v2/organizations/acme/pool-constraints";
        let rule = json!({"pools": pools, "field": "plan", "values": ["own"]});
        let made = acme.owner.post(path, document("pool-constraints", rule)).await;
        names.insert(key, made.expect(201).id());
    }
}

/// To a cluster that is not there.
pub const KUBECONFIG: &str = "{apiVersion: v1, kind: Config, current-context: t, contexts: [{name: t, context: {cluster: t, user: t}}], \
                              clusters: [{name: t, cluster: {server: \"https://127.0.0.1:9\"}}], users: [{name: t, user: {token: \
                              canary-of-a-cluster}}]}";

/// What only an engine makes: a version, and a unit that was seen.
async fn ran(acme: &Acme, app: &str) {
    let writer = acme.app.system().begin().await.unwrap();
    let sql = format!(
        "INSERT INTO app_versions (id, app_id, organization_id, number, image, origin, processes, port, env_number, created_by, \
         created_at) SELECT 'appv-0000000000000000', id, organization_id, 1, 'sha256:0', 'busybox', '[]', 8080, 0, 'ann', 0 FROM apps \
         WHERE id = '{app}'"
    );
    let statement = Statement::from_string(writer.get_database_backend(), sql);
    writer.execute_raw(statement).await.unwrap();
    // As on a cluster that scales by itself.
    let sql = format!(
        "UPDATE apps SET autoscale = '{{\"old\": {{\"least\": 1, \"most\": 2, \"processor-percent\": 70}}}}' WHERE id = '{app}'"
    );
    let statement = Statement::from_string(writer.get_database_backend(), sql);
    writer.execute_raw(statement).await.unwrap();
    writer.commit().await.unwrap();
    let id = app.parse().unwrap();
    let unit = Unit {
        name: "web-1-0".to_owned(),
        key: "web-1-0".to_owned(),
        slot: Some(0),
        app: id,
        deploy: 1,
        version: 1,
        process: "web".to_owned(),
        state: State::Running,
        address: None,
        restarts: 0,
        started_at: None,
    };
    let observed = acme.app.kernel.kept.get::<Observed>();
    observed.set(id, observed.begin(), vec![(unit, Some(Ok(())))]);
}

/// Their rows, and those of jobs, but for what takes them away.
pub fn rows() -> Vec<Row> {
    let of_apps = vec![
        call("list_clusters"),
        call("create_cluster").send("clusters", json!({"name": "other", "kubeconfig": KUBECONFIG})),
        call("get_cluster"),
        call("update_cluster").send("clusters", json!({"domain": "apps.example.test"})),
        call("check_cluster"),
        call("list_pools"),
        call("create_pool").send("pools", json!({"name": "another", "cluster": "local"})),
        call("update_pool").send("pools", json!({"name": "renamed"})),
        call("list_pool_constraints"),
        call("create_pool_constraint").send(
            "pool-constraints",
            json!({"pools": "another", "field": "team", "values": ["builders"]}),
        ),
        call("update_pool_constraint").send("pool-constraints", json!({"denies": true})),
        call("list_app_plans"),
        call("create_app_plan").send("app-plans", json!({"name": "another"})),
        call("update_app_plan").send("app-plans", json!({"memory": 8 << 20})),
        call("get_organization_app_quota"),
        // Of an organization at the site: told by the stories of quotas.
        call("set_organization_app_quota").send("app-quotas", json!({"apps": 100})),
        call("get_project_app_quota"),
        call("set_project_app_quota").send("app-quotas", json!({"apps": 100})),
        call("get_app_quota"),
        call("set_app_quota").send("app-quotas", json!({"units": 100})),
        call("list_apps"),
        call("create_app").send("apps", json!({"name": "another"})),
        call("get_app_by_name").on("name", "app_name"),
        call("get_app"),
        call("update_app").send("apps", json!({"description": "Changed."})),
        call("scale_app").send("apps", json!({"units": {"web": 2}})),
        call("list_app_process_settings"),
        call("get_app_process_settings"),
        call("update_app_process_settings").send("app-process-settings", json!({"annotations": {"note": "Changed."}})),
        // An engine scales nothing by itself: told by the stories on a cluster.
        call("set_app_autoscale")
            .send(
                "app-autoscales",
                json!({"min-units": 1, "max-units": 2, "processor-percent": 70}),
            )
            .closed(),
        call("unset_app_autoscale").on("process", "old_process"),
        call("stop_app"),
        call("start_app"),
        call("get_app_env"),
        call("update_app_env").send(
            "app-envs",
            json!({"set": [{"name": "KEY", "value": "canary", "is-private": true}]}),
        ),
        call("list_app_env_changes"),
        call("restore_app_env").send("app-envs", json!({"number": 0, "staged": true})),
        call("list_app_domains"),
        call("create_app_domain").send("app-domains", json!({"host": "another.localhost"})),
        call("get_app_domain"),
        call("verify_app_domain"),
        call("approve_app_domain").on("app_domain", "open_app_domain"),
        call("list_app_certificates"),
        call("create_app_certificate").send("app-certificates", certificate("shop.localhost")),
        call("get_app_routing"),
        call("update_app_routing").send("app-routings", json!({"most-requests": 10})),
        call("get_app_repository"),
        call("connect_app_repository").send("app-repositories", json!({"identifier": "$infra_address"})),
        call("list_app_routers"),
        call("create_app_router").send("app-routers", json!({"name": "edge"})),
        call("list_app_versions"),
        call("list_app_units"),
        call("get_app_logs").on("app", "old_app"),
        call("list_app_log_lines").on("app", "old_app"),
        call("get_app_metrics"),
        // Without a WebSocket nothing begins.
        call("open_app_shell").closed(),
        call("run_in_app").closed(),
        Row {
            sent: Sent::Archive,
            ..call("upload_app_source")
        },
        call("list_app_source").send("app-sources", source_list("b")),
        Row {
            sent: Sent::Bytes(b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 0\n"),
            ..call("upload_app_source_contents").on("digest", "source_list")
        },
        call("list_deploys"),
        call("create_deploy")
            .on("app", "spare_app")
            .send("deploys", json!({"image": "busybox"})),
        // Nothing runs here: they are told by the stories on an engine.
        call("roll_back_app").send("deploys", json!({})).closed(),
        call("restart_app").closed(),
        call("get_deploy"),
        call("get_deploy_log"),
        call("stream_deploy_log"),
        call("cancel_deploy"),
    ];
    of_apps.into_iter().chain(jobs::rows()).collect()
}

/// What takes them away.
pub fn deletions() -> Vec<Row> {
    let of_apps = vec![
        call("delete_app_domain").on("app_domain", "old_app_domain"),
        call("delete_app_certificate"),
        call("delete_app_router"),
        call("disconnect_app_repository"),
        call("delete_cluster"),
        call("delete_app").on("app", "old_app"),
        call("delete_pool").on("pool", "old_pool"),
        call("delete_pool_constraint").on("pool_constraint", "old_pool_constraint"),
        call("delete_app_plan").on("app_plan", "old_app_plan"),
    ];
    jobs::deletions().into_iter().chain(of_apps).collect()
}
