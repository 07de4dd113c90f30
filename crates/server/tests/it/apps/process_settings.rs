//! What is said of single processes: plan, labels and annotations of their units, and who may say how many there are.

use serde_json::{Value, json};
use slipway_docker::Engine;
use slipway_docker::units::Unit;
use slipway_kernel::settings::Settings;
use slipway_testing::docker;

use super::stage::{Stage, web};
use crate::support::{Acme, Answer, TestApp, document};

const APPS: &str = "/api/v2/organizations/acme/apps";
const PLANS: &str = "/api/v2/organizations/acme/app-plans";

async fn say(stage: &Stage, app: &str, attributes: Value) -> Answer {
    let path = format!("/api/v2/apps/{app}/process-settings/web");
    let said = document("app-process-settings", attributes);
    let answer = stage.acme.owner.patch(&path, said).await;
    stage.acme.app.settle().await;
    answer
}

async fn said(stage: &Stage, app: &str) -> Value {
    let path = format!("/api/v2/apps/{app}/process-settings/web");
    stage.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
}

/// A unit as its engine has it.
async fn at_engine(app: &str, unit: &str) -> Unit {
    let engine = Engine::connect(&docker::socket().unwrap()).await.unwrap();
    engine.unit(&format!("slipway-{app}-{unit}")).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_process_comes_to_its_units_by_one_deploy() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    for (name, mebibytes) in [("wide", 96), ("narrow", 48)] {
        let plan = json!({"name": name, "memory": mebibytes << 20, "processor": 100});
        let made = stage.acme.owner.post(PLANS, document("app-plans", plan)).await;
        made.expect(201);
    }
    // Before the first deploy any process may be named.
    say(&stage, &app, json!({"plan": "wide"})).await.expect(200);
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    assert_eq!(at_engine(&app, "web-1-0").await.memory_limit, 96 << 20);

    let marks = json!({"labels": {"team": "core"}, "annotations": {"example.com/docs": "see the wiki"}});
    let answer = say(&stage, &app, marks.clone()).await.expect(200);
    assert_eq!(
        answer.attribute("is-pending"),
        true,
        "it was asked before its deploy was through"
    );
    assert_eq!(stage.units(&app).await, ["web-2-0"]);
    let unit = at_engine(&app, "web-2-0").await;
    let label = |key: &str| unit.labels.get(key).map(String::as_str);
    assert_eq!(
        (
            label("team"),
            label("example.com/docs"),
            label("slipway.app"),
            unit.memory_limit
        ),
        (Some("core"), Some("see the wiki"), Some(app.as_str()), 96 << 20)
    );
    let path = format!("/api/v2/apps/{app}/deploys");
    let deploys = stage.acme.owner.get(&path).await.expect(200);
    let last = &deploys.body["data"][0]["attributes"];
    assert_eq!(
        (&last["number"], &last["kind"], &last["status"]),
        (&json!(2), &json!("restart"), &json!("deployed"))
    );
    assert_eq!(said(&stage, &app).await["is-pending"], false);
    // The same again is no change.
    say(&stage, &app, marks).await.expect(200);
    assert_eq!(stage.units(&app).await, ["web-2-0"]);

    // What is staged comes with the next deploy, and not with a unit that is made for those that run.
    say(&stage, &app, json!({"plan": "narrow", "labels": {}, "staged": true}))
        .await
        .expect(200);
    assert_eq!(said(&stage, &app).await["is-pending"], true);
    stage.act(&app, "scale", json!({"units": {"web": 2}})).await.expect(200);
    let made = at_engine(&app, "web-2-1").await;
    assert_eq!(
        (made.memory_limit, made.labels.get("team").map(String::as_str)),
        (96 << 20, Some("core"))
    );
    stage.act(&app, "restart", json!({})).await.expect(201);
    let unit = at_engine(&app, "web-3-0").await;
    assert_eq!((unit.memory_limit, unit.labels.get("team")), (48 << 20, None));
    assert_eq!(said(&stage, &app).await["is-pending"], false);

    // A plan of the app is nothing to a process with its own; without one it counts again.
    say(&stage, &app, json!({"plan": null})).await.expect(200);
    assert_eq!(at_engine(&app, "web-4-0").await.memory_limit, 256 << 20);
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
}

