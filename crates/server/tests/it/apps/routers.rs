//! Routers that are processes of their own, as the server sees them.

use std::time::Duration;

use axum::body::Body;
use serde_json::{Value, json};
use slipway_apps::metrics::sampling::{self, Before};
use slipway_apps::running::routing;
use slipway_kernel::settings::RouterMode;

use super::stage::{Stage, web};
use crate::support::{Answer, Caller, document};

const PATH: &str = "/api/v2/router/table";

async fn ask(router: &Caller, report: Value) -> Answer {
    let json = [("content-type", "application/json")];
    router.send("POST", PATH, &json, Body::from(report.to_string())).await
}

fn report(serves: u64, busy: &[&str]) -> Value {
    json!({"serves": serves, "busy": busy, "program": "0.1.0", "waits_ms": 100})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_router_gets_each_table_and_a_unit_waits_for_its_requests() {
    let images = [web(1).await, web(2).await];
    let stage = Stage::with(|settings| {
        settings.routing.mode = RouterMode::Separate;
        settings.apps.drain_seconds = 20;
    })
    .await;
    let root = &stage.acme.owner;
    let made = root
        .post(
            "/api/v2/admin/routers",
            document("app-routers", json!({"name": "edge"})),
        )
        .await;
    let token = made.expect(201).attribute("token").as_str().unwrap().to_owned();
    let edge = stage.acme.app.caller(&token);
    // Its token is for tables, and for nothing else; tables are for nobody else.
    edge.get("/api/v2/organizations/acme/apps").await.expect(401);
    ask(&stage.acme.owner, report(0, &[])).await.expect(401);
    ask(&stage.acme.app.anonymous(), report(0, &[])).await.expect(401);
    ask(&edge, json!("no report")).await.expect(400);

    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &images[0]).await["status"], "deployed");
    let table = ask(&edge, report(0, &[])).await.expect(200).body;
    let version = table["version"].as_u64().unwrap();
    let unit = table["routes"][&app]["targets"][0].as_str().unwrap().to_owned();
    assert_eq!(table["routes"][&app]["hosts"], json!(["web.acme.localhost"]));
    ask(&edge, report(version, &[])).await.expect(204);
    let listed = root.get("/api/v2/admin/routers").await.expect(200).body;
    let shown = &listed["data"][0]["attributes"];
    assert_eq!(
        (&shown["is-connected"], &shown["is-current"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(shown["token"], Value::Null);

    // What it counts is among what is measured of the app, also when it begins anew.
    let ctx = stage.acme.app.system();
    let mut before = Before::default();
    for counted in [7, 10, 2] {
        let mut said = report(version, &[]);
        let mut times = [0; 12];
        times[0] = counted;
        said["measured"] = json!({&app: {"answers": [0, counted, 0, 0, 0], "times": times, "time": 0, "at_work": 0}});
        ask(&edge, said).await.expect(204);
        sampling::measure(&ctx, &mut before).await.unwrap();
        stage.acme.app.pass(Duration::from_secs(15));
    }
    let measured = root.get(&format!("/api/v2/apps/{app}/metrics")).await.expect(200);
    let points = measured.attribute("points").as_array().unwrap();
    let requests: Vec<_> = points.iter().map(|point| point["requests"].as_u64().unwrap()).collect();
    assert_eq!(requests, [0, 3, 2], "{points:?}");

    // The next version: the unit of the one before stays until the router says that it has nothing of it any more.
    let gone = [unit.parse().unwrap()];
    let deploy = async { stage.deploy(&app, &images[1]).await };
    let router = async {
        let newer = loop {
            let answer = ask(&edge, report(version, &[])).await;
            if answer.status == 200 && answer.body["routes"][&app]["targets"][0] != unit.as_str() {
                break answer.body["version"].as_u64().unwrap();
            }
        };
        for _ in 0..5 {
            ask(&edge, report(newer, &[&unit])).await;
            assert!(routing::is_busy(&ctx, &gone));
            assert_eq!(stage.units(&app).await.len(), 2, "the unit is still there");
        }
        ask(&edge, report(newer, &[])).await;
    };
    let (deployed, ()) = tokio::join!(deploy, router);
    assert_eq!(deployed["status"], "deployed");

    let id = listed["data"][0]["id"].as_str().unwrap();
    root.delete(&format!("/api/v2/admin/routers/{id}")).await.expect(204);
    ask(&edge, report(0, &[])).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_about_pools_say_which_routers_take_requests() {
    let stage = Stage::with(|settings| settings.routing.mode = RouterMode::Separate).await;
    let root = &stage.acme.owner;
    let mut callers = Vec::new();
    for name in ["outer", "inner"] {
        let wanted = document("app-routers", json!({"name": name}));
        let made = root.post("/api/v2/admin/routers", wanted).await;
        let token = made.expect(201).attribute("token").as_str().unwrap().to_owned();
        callers.push(stage.acme.app.caller(&token));
    }
    let taken = document("app-routers", json!({"name": "embedded"}));
    root.post("/api/v2/admin/routers", taken).await.expect(409);

    let app = stage.app("web").await;
    let image = web(1).await;
    assert_eq!(stage.deploy(&app, &image).await["status"], "deployed");
    let serves = async |router: &Caller| {
        let table = ask(router, report(0, &[])).await.expect(200).body;
        table["routes"].get(&app).is_some()
    };
    for router in &callers {
        assert!(serves(router).await, "without a rule every router does");
    }

    // It counts at once, for an app that is there.
    let rules = "/api/v2/organizations/acme/pool-constraints";
    let rule = json!({"pools": "*", "field": "router", "values": ["inn*"]});
    let made = root.post(rules, document("pool-constraints", rule)).await.expect(201);
    let [outer, inner] = callers.as_slice() else {
        unreachable!("two were made")
    };
    assert_eq!((serves(outer).await, serves(inner).await), (false, true));

    let rule = format!("/api/v2/pool-constraints/{}", made.id());
    let other = document("pool-constraints", json!({"denies": true}));
    root.patch(&rule, other).await.expect(200);
    assert_eq!((serves(outer).await, serves(inner).await), (true, false));
    root.delete(&rule).await.expect(204);
    assert_eq!((serves(outer).await, serves(inner).await), (true, true));
}
