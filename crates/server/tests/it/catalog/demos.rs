//! Projects that are demos: what is ordered in them is planned, decided about, changed and destroyed, and nothing is ever made.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_testing::git_server::GitServer;

use super::resource_changes::shop::Shop;
use super::{executors, generated_code};
use crate::support::{Acme, Answer, Caller, TestItem, document, related};

/// A project that is a demo.
async fn demo(acme: &Acme, name: &str) -> String {
    let project = project(acme, name).await;
    rule(acme, &project, json!({"is-demo": true})).await.expect(200);
    project
}

async fn project(acme: &Acme, name: &str) -> String {
    let body = document("projects", json!({"name": name}));
    acme.owner
        .post("/api/v2/organizations/acme/projects", body)
        .await
        .expect(201)
        .id()
}

async fn rule(acme: &Acme, project: &str, rules: Value) -> Answer {
    let path = format!("/api/v2/projects/{project}/catalog-rules");
    acme.owner.patch(&path, document("catalog-rules", rules)).await
}

fn network(project: &str, name: &str) -> Value {
    json!({"template": "network", "project": project, "name": name, "values": {"cidr": "10.0.0.0/16"}})
}

fn database(project: &str, name: &str, network: &str) -> Value {
    json!({"template": "database", "project": project, "name": name, "parents": [network]})
}

async fn ask(shop: &Shop, attributes: Value) -> Answer {
    let path = "/api/v2/organizations/acme/resources";
    shop.acme.owner.post(path, document("resources", attributes)).await
}

fn known(value: &str) -> Value {
    json!({"sensitive": false, "type": "string", "value": value})
}

/// The runner's part of a plan with these outputs.
async fn planned(shop: &Shop, item: TestItem, outputs: Value) {
    let plan = json!({"format_version": "1.2", "planned_values": {"outputs": outputs}});
    item.put("plan-json", plan.to_string()).await.expect(204);
    item.succeed(json!({"add": 1})).await;
    shop.settle().await;
}

/// The next plan has these outputs.
async fn plan(shop: &Shop, outputs: Value) {
    let item = shop.claim().await;
    planned(shop, item, outputs).await;
}

/// The same, and somebody says yes.
async fn carry_out(shop: &Shop, resource: &str, outputs: Value) {
    plan(shop, outputs).await;
    shop.act(&shop.acme.owner, resource, "confirm").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(resource).await, "applied");
}

async fn destroy(shop: &Shop, resource: &str) {
    let path = format!("/api/v2/resources/{resource}/actions/destroy");
    shop.acme.owner.post(&path, json!({})).await.expect(200);
    shop.settle().await;
}

