//! What is said of single processes, on Kubernetes: an autoscaler counts their units, and nobody fights it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use slipway_kube::ProcessId;

use super::kubernetes::{Stage, web};
use crate::support::{Answer, document};

const NAMESPACE: &str = "processes";

fn process(app: &str, deploy: u32) -> ProcessId {
    ProcessId {
        namespace: NAMESPACE.to_owned(),
        app: app.to_owned(),
        process: "web".to_owned(),
        deploy,
    }
}

async fn wanted(stage: &Stage, app: &str, deploy: u32) -> u32 {
    let found = stage.by_hand.process(&process(app, deploy)).await.unwrap();
    found.map_or(0, |found| found.wanted)
}

async fn autoscale(stage: &Stage, app: &str, attributes: Value) -> Answer {
    let path = format!("/api/v2/apps/{app}/process-settings/web/autoscale");
    let answer = stage
        .acme
        .owner
        .json("PUT", &path, &document("app-autoscales", attributes))
        .await;
    stage.acme.app.settle().await;
    answer
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "on a cluster: `make nightly` runs it with the others there, `xtask kubernetes --stories`"]
async fn a_process_is_scaled_by_its_cluster_and_marked_for_its_tools() {
    let stage = Stage::new(77_300, NAMESPACE).await;
    let owner = &stage.acme.owner;
    let made = owner
        .post(
            "/api/v2/organizations/acme/apps",
            document("apps", json!({"name": "counted"})),
        )
        .await;
    let app = made.expect(201).id();
    let first = stage.deploy(&app, &web("1").await).await;
    assert_eq!(first["status"], "deployed", "{first}");

    let bounds = json!({"min-units": 2, "max-units": 5, "processor-percent": 80, "memory-percent": 90});
    autoscale(&stage, &app, bounds).await.expect(200);
    stage
        .until("the fewest units", async || {
            stage.shown(&app).await["processes"][0]["ready"] == 2
        })
        .await;
    let autoscaler = stage.by_hand.autoscaler(&process(&app, 1)).await.unwrap().unwrap();
    assert_eq!(
        (
            autoscaler.least,
            autoscaler.most,
            autoscaler.processor_percent,
            autoscaler.memory_percent
        ),
        (2, 5, Some(80), Some(90))
    );
    // No deploy: the same units, and more of them.
    assert_eq!(stage.shown(&app).await["processes"][0]["autoscale"]["max-units"], 5);
    let quota = owner.get(&format!("/api/v2/apps/{app}/quota")).await.expect(200);
    assert_eq!(quota.attribute("units-used"), 5);

    // What a counter says within the bounds stays, however often everything is applied.
    stage.by_hand.scale(&process(&app, 1), 4).await.unwrap();
    stage
        .until("four units", async || {
            stage.shown(&app).await["processes"][0]["ready"] == 4
        })
        .await;
    for _ in 0..5 {
        slipway_apps::running::keeping::drive(&stage.acme.app.system(), app.parse().unwrap())
            .await
            .unwrap();
        assert_eq!(wanted(&stage, &app, 1).await, 4);
    }
    let path = format!("/api/v2/apps/{app}/actions/scale");
    let refused = owner
        .post(&path, document("apps", json!({"units": {"web": 3}})))
        .await
        .expect(422);
    assert!(
        refused
            .error()
            .1
            .starts_with("Autoscaling says how many units of \"web\" run, from 2 to 5."),
        "{:?}",
        refused.error()
    );

    // Labels come by one deploy, which begins with as many units as there were.
    let path = format!("/api/v2/apps/{app}/process-settings/web");
    let marks = json!({"labels": {"team": "core"}, "annotations": {"example.com/docs": "see the wiki"}});
    owner
        .patch(&path, document("app-process-settings", marks))
        .await
        .expect(200);
    // Where the cluster does not answer at once, the deploy comes back to it later.
    stage
        .until("the units of the next deploy", async || {
            wanted(&stage, &app, 2).await == 4
        })
        .await;
    let labels = BTreeMap::from([("team".to_owned(), "core".to_owned())]);
    let units = stage.by_hand.units(Some(NAMESPACE), &labels).await.unwrap();
    assert_eq!(units.len(), 4);
    stage
        .until("one deploy to be left", async || wanted(&stage, &app, 1).await == 0)
        .await;

    // Of none at all an autoscaler says nothing any more: that is put right.
    stage.by_hand.scale(&process(&app, 2), 0).await.unwrap();
    stage
        .until("units again", async || {
            wanted(&stage, &app, 2).await == 2 && stage.shown(&app).await["status"] == "running"
        })
        .await;
    stage.act(&app, "stop", json!({})).await;
    assert_eq!(wanted(&stage, &app, 2).await, 0);
    assert!(stage.by_hand.autoscaler(&process(&app, 2)).await.unwrap().is_none());
    stage.act(&app, "start", json!({})).await;
    stage
        .until("the units of the start", async || {
            wanted(&stage, &app, 2).await == 2 && stage.shown(&app).await["processes"][0]["ready"] == 2
        })
        .await;

    stage.by_hand.scale(&process(&app, 2), 3).await.unwrap();
    stage
        .until("three units", async || {
            stage.shown(&app).await["processes"][0]["ready"] == 3
        })
        .await;
    let path = format!("/api/v2/apps/{app}/process-settings/web/autoscale");
    let unset = owner.delete(&path).await.expect(200);
    assert_eq!(unset.attribute("autoscale"), &Value::Null);
    stage.acme.app.settle().await;
    assert_eq!(wanted(&stage, &app, 2).await, 3, "as many as there are stay");
    assert!(stage.by_hand.autoscaler(&process(&app, 2)).await.unwrap().is_none());
    stage.act(&app, "scale", json!({"units": {"web": 1}})).await;
    assert_eq!(wanted(&stage, &app, 2).await, 1);
    owner.delete(&format!("/api/v2/apps/{app}")).await.expect(202);
    stage.acme.app.settle().await;
    owner.get(&format!("/api/v2/apps/{app}")).await.expect(404);
}
