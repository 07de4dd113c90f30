//! Deploying, and what follows: going back, variables, scaling, stopping, deleting.

use serde_json::{Value, json};

use super::stage::{Stage, web};
use crate::support::document;

#[tokio::test(flavor = "multi_thread")]
async fn an_image_is_deployed_answers_and_gives_way_to_the_next_one() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let shown = stage.app_shown(&app).await;
    assert_eq!(
        (&shown["status"], &shown["plan"]["name"]),
        (&json!("new"), &json!("small"))
    );
    assert_eq!(shown["urls"], json!([]));

    let first = stage.deploy(&app, &web(1).await).await;
    assert_eq!(first["status"], "deployed", "{first}");
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    let shown = stage.app_shown(&app).await;
    assert_eq!(
        (&shown["status"], &shown["live-version"]),
        (&json!("running"), &json!(1))
    );
    assert_eq!(shown["urls"], json!(["http://web.acme.localhost:8090/"]));
    assert_eq!(shown["processes"][0]["ready"], 1);
    assert_eq!(stage.units(&app).await, ["web-1-0"]);

    let second = stage.deploy(&app, &web(2).await).await;
    assert_eq!(
        (&second["app-version"], &second["previous-version"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(stage.ask("web").await, (200, "v2 \n".to_owned()));
    assert_eq!(stage.units(&app).await, ["web-2-0"]);

    stage.act(&app, "rollback", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    let versions = stage.acme.owner.get(&format!("/api/v2/apps/{app}/versions")).await;
    let versions = versions.expect(200).body["data"].clone();
    let live: Vec<&Value> = versions
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["attributes"]["is-live"])
        .collect();
    assert_eq!(live, [true, false, false]);
    assert_eq!(versions[0]["attributes"]["image"], versions[2]["attributes"]["image"]);

    let unknown = stage.act(&app, "rollback", json!({"app-version": 9})).await.expect(422);
    assert!(unknown.error().1.contains("no version 9"), "{}", unknown.error().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deploy_tells_what_it_does() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let id = stage
        .begin(&app, json!({"image": web(1).await, "message": "The first one."}))
        .await;
    stage.acme.app.settle().await;
    let log = stage.log(&id).await;
    let headings: Vec<&str> = log
        .trim_matches(['\u{2}', '\u{3}'])
        .lines()
        .filter(|line| line.starts_with("==> "))
        .map(|line| line.split(':').next().unwrap())
        .collect();
    assert_eq!(
        headings,
        [
            "==> Fetch sha256",
            "==> Version 1",
            "==> Start web x 1",
            "==> Version 1 takes the requests",
            "==> Deployed"
        ]
    );
    let shown = stage.shown(&id).await;
    assert_eq!(
        (&shown["message"], &shown["started-by"]),
        (&json!("The first one."), &json!("ann"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn variables_are_seen_after_one_deploy_and_private_ones_by_nobody_else() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    let change = json!({"set": [
        {"name": "GREETING", "value": "hello"},
        {"name": "PASSWORD", "value": "s3cr3t-value", "is-private": true},
    ]});
    let changed = stage.set(&app, change).await.expect(200);
    assert_eq!(changed.attribute("number"), 1);
    let variables = changed.attribute("variables").clone();
    assert_eq!(variables[0]["value"], "hello");
    assert_eq!(
        (&variables[1]["name"], &variables[1]["value"]),
        (&json!("PASSWORD"), &Value::Null)
    );
    assert!(!changed.text().contains("s3cr3t"));
    assert_eq!(stage.ask("web").await, (200, "v1 hello\n".to_owned()));
    let deploys = stage
        .acme
        .owner
        .get(&format!("/api/v2/apps/{app}/deploys"))
        .await
        .expect(200);
    assert_eq!(deploys.column("kind"), ["env", "image"]);

    let staged = json!({"set": [{"name": "GREETING", "value": "later"}], "staged": true});
    stage.set(&app, staged).await.expect(200);
    assert_eq!(stage.ask("web").await, (200, "v1 hello\n".to_owned()));
    let path = format!("/api/v2/apps/{app}/env");
    let waits = async || {
        stage
            .acme
            .owner
            .get(&path)
            .await
            .expect(200)
            .attribute("is-pending")
            .clone()
    };
    assert_eq!(waits().await, true);
    stage.act(&app, "restart", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "v1 later\n".to_owned()));
    assert_eq!(waits().await, false);

    let taken = json!({"set": [{"name": "SLIPWAY_APP", "value": "x"}]});
    let refused = stage.set(&app, taken).await.expect(422);
    assert!(refused.error().1.contains("given by Slipway"), "{}", refused.error().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn units_come_and_go_as_they_are_wanted_and_are_put_right() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.deploy(&app, &web(1).await).await;
    stage.act(&app, "scale", json!({"units": {"web": 3}})).await.expect(200);
    assert_eq!(stage.units(&app).await, ["web-1-0", "web-1-1", "web-1-2"]);
    let unknown = stage
        .act(&app, "scale", json!({"units": {"worker": 1}}))
        .await
        .expect(422);
    assert_eq!(unknown.error().1, "There is no process \"worker\"; there is: web.");
    stage.act(&app, "scale", json!({"units": {"web": 1}})).await.expect(200);
    assert_eq!(stage.units(&app).await, ["web-1-0"]);

    // Somebody takes the unit away by hand.
    let engine = slipway_docker::Engine::connect(&slipway_testing::docker::socket().unwrap())
        .await
        .unwrap();
    engine.remove_unit(&format!("slipway-{app}-web-1-0")).await.unwrap();
    let ctx = stage.acme.app.system();
    slipway_apps::running::keeping::look_at_all(&ctx).await.unwrap();
    let shown = stage.app_shown(&app).await;
    assert_eq!(
        (&shown["status"], &shown["processes"][0]["ready"]),
        (&json!("down"), &json!(0))
    );
    stage.acme.app.settle().await;
    stage
        .until("the unit to be put right", async || {
            slipway_apps::running::keeping::look_at_all(&ctx).await.unwrap();
            stage.ask("web").await.0 == 200
        })
        .await;
    assert_eq!(stage.app_shown(&app).await["status"], "running");

    stage.act(&app, "stop", json!({})).await.expect(200);
    assert_eq!(stage.ask("web").await.0, 503);
    assert_eq!(stage.app_shown(&app).await["status"], "stopped");
    assert!(stage.units(&app).await.is_empty());
    stage.act(&app, "start", json!({})).await.expect(200);
    stage
        .until("the app to run again", async || {
            slipway_apps::running::keeping::look_at_all(&ctx).await.unwrap();
            stage.ask("web").await.0 == 200
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
    assert_eq!(stage.ask("web").await.0, 404);
    let labels = std::collections::BTreeMap::from([("slipway.app".to_owned(), app.clone())]);
    assert!(engine.units(&labels).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_units_write_is_read() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let script =
        "echo begun as $SLIPWAY_PROCESS of $SLIPWAY_APP; mkdir -p /tmp/www; exec httpd -f -p $PORT -h /tmp/www";
    stage
        .deploy(&app, &super::stage::image("talking", "", script).await)
        .await;
    let logs = format!("/api/v2/apps/{app}/logs");
    let text = stage.acme.owner.get(&logs).await.expect(200).text();
    assert!(text.ends_with(" web-1-0 begun as web of web\n"), "{text}");
    let none = stage
        .acme
        .owner
        .get(&format!("{logs}?process=worker"))
        .await
        .expect(200)
        .text();
    assert_eq!(none, "");
    let reader = stage.acme.member("rita", "read", "acme").await;
    reader.get(&logs).await.expect(200);
    let body = document("deploys", json!({"image": "busybox"}));
    reader
        .post(&format!("/api/v2/apps/{app}/deploys"), body)
        .await
        .expect(403);
    let (_, stranger) = stage.acme.app.user(&stage.acme.owner, "zoe").await;
    stranger.get(&logs).await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_comes_again_finds_the_deploy_that_it_began() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    let ask = async |what: &str, key: &str, attributes: Value| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = document("deploys", attributes).to_string();
        let path = format!("/api/v2/apps/{app}/{what}");
        stage.acme.owner.send("POST", &path, &headers, body.into()).await
    };
    let image = json!({"image": web(1).await});
    let first = ask("deploys", "one", image.clone()).await.expect(201).id();
    // Also while it goes on.
    assert_eq!(ask("deploys", "one", image.clone()).await.expect(201).id(), first);
    stage.acme.app.settle().await;
    assert_eq!(ask("deploys", "one", image.clone()).await.expect(201).id(), first);
    let (code, detail) = ask("deploys", "one", json!({"image": web(2).await}))
        .await
        .expect(409)
        .error();
    assert_eq!(code, "conflict");
    assert!(detail.contains("started deploy 1 with other contents"), "{detail}");
    ask("deploys", "no key", image).await.expect(400);

    stage.deploy(&app, &web(2).await).await;
    let back = ask("actions/rollback", "two", json!({})).await.expect(201).id();
    stage.acme.app.settle().await;
    assert_eq!(ask("actions/rollback", "two", json!({})).await.expect(201).id(), back);
    assert_eq!(stage.ask("web").await, (200, "v1 \n".to_owned()));
    let restarted = ask("actions/restart", "three", json!({})).await.expect(201).id();
    stage.acme.app.settle().await;
    assert_eq!(
        ask("actions/restart", "three", json!({})).await.expect(201).id(),
        restarted
    );
    ask("actions/restart", "two", json!({})).await.expect(409);
    let path = format!("/api/v2/apps/{app}/deploys");
    assert_eq!(stage.acme.owner.get(&path).await.ids().len(), 4);
}
