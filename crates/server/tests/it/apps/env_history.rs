//! How an app's variables came to be so, and going back to them: alone, and with a version.

use serde_json::{Value, json};

use super::stage::{Stage, image, web};
use crate::catalog::binding::{order, service};
use crate::catalog::resource_changes::shop::Shop;
use crate::support::{State, document};

/// The changes of an app's variables, newest first.
async fn history(stage: &Stage, app: &str, query: &str) -> Value {
    let path = format!("/api/v2/apps/{app}/env-changes{query}");
    stage.acme.owner.get(&path).await.expect(200).body
}

/// Each change as `number: what, what`.
fn lines(history: &Value) -> Vec<String> {
    let each = history["data"].as_array().unwrap().iter().map(|change| {
        let change = &change["attributes"];
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let what = change["changes"].as_array().unwrap().iter().map(|one| {
            format!(
                "{} {} {}>{}",
                word(&one["name"]),
                word(&one["difference"]),
                word(&one["value-before"]),
                word(&one["value"])
            )
        });
        format!("{}: {}", change["number"], what.collect::<Vec<_>>().join(", "))
    });
    each.collect()
}

async fn deploys(stage: &Stage, app: &str) -> usize {
    let path = format!("/api/v2/apps/{app}/deploys");
    stage.acme.owner.get(&path).await.expect(200).ids().len()
}

async fn number(stage: &Stage, app: &str) -> Value {
    let path = format!("/api/v2/apps/{app}/env");
    let shown = stage.acme.owner.get(&path).await.expect(200);
    shown.attribute("number").clone()
}

async fn restore(stage: &Stage, app: &str, attributes: Value) -> crate::support::Answer {
    let path = format!("/api/v2/apps/{app}/actions/restore-env");
    let answer = stage.acme.owner.post(&path, document("app-envs", attributes)).await;
    stage.acme.app.settle().await;
    answer
}

