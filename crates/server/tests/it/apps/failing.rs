//! Deploys that fail: what ran before goes on, and why is said.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use slipway_apps::running::keeping;

use super::stage::{Stage, image, web};
use crate::support::document;

/// An app whose first version runs; then what becomes of an image.
async fn second(image: &str, change: impl FnOnce(&mut slipway_kernel::settings::Settings)) -> (Stage, String, Value) {
    let stage = Stage::with(change).await;
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    let second = stage.deploy(&app, image).await;
    assert_eq!(second["status"], "failed", "{second}");
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-1-0"]);
    assert_eq!(stage.app_shown(&app).await["live-version"], 1);
    (stage, app, second)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_is_told_with_exit_code_and_last_lines() {
    let crashing = image("crashing", "", "echo cannot reach the database; exit 3").await;
    let (stage, app, failed) = second(&crashing, |_| {}).await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("cannot reach the database"), "{reason}");
    assert!(
        reason.starts_with("web-2-0 was not ready: It ended with exit code 3."),
        "{reason}"
    );
    assert_eq!(failed["step"], "health");
    // The next one is not held up by it.
    assert_eq!(stage.deploy(&app, &web(3).await).await["status"], "deployed");
    assert_eq!(stage.ask("web").await, (200, "v3 \n".to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_ends_although_all_was_well_is_no_app() {
    let ending = image("ending", "", "echo all done; exit 0").await;
    let (_, _, failed) = second(&ending, |_| {}).await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("web-2-0 was not ready: It ended with exit code 0.")
            && reason.contains("It wrote last:\nall done"),
        "{reason}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_takes_too_much_memory_is_told_of_as_that() {
    let greedy = image("greedy-at-once", "", "exec tail /dev/zero").await;
    let (_, _, failed) = second(&greedy, |_| {}).await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("more memory than the 256 MiB of its plan"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_is_deaf_to_its_end_is_killed_when_its_time_is_over() {
    let stage = Stage::with(|settings| settings.apps.drain_seconds = 1).await;
    let app = stage.app("web").await;
    // The shell stays, and hears nothing of it; what serves beside it is its child.
    let script = "trap '' TERM; mkdir -p /tmp/www; echo deaf >/tmp/www/index.html; httpd -f -p $PORT -h /tmp/www & wait; \
                  while true; do sleep 1; done";
    let deaf = image("deaf", "", script).await;
    assert_eq!(stage.deploy(&app, &deaf).await["status"], "deployed");
    assert_eq!(stage.ask("web").await, (200, "deaf\n".to_owned()));
    let begun = Instant::now();
    assert_eq!(stage.deploy(&app, &web(2).await).await["status"], "deployed");
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
    assert_eq!(stage.ask("web").await, (200, "v2 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-2-0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unit_that_never_listens_is_told_where_it_should() {
    let silent = image("silent", "", "echo up; exec sleep 1000").await;
    let (_, _, failed) = second(&silent, |settings| settings.apps.start_seconds = 10).await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.starts_with("Not every unit was ready within 10 s"), "{reason}");
    assert!(
        reason.contains("nothing listens at port 8080") && reason.contains("PORT"),
        "{reason}"
    );
    assert!(reason.ends_with("It wrote last:\nup"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_that_is_not_there_is_named() {
    let (_, _, failed) = second("127.0.0.1:9/nobody/nothing:1", |_| {}).await;
    let reason = failed["reason"].as_str().unwrap();
    assert!(reason.contains("127.0.0.1:9/nobody/nothing:1"), "{reason}");
    assert_eq!(failed["step"], "build");
    assert_eq!(failed["app-version"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_deploy_goes_on_at_a_time_and_can_be_cancelled() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    let silent = image("silent", "", "echo up; exec sleep 1000").await;
    let id = stage.begin(&app, json!({"image": silent})).await;
    let body = document("deploys", json!({"image": silent}));
    let path = format!("/api/v2/apps/{app}/deploys");
    let refused = stage.acme.owner.post(&path, body).await.expect(409);
    assert_eq!(
        refused.error().1,
        "The deploy 2 of the app \"web\" goes on, started by ann. Wait for it, or cancel it."
    );
    let cancelling = async {
        stage
            .until("its step", async || stage.shown(&id).await["step"] == "health")
            .await;
        stage
            .acme
            .owner
            .post(&format!("/api/v2/deploys/{id}/actions/cancel"), json!({}))
            .await
            .expect(200);
    };
    tokio::join!(stage.acme.app.settle(), cancelling);
    let shown = stage.shown(&id).await;
    assert_eq!(
        (&shown["status"], &shown["reason"]),
        (&json!("canceled"), &json!("Somebody canceled it."))
    );
    assert_eq!(stage.units(&app).await, ["web-1-0"]);
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    stage
        .acme
        .owner
        .post(&format!("/api/v2/deploys/{id}/actions/cancel"), json!({}))
        .await
        .expect(409);
}

/// As a server does that is killed again and again: what it did is there, what it was about to do is not.
#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_that_is_cut_off_at_any_moment_goes_on_where_it_was() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    assert_eq!(stage.deploy(&app, &web(1).await).await["status"], "deployed");
    let id = stage.begin(&app, json!({"image": web(2).await})).await;
    let (ctx, parsed) = (stage.acme.app.system(), app.parse().unwrap());
    let mut cut = 0;
    loop {
        // A little further each time, so that every step is cut off somewhere.
        let end = Duration::from_millis(5 + 3 * cut);
        let driven = tokio::time::timeout(end, keeping::drive(&ctx, parsed)).await;
        assert_eq!(stage.ask("web").await.0, 200);
        if let Ok(driven) = driven {
            driven.unwrap();
            break;
        }
        cut += 1;
    }
    assert!(cut > 5, "it was cut off only {cut} times");
    let shown = stage.shown(&id).await;
    assert_eq!(
        (&shown["status"], &shown["app-version"]),
        (&json!("deployed"), &json!(2)),
        "{shown}"
    );
    assert_eq!(stage.ask("web").await, (200, "v2 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-2-0"]);
}
