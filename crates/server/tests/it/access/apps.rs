//! Apps in the matrix: what the fixture has of them, and their rows.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use slipway_apps::clusters::driver::{State, Unit};
use slipway_apps::running::observed::Observed;

use super::operations::{Row, Sent, call};
use crate::support::{Acme, document};

type Names = BTreeMap<&'static str, String>;

/// One with a deploy that waits for an engine, one without, and one to delete.
pub async fn make(acme: &Acme, names: &mut Names) {
    for (key, name) in [("app", "web"), ("spare_app", "spare"), ("old_app", "old")] {
        let path = "/api/v2/organizations/acme/apps";
        let made = acme.owner.post(path, document("apps", json!({"name": name}))).await;
        names.insert(key, made.expect(201).id());
    }
    places(acme, names).await;
    names.insert("app_name", "web".to_owned());
    let path = format!("/api/v2/apps/{}/deploys", names["app"]);
    let body = document("deploys", json!({"image": "busybox"}));
    names.insert("deploy", acme.owner.post(&path, body).await.expect(201).id());
    ran(acme, &names["app"]).await;
    // Nobody listens there.
    let new = document("clusters", json!({"name": "far", "kubeconfig": KUBECONFIG}));
    let made = acme.owner.post("/api/v2/clusters", new).await.expect(201);
    names.insert("cluster", made.id());
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

/// Their rows, but for what takes them away.
pub fn rows() -> Vec<Row> {
    vec![
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
        call("stop_app"),
        call("start_app"),
        call("get_app_env"),
        call("update_app_env").send(
            "app-envs",
            json!({"set": [{"name": "KEY", "value": "canary", "is-private": true}]}),
        ),
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
    ]
}

/// What takes them away.
pub fn deletions() -> Vec<Row> {
    vec![
        call("delete_cluster"),
        call("delete_app").on("app", "old_app"),
        call("delete_pool").on("pool", "old_pool"),
        call("delete_pool_constraint").on("pool_constraint", "old_pool_constraint"),
        call("delete_app_plan").on("app_plan", "old_app_plan"),
    ]
}