fn greeting(text: &str) -> Value {
    json!({"set": [{"name": "GREETING", "value": text}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn former_variables_are_told_without_secrets_and_come_back() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.set(&app, greeting("hello")).await.expect(200);
    let secret = json!({"set": [{"name": "KEY", "value": "s3cr3t", "is-private": true}]});
    stage.set(&app, secret).await.expect(200);
    stage.deploy(&app, &web(1).await).await;
    assert_eq!(stage.ask("web").await, (200, "v1 hello\n".to_owned()));
    stage.set(&app, greeting("bye")).await.expect(200);
    let unset = json!({"unset": [{"name": "KEY"}], "set": [{"name": "GREETING", "value": "bye"}], "staged": true});
    stage.set(&app, unset).await.expect(200);

    let all = history(&stage, &app, "").await;
    let told = [
        "4: KEY unset ->-",
        "3: GREETING changed hello>bye",
        "2: KEY set ->-",
        "1: GREETING set ->hello",
    ];
    assert_eq!(lines(&all), told);
    assert!(!all.to_string().contains("s3cr3t"));
    assert_eq!(all["data"][0]["attributes"]["is-current"], true);
    assert_eq!(all["data"][2]["attributes"]["changes"][0]["is-private"], true);
    // The last of a page is told against the one before it, which is on the next.
    let page = history(&stage, &app, "?page[size]=1&page[number]=2").await;
    assert_eq!(lines(&page), ["3: GREETING changed hello>bye"]);
    assert_eq!(page["meta"]["pagination"]["total-count"], 4);
    let next = history(&stage, &app, "?page[size]=2&page[after]=3").await;
    assert_eq!(lines(&next), told[2..]);

    let back = restore(&stage, &app, json!({"number": 2})).await.expect(200);
    assert_eq!(*back.attribute("number"), 5);
    assert_eq!(*back.attribute("left-out"), json!([]));
    assert!(!back.text().contains("s3cr3t"));
    assert_eq!(stage.ask("web").await, (200, "v1 hello\n".to_owned()));
    let before = deploys(&stage, &app).await;
    let same = restore(&stage, &app, json!({"number": 2})).await.expect(200);
    assert_eq!(*same.attribute("number"), 5);
    assert_eq!(deploys(&stage, &app).await, before);

    restore(&stage, &app, json!({"number": 3, "staged": true}))
        .await
        .expect(200);
    assert_eq!(stage.ask("web").await, (200, "v1 hello\n".to_owned()));
    stage.act(&app, "restart", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "v1 bye\n".to_owned()));
    let missing = restore(&stage, &app, json!({"number": 9})).await.expect(422);
    assert_eq!(missing.pointer(), "/data/attributes/number");
    assert!(
        missing.error().1.contains("there is no number 9"),
        "{}",
        missing.error().1
    );

    // A value that is hidden now is not read from before, and that is not undone by another that is shown.
    let hide = json!({"set": [{"name": "GREETING", "value": "bye", "is-private": true}], "staged": true});
    stage.set(&app, hide).await.expect(200);
    let hidden = history(&stage, &app, "").await.to_string();
    assert!(!hidden.contains("hello") && !hidden.contains("bye"), "{hidden}");

    let reader = stage.acme.member("rita", "read", "acme").await;
    let wanted = document("app-envs", json!({"number": 1}));
    let path = format!("/api/v2/apps/{app}/actions/restore-env");
    reader.post(&path, wanted).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_is_run_again_with_the_variables_that_it_last_ran_with() {
    let stage = Stage::new().await;
    let app = stage.app("web").await;
    stage.set(&app, greeting("one")).await.expect(200);
    stage.deploy(&app, &web(1).await).await;
    let mut staged = greeting("two");
    staged["staged"] = json!(true);
    stage.set(&app, staged).await.expect(200);
    stage.act(&app, "restart", json!({})).await.expect(201);
    assert_eq!(stage.ask("web").await, (200, "v1 two\n".to_owned()));
    stage.set(&app, greeting("three")).await.expect(200);
    stage.deploy(&app, &web(2).await).await;
    assert_eq!(stage.ask("web").await, (200, "v2 three\n".to_owned()));

    // A deploy goes on: neither the version nor the variables come back.
    stage.begin(&app, json!({"image": web(2).await})).await;
    let path = format!("/api/v2/apps/{app}/actions/rollback");
    let wanted = json!({"app-version": 1, "with-env": true});
    let refused = stage.acme.owner.post(&path, document("deploys", wanted.clone())).await;
    assert!(refused.expect(409).error().1.contains("goes on"));
    assert_eq!(number(&stage, &app).await, 3);
    stage.acme.app.settle().await;

    let back = async |key: &str, attributes: &Value| {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        let body = document("deploys", attributes.clone()).to_string();
        let answer = stage.acme.owner.send("POST", &path, &headers, body.into()).await;
        stage.acme.app.settle().await;
        answer
    };
    let began = back("one", &wanted).await.expect(201).id();
    assert_eq!(stage.ask("web").await, (200, "v1 two\n".to_owned()));
    assert_eq!(number(&stage, &app).await, 4);
    let shown = stage.shown(&began).await;
    assert_eq!(shown["restored-env"], json!({"number": 2, "left-out": []}));
    assert_eq!(shown["origin"], "version 1 with its variables");
    assert!(stage.log(&began).await.contains("==> With the variables of number 2"));
    assert_eq!(back("one", &wanted).await.expect(201).id(), began);
    let other = back("one", &json!({"app-version": 1})).await.expect(409);
    assert!(other.error().1.contains("other contents"));

    // They are those of now: nothing is written, and the deploy says where they come from all the same.
    let again = back("two", &wanted).await.expect(201).id();
    assert_eq!(number(&stage, &app).await, 4);
    assert_eq!(stage.shown(&again).await["restored-env"]["number"], 2);
    // Without the wish it is the image alone.
    let plain = back("three", &json!({"app-version": 2})).await.expect(201).id();
    assert_eq!(stage.shown(&plain).await["restored-env"], Value::Null);

    let role =
        json!({"name": "deployer", "permissions": ["organization.read", "project.read", "app.read", "app.deploy"]});
    let roles = "/api/v2/organizations/acme/roles";
    stage.acme.owner.post(roles, document("roles", role)).await.expect(201);
    let deployer = stage.acme.member("dora", "deployer", "acme").await;
    deployer.post(&path, document("deploys", wanted)).await.expect(403);
    deployer
        .post(&path, document("deploys", json!({"app-version": 1})))
        .await
        .expect(201);
    stage.acme.app.settle().await;
}

/// It shows what it was given.
const SHOW: &str = "mkdir -p /tmp/www && echo \"$DATABASE_HOST $OTHER\" > /tmp/www/index.html && exec httpd -f -p $PORT -h \
                    /tmp/www";

#[tokio::test(flavor = "multi_thread")]
async fn what_binds_give_stays_when_variables_come_back() {
    let stage = Stage::with(|settings| {
        settings.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let shop = Shop::on(stage.acme.clone()).await;
    service(&shop, json!({"endpoint": "DATABASE_HOST"})).await;
    let network = shop.made_network("main", "net-1").await;
    let (instance, resource) = order(&shop, "orders-db", &network).await;
    shop.carry_out(&resource, State::new(1).output("endpoint", "db-1", false))
        .await;
    let app = stage.app("web").await;
    let mine = json!({"set": [{"name": "DATABASE_HOST", "value": "mine"}, {"name": "OTHER", "value": "1"}]});
    stage.set(&app, mine).await.expect(200);
    let none = json!({"unset": [{"name": "DATABASE_HOST"}, {"name": "OTHER"}]});
    stage.set(&app, none).await.expect(200);
    let path = format!("/api/v2/apps/{app}/binds");
    let wanted = document("app-binds", json!({"service-instance": instance}));
    let bound = stage.acme.owner.post(&path, wanted).await.expect(201).id();
    shop.settle().await;
    stage.deploy(&app, &image("given", "", SHOW).await).await;
    assert_eq!(stage.ask("web").await, (200, "db-1 \n".to_owned()));
    let all = history(&stage, &app, "").await;
    let keeper = &all["data"][0]["attributes"]["changes"][0]["managed-by"];
    assert_eq!(*keeper, "bind to service-instance/orders-db");

    let back = restore(&stage, &app, json!({"number": 1})).await.expect(200);
    let left_out = json!([{"name": "DATABASE_HOST", "process": "",
        "reason": "The bind to service-instance/orders-db gives a variable of this name now."}]);
    assert_eq!(*back.attribute("left-out"), left_out);
    assert_eq!(stage.ask("web").await, (200, "db-1 1\n".to_owned()));

    // What a bind gave that is gone is not there again, nor is what was an alias of it.
    let alias = json!({"set": [{"name": "HOST", "alias-of": "DATABASE_HOST"}], "staged": true});
    stage.set(&app, alias).await.expect(200);
    let with_alias = number(&stage, &app).await;
    let none = json!({"unset": [{"name": "HOST"}], "staged": true});
    stage.set(&app, none).await.expect(200);
    let path = format!("/api/v2/app-binds/{bound}?staged=true");
    stage.acme.owner.delete(&path).await.expect(204);
    shop.settle().await;
    let refused = restore(&stage, &app, json!({"number": with_alias})).await.expect(422);
    let why = "HOST is an alias of DATABASE_HOST, which is not set";
    assert!(refused.error().1.contains(why), "{}", refused.error().1);
    let back = restore(&stage, &app, json!({"number": 3, "staged": true})).await;
    let reason = &back.expect(200).attribute("left-out")[0]["reason"].clone();
    assert_eq!(*reason, "A bind gave it that is not there any more.");
}
