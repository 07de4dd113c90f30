//! What apps take is measured, and a unit that takes too much memory is told so.

use std::time::Duration;

use serde_json::Value;
use slipway_apps::metrics::sampling::{self, Before};
use slipway_apps::running::keeping;

use super::stage::{Stage, image, web};

async fn metrics(stage: &Stage, app: &str, question: &str) -> Value {
    let path = format!("/api/v2/apps/{app}/metrics?{question}");
    stage.acme.owner.get(&path).await.expect(200).body["data"]["attributes"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn units_and_requests_are_measured_finely_and_then_roughly() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    let ctx = stage.acme.app.system();
    let mut before = Before::default();
    sampling::measure(&ctx, &mut before).await.unwrap();
    for _ in 0..5 {
        assert_eq!(stage.ask("web").await.0, 200);
    }
    stage.acme.app.pass(Duration::from_secs(15));
    sampling::measure(&ctx, &mut before).await.unwrap();
    stage.acme.app.pass(Duration::from_secs(15));
    let fine = metrics(&stage, &app, "").await;
    assert_eq!(fine["step-seconds"], 15);
    let points = fine["points"].as_array().unwrap();
    assert_eq!(points.len(), 2, "{fine}");
    assert_eq!((&points[0]["requests"], &points[1]["requests"]), (&0.into(), &5.into()));
    assert!(points[1]["p99-ms"].as_f64().unwrap() > 0.0, "{fine}");
    assert!(
        points[1]["memory"].as_u64().unwrap() > 0 && points[1]["memory-percent"].is_u64(),
        "{fine}"
    );
    let units = stage
        .acme
        .owner
        .get(&format!("/api/v2/apps/{app}/units"))
        .await
        .expect(200);
    let usage = units.body["data"][0]["attributes"]["usage"].clone();
    assert!(usage["memory"].as_u64().unwrap() > 0, "{usage}");
    assert!(
        usage["memory-limit"].as_u64().unwrap() > usage["memory"].as_u64().unwrap(),
        "{usage}"
    );

    // After more than an hour there is one point of five minutes.
    stage.acme.app.pass(Duration::from_secs(300));
    sampling::measure(&ctx, &mut before).await.unwrap();
    stage.acme.app.pass(Duration::from_secs(2 * 3600));
    sampling::measure(&ctx, &mut before).await.unwrap();
    let from = ctx.now().before(Duration::from_secs(3 * 3600));
    let rough = metrics(&stage, &app, &format!("from={from}")).await;
    assert_eq!(rough["step-seconds"], 300);
    let requests: u64 = rough["points"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["requests"].as_u64().unwrap())
        .sum();
    assert_eq!(requests, 5, "{rough}");
    let path = format!("/api/v2/apps/{app}/metrics?from=2020-01-01T00:00:00Z");
    stage.acme.owner.get(&path).await.expect(400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_killed_for_memory_says_so_with_its_limit() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    // It serves, and when it is told to takes all the memory there is.
    let script = "mkdir -p /tmp/www; httpd -p $PORT -h /tmp/www; while [ ! -f /tmp/go ]; do usleep 50000; done; \
                  exec tail /dev/zero";
    let greedy = image("greedy", "", script).await;
    assert_eq!(stage.deploy(&app, &greedy).await["status"], "deployed");
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
        .await
        .unwrap();
    let spec = slipway_docker::commands::CommandSpec {
        command: ["touch", "/tmp/go"].map(str::to_owned).to_vec(),
        ..Default::default()
    };
    let unit = format!("slipway-{app}-web-1-0");
    engine.start_command(&unit, &spec).await.unwrap().ended().await.unwrap();
    let ctx = stage.acme.app.system();
    let mut reason = String::new();
    stage
        .until("it to be told", async || {
            keeping::look_at_all(&ctx).await.unwrap();
            let units = stage
                .acme
                .owner
                .get(&format!("/api/v2/apps/{app}/units"))
                .await
                .expect(200);
            reason = units.body["data"][0]["attributes"]["reason"]
                .as_str()
                .unwrap()
                .to_owned();
            reason.contains("memory")
        })
        .await;
    assert!(reason.contains("more memory than the 256 MiB of its plan"), "{reason}");
}