fn details(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors.iter().map(|error| error["detail"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field() {
    // The cluster is away: nothing of this needs it.
    let change = |settings: &mut Settings| {
        settings.apps.docker = true;
        settings.apps.docker_socket = Some("/nonexistent/docker.sock".into());
    };
    let acme = Acme::on(TestApp::with(change).await).await;
    let owner = &acme.owner;
    let made = owner.post(APPS, document("apps", json!({"name": "web"}))).await;
    let app = made.expect(201).id();
    let path = format!("/api/v2/apps/{app}/process-settings/worker");
    owner.get(&path).await.expect(404);
    let say = async |attributes: Value| owner.patch(&path, document("app-process-settings", attributes)).await;
    let reserved =
        say(json!({"labels": {"slipway.app": "x", "ok": "yes"}, "annotations": {"kubernetes.io/x": ""}})).await;
    let reserved = reserved.expect(422);
    assert_eq!(
        details(&reserved),
        [
            "\"slipway.app\" says something to the cluster, or is Slipway's own. Choose a key with a domain of yours, or without one.",
            "\"kubernetes.io/x\" says something to the cluster, or is Slipway's own. Choose a key with a domain of yours, or without one.",
        ]
    );
    let pointers: Vec<&str> = reserved.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["source"]["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/data/attributes/labels", "/data/attributes/annotations"]);
    let unknown = say(json!({"plan": "huge"})).await.expect(422);
    assert!(
        details(&unknown)[0].starts_with("There is no plan \"huge\"; there is: small"),
        "{:?}",
        details(&unknown)
    );

    // A plan that a process has stays; who changed it in between is not overwritten.
    let plan = owner.post(PLANS, document("app-plans", json!({"name": "own"}))).await;
    let plan = plan.expect(201).id();
    say(json!({"plan": "own"})).await.expect(200);
    let used = owner.delete(&format!("/api/v2/app-plans/{plan}")).await.expect(409);
    assert!(
        details(&used)[0].starts_with("Processes of apps have the plan \"own\" (1)"),
        "{:?}",
        details(&used)
    );
    let stale = [("content-type", "application/vnd.api+json"), ("if-match", "\"7\"")];
    let body = document("app-process-settings", json!({"plan": null}));
    owner
        .send("PATCH", &path, &stale, body.to_string().into())
        .await
        .expect(412);
    let seen = owner.get(&path).await.expect(200);
    assert_eq!(seen.body["data"]["attributes"]["plan"]["name"], "own");
    assert_eq!(seen.body["data"]["id"], "worker");

    // One machine scales nothing by itself, and says so.
    let autoscale = |attributes: Value| document("app-autoscales", attributes);
    let at = format!("{path}/autoscale");
    let wrong = owner
        .json("PUT", &at, &autoscale(json!({"min-units": 0, "max-units": 3})))
        .await;
    assert_eq!(details(&wrong.expect(422)).len(), 2);
    let bounds = json!({"min-units": 1, "max-units": 3, "processor-percent": 70});
    let engine = owner.json("PUT", &at, &autoscale(bounds)).await.expect(422);
    assert!(
        details(&engine)[0]
            .starts_with("The pool \"default\" is a Docker Engine, where nothing says by itself how many units run"),
        "{:?}",
        details(&engine)
    );
    let unset = owner.delete(&at).await.expect(200);
    assert_eq!(unset.attribute("autoscale"), &Value::Null);
    let all = owner
        .get(&format!("/api/v2/apps/{app}/process-settings"))
        .await
        .expect(200);
    assert_eq!(all.ids(), ["worker"]);
}