async fn output(caller: &Caller, resource: &str, name: &str) -> Answer {
    let path = format!("/api/v2/resources/{resource}/outputs/{name}/actions/reveal");
    caller.post(&path, json!({})).await.expect(200)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_ordered_in_a_demo_is_planned_decided_about_and_never_made() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    let item = shop.claim().await;
    assert!(item.claim.context.needs_plan_json, "the server reads the plan");
    let outputs = json!({"network_id": known("net-1"), "arn": {"sensitive": false},
        "token": {"sensitive": true, "type": "string", "value": "hunter2"}});
    planned(&shop, item, outputs).await;
    let change = shop.change(&net).await;
    assert_eq!(change.attribute("status"), "waiting");
    assert_eq!(change.attribute("is-demo"), true);
    let detail = change.attribute("detail").as_str().unwrap();
    assert!(detail.contains("It is a demo"), "{detail}");

    // Nobody applies anything behind its back.
    let run = shop.run(&net).await;
    let shown = shop.acme.owner.get(&format!("/api/v2/runs/{run}")).await.expect(200);
    assert_eq!(shown.attribute("plan-only"), true);
    assert_eq!(shown.attribute("status"), "planned_and_finished");
    shop.acme.act(&run, "apply").await.expect(409);
    let found = shop.resource(&net).await;
    let workspace = found.body["data"]["relationships"]["workspace"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    for wish in [json!({}), json!({"is-destroy": true}), json!({"auto-apply": true})] {
        let body = related("runs", wish, &[("workspace", "workspaces", &workspace)]);
        shop.acme.owner.post("/api/v2/runs", body).await.expect(409);
    }

    shop.act(&shop.acme.owner, &net, "confirm").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&net).await, "applied");
    let found = shop.resource(&net).await;
    assert_eq!(found.attribute("state"), "provisioned");
    assert_eq!(found.attribute("is-demo"), true);
    assert_eq!(found.attribute("output-count"), 3);
    let all = shop
        .acme
        .owner
        .get(&format!("/api/v2/resources/{net}/outputs"))
        .await
        .expect(200);
    assert!(
        all.text().contains("net-1") && !all.text().contains("hunter2"),
        "{}",
        all.text()
    );
    let arn = output(&shop.acme.owner, &net, "arn").await;
    assert_eq!(
        (arn.attribute("is-unknown"), arn.attribute("value")),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        output(&shop.acme.owner, &net, "token").await.attribute("value"),
        "hunter2"
    );

    // A child is given what is known of it, and a change is told to the child.
    let db = shop.order(&shop.acme.owner, database(&trial, "orders", &net)).await;
    let item = shop.claim().await;
    let values = &item.claim.context.variables;
    let given = values.iter().find(|one| one.key == "network_id").unwrap();
    assert_eq!(given.value, "net-1");
    planned(&shop, item, json!({"endpoint": known("db-1")})).await;
    shop.act(&shop.acme.owner, &db, "confirm").await.expect(200);
    shop.settle().await;
    shop.acme.app.pass(Duration::from_secs(60));
    let changes = json!({"values": {"cidr": "10.1.0.0/16"}});
    shop.update(&shop.acme.owner, &net, changes).await.expect(200);
    carry_out(&shop, &net, json!({"network_id": known("net-2")})).await;
    let stale = shop.resource(&db).await.attribute("stale").clone();
    assert_eq!(stale[0]["name"], "network_id", "{stale}");

    // What only changes words keeps its outputs; destroying takes a yes, and no run.
    let words = json!({"description": "A trial"});
    shop.update(&shop.acme.owner, &net, words).await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&net).await, "applied");
    assert_eq!(
        output(&shop.acme.owner, &net, "network_id").await.attribute("value"),
        "net-2"
    );
    for resource in [&db, &net] {
        let runs = shop.runs(resource).await;
        destroy(&shop, resource).await;
        assert_eq!(shop.status(resource).await, "waiting");
        shop.act(&shop.acme.owner, resource, "confirm").await.expect(200);
        shop.settle().await;
        assert_eq!(shop.resource(resource).await.attribute("state"), "destroyed");
        assert_eq!(shop.runs(resource).await, runs);
    }
    assert!(shop.runner.claim().await.is_none());
    let empty = shop
        .acme
        .owner
        .get(&format!("/api/v2/workspaces/{workspace}"))
        .await
        .expect(200);
    assert_eq!(empty.attribute("resource-count"), 0);
    let path = format!("/api/v2/workspaces/{workspace}/current-state-version");
    shop.acme.owner.get(&path).await.expect(404);
    shop.acme
        .owner
        .delete(&format!("/api/v2/resources/{db}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_an_apply_would_tell_is_given_by_hand_or_refused() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    // Ordered before it is known that nobody will know.
    let early = shop.order(&shop.acme.owner, database(&trial, "early", &net)).await;
    carry_out(&shop, &net, json!({"network_id": {"sensitive": false}})).await;
    let change = shop.change(&early).await;
    assert_eq!(change.attribute("status"), "failed");
    let error = change.attribute("error").as_str().unwrap();
    let why =
        "it is the output \"network_id\" of \"main\", which only an apply would tell, and that is a demo: give a value";
    assert!(error.contains(why), "{error}");

    let refused = ask(&shop, database(&trial, "orders", &net)).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/values/network_id");
    let mut wanted = database(&trial, "orders", &net);
    wanted["values"] = json!({"network_id": "net-made-up"});
    let orders = ask(&shop, wanted).await.expect(201).id();
    carry_out(&shop, &orders, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_of_approvals_count_in_demos_and_auto_apply_asks_nobody() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let mut wanted = network(&trial, "first");
    wanted["auto-apply"] = json!(true);
    let first = shop.order(&shop.acme.owner, wanted).await;
    plan(&shop, json!({})).await;
    assert_eq!(shop.status(&first).await, "applied");

    let body = document(
        "approval-rules",
        json!({"name": "networks", "template": "network", "approvals": 1}),
    );
    let path = "/api/v2/organizations/acme/approval-rules";
    shop.acme.owner.post(path, body).await.expect(201);
    let bob = shop.acme.member("bob", "maintain", "acme").await;
    let second = shop.order(&bob, network(&trial, "second")).await;
    plan(&shop, json!({})).await;
    shop.act(&shop.acme.owner, &second, "confirm").await.expect(409);
    shop.act(&shop.acme.owner, &second, "approve").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&second).await, "applied");
    destroy(&shop, &second).await;
    assert_eq!(shop.status(&second).await, "waiting", "the rule counts for this, too");
    shop.act(&bob, &second, "approve").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.resource(&second).await.attribute("state"), "destroyed");

    let third = shop.order(&bob, network(&trial, "third")).await;
    plan(&shop, json!({})).await;
    shop.act(&shop.acme.owner, &third, "reject").await.expect(200);
    assert_eq!(shop.resource(&third).await.attribute("state"), "requested");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_a_plan_that_come_late_are_waited_for_and_those_that_never_come_are_not() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    let item = shop.claim().await;
    item.succeed(json!({"add": 1})).await;
    shop.settle().await;
    shop.act(&shop.acme.owner, &net, "confirm").await.expect(200);
    shop.settle().await;
    assert_eq!(shop.status(&net).await, "applying");
    let late = json!({"format_version": "1.2", "planned_values": {"outputs": {"network_id": known("net-1")}}});
    item.put("plan-json", late.to_string()).await.expect(204);
    shop.acme.app.pass(Duration::from_secs(30));
    shop.settle().await;
    assert_eq!(shop.status(&net).await, "applied");
    assert_eq!(
        output(&shop.acme.owner, &net, "network_id").await.attribute("value"),
        "net-1"
    );

    let other = shop.order(&shop.acme.owner, network(&trial, "other")).await;
    shop.plan().await;
    shop.acme.app.pass(Duration::from_secs(180));
    shop.act(&shop.acme.owner, &other, "confirm").await.expect(200);
    shop.settle().await;
    let change = shop.change(&other).await;
    assert_eq!(change.attribute("status"), "failed");
    let error = change.attribute("error").as_str().unwrap();
    assert!(error.contains("Try it again"), "{error}");
    shop.act(&shop.acme.owner, &other, "retry").await.expect(200);
    carry_out(&shop, &other, json!({})).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_real_stands_on_a_demo_and_a_demo_stands_on_what_is_real() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let made = shop.made_network("real", "net-real").await;
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    carry_out(&shop, &net, json!({"network_id": known("net-1")})).await;

    let refused = ask(
        &shop,
        json!({"template": "database", "name": "orders", "parents": [net]}),
    )
    .await;
    let (_, detail) = refused.expect(422).error();
    assert!(detail.contains("\"main\" is a demo"), "{detail}");
    let moved = shop.database(&shop.acme.owner, "orders", &made).await;
    shop.plan().await;
    shop.act(&shop.acme.owner, &moved, "reject").await.expect(200);
    shop.update(&shop.acme.owner, &moved, json!({"parents": [net]}))
        .await
        .expect(422);
    let form = "/api/v2/organizations/acme/resources/actions/form";
    let form = shop
        .acme
        .owner
        .post(form, document("resources", json!({"template": "database"})))
        .await
        .expect(200);
    let candidates = form.attribute("parents")[0]["candidates"].to_string();
    assert!(
        candidates.contains("real") && !candidates.contains("main"),
        "{candidates}"
    );

    let db = shop.order(&shop.acme.owner, database(&trial, "orders", &made)).await;
    carry_out(&shop, &db, json!({})).await;
    let tree = format!("/api/v2/resources/{made}/tree?direction=children");
    let tree = shop.acme.owner.get(&tree).await.expect(200);
    let nodes = tree.attribute("nodes").as_array().unwrap().clone();
    let node = nodes.iter().find(|node| node["id"] == db.as_str()).unwrap();
    assert_eq!((&nodes[0]["is-demo"], &node["is-demo"]), (&json!(false), &json!(true)));

    let import = json!({"state": "e30="});
    let mut wanted = network(&trial, "brought");
    wanted["import"] = import;
    let (_, detail) = ask(&shop, wanted).await.expect(422).error();
    assert!(detail.contains("is a demo"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whether_a_project_is_a_demo_is_decided_while_nothing_is_in_it() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    rule(&shop.acme, &trial, json!({"is-demo": false})).await.expect(200);
    let shown = rule(&shop.acme, &trial, json!({"is-demo": true})).await.expect(200);
    assert_eq!(shown.attribute("is-demo"), true);
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    let refused = rule(&shop.acme, &trial, json!({"is-demo": false, "when-stale": "plan"})).await;
    assert_eq!(refused.pointer(), "/data/attributes/is-demo");
    let (_, detail) = refused.expect(409).error();
    assert!(detail.contains("trial has 1 resources"), "{detail}");
    // Other rules change as ever.
    let kept = rule(&shop.acme, &trial, json!({"when-stale": "plan", "is-demo": true})).await;
    assert_eq!(kept.expect(200).attribute("is-demo"), true);
    carry_out(&shop, &net, json!({})).await;
    let of_shop = shop.network("main").await;
    let shown = shop.resource(&of_shop).await;
    let real = shown.body["data"]["relationships"]["project"]["data"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    rule(&shop.acme, &real, json!({"is-demo": true})).await.expect(409);
    let bob = shop.acme.member("bob", "write", "acme").await;
    let path = format!("/api/v2/projects/{trial}/catalog-rules");
    let body = document("catalog-rules", json!({"is-demo": false}));
    bob.patch(&path, body).await.expect(403);
}

#[tokio::test(flavor = "multi_thread")]
async fn executors_only_plan_in_a_demo() {
    let server = GitServer::start().unwrap();
    let (acme, _repository) = executors::prepared(&server).await;
    let trial = demo(&acme, "trial").await;
    let made = executors::create(&acme, json!({"project-id": trial}))
        .await
        .expect(201)
        .id();
    for operation in ["plan-and-apply", "destroy"] {
        let refused = executors::run(&acme.owner, &made, json!({"operation": operation})).await;
        let (_, detail) = refused.expect(409).error();
        assert!(detail.contains("can only plan"), "{detail}");
    }
    let planned = executors::run(&acme.owner, &made, json!({"operation": "plan"})).await;
    assert!(planned.status < 300, "{}", planned.text());
    let (_, detail) = rule(&acme, &trial, json!({"is-demo": false})).await.expect(409).error();
    assert!(detail.contains("executors"), "{detail}");
}

#[tokio::test(flavor = "multi_thread")]
async fn code_of_a_demo_says_that_it_is_one() {
    let shop = Shop::new().await;
    let trial = demo(&shop.acme, "trial").await;
    let net = shop.order(&shop.acme.owner, network(&trial, "main")).await;
    carry_out(&shop, &net, json!({})).await;
    let path = format!("/api/v2/resources/{net}/code");
    let code = shop.acme.owner.get(&path).await.expect(200);
    let directory = generated_code::unpacked(&code.bytes);
    let text = std::fs::read_to_string(directory.path().join("README.md")).unwrap();
    assert!(text.contains("The project `trial` is a demo"), "{text}");
    assert!(!text.contains("slipway state pull"), "{text}");
}
