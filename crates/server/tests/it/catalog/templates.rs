//! What a platform team does with templates: describe them in files, change them, see how they stand on each other.

use serde_json::{Value, json};

use crate::support::{Acme, Answer, document};

const PATH: &str = "/api/v2/organizations/acme/templates";
const APPLY: &str = "/api/v2/organizations/acme/catalog/actions/apply";

async fn make(acme: &Acme, attributes: Value) -> Answer {
    acme.owner.post(PATH, document("templates", attributes)).await
}

async fn change(acme: &Acme, id: &str, attributes: Value) -> Answer {
    let body = document("templates", attributes);
    acme.owner.patch(&format!("/api/v2/templates/{id}"), body).await
}

/// Account → region → network → cluster, database, bucket, load balancer; in no helpful order.
fn seven() -> Value {
    json!({"templates": [
        {"key": "load-balancer", "name": "Load balancer", "parents": [
            {"template": "cluster", "group": "backend"},
            {"template": "database", "group": "backend", "maximum": null}]},
        {"key": "database", "name": "PostgreSQL database", "naming": "{project}-{environment}-db",
            "parents": [{"template": "network"}], "labels": ["tier=data"],
            "secrets": [{"name": "password", "source": {"kind": "given"}}],
            "service": {"outputs": [{"output": "url", "variable": "DATABASE_URL"}]}},
        {"key": "cluster", "name": "Cluster", "parents": [{"template": "network"}]},
        {"key": "bucket", "name": "Bucket", "parents": [{"template": "region"}], "labels": ["tier=data"]},
        {"key": "network", "name": "Network", "parents": [{"template": "region"}]},
        {"key": "region", "name": "Region", "is-abstract": true, "parents": [{"template": "account"}]},
        {"key": "account", "name": "Account", "allowed-integrations": [{"kind": "aws", "required": true}],
            "one-per-integration": ["aws"]},
    ]})
}

fn actions(applied: &Answer) -> String {
    let changes = applied.attribute("changes").as_array().unwrap();
    let word = |change: &Value, field: &str| change[field].as_str().unwrap().to_owned();
    let line = |change: &Value| format!("{} {}", word(change, "action"), word(change, "key"));
    changes.iter().map(line).collect::<Vec<_>>().join(", ")
}

async fn id_of(acme: &Acme, key: &str) -> String {
    let found = acme.owner.get(&format!("{PATH}?search[text]={key}")).await.expect(200);
    let rows = found.body["data"].as_array().unwrap();
    let row = rows.iter().find(|row| row["attributes"]["key"] == key).unwrap();
    row["id"].as_str().unwrap().to_owned()
}

async fn events(acme: &Acme) -> usize {
    let path = "/api/v2/organizations/acme/events?page[size]=100";
    acme.owner.get(path).await.expect(200).ids().len()
}

#[tokio::test]
async fn a_hierarchy_from_documents_is_made_once() {
    let acme = Acme::new().await;
    let dry = acme
        .owner
        .post(&format!("{APPLY}?dry-run=true"), seven())
        .await
        .expect(200);
    insta::assert_snapshot!(actions(&dry), @"create account, create region, create bucket, create network, create database, create cluster, create load-balancer");
    assert!(acme.owner.get(PATH).await.expect(200).ids().is_empty());

    let made = acme.owner.post(APPLY, seven()).await.expect(200);
    assert_eq!(actions(&made), actions(&dry));
    assert_eq!(acme.owner.get(PATH).await.expect(200).ids().len(), 7);
    let before = events(&acme).await;

    let again = acme.owner.post(APPLY, seven()).await.expect(200);
    assert!(!actions(&again).contains("create") && !actions(&again).contains("update"));
    assert_eq!(events(&acme).await, before);
    let database = acme
        .owner
        .get(&format!("/api/v2/templates/{}", id_of(&acme, "database").await))
        .await;
    assert_eq!(database.attribute("revision"), 1);

    let mut changed = seven();
    changed["templates"][1]["naming"] = json!("{project}-db");
    let differs = acme
        .owner
        .post(&format!("{APPLY}?dry-run=true"), changed.clone())
        .await
        .expect(200);
    let all = differs.attribute("changes").as_array().unwrap();
    let updated: Vec<&Value> = all.iter().filter(|change| change["action"] == "update").collect();
    assert_eq!(
        updated,
        [
            &json!({"kind": "template", "key": "database", "action": "update", "differences":
            [{"field": "naming", "before": "{project}-{environment}-db", "after": "{project}-db"}]})
        ]
    );
    acme.owner.post(APPLY, changed).await.expect(200);
    assert_eq!(events(&acme).await, before + 1);
}

#[tokio::test]
async fn a_tree_shows_each_template_once_in_both_directions() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let tree = async |key: &str, direction: &str| {
        let path = format!(
            "/api/v2/templates/{}/tree?direction={direction}",
            id_of(&acme, key).await
        );
        let tree = acme.owner.get(&path).await.expect(200);
        let nodes = tree.attribute("nodes").as_array().unwrap().clone();
        let line = |node: &Value| format!("{}{}", node["key"].as_str().unwrap(), node["distance"]);
        (
            nodes.iter().map(line).collect::<Vec<_>>().join(" "),
            tree.attribute("edges").as_array().unwrap().len(),
        )
    };
    let (up, edges) = tree("load-balancer", "parents").await;
    insta::assert_snapshot!(up, @"load-balancer0 cluster1 database1 network2 region3 account4");
    assert_eq!(edges, 6);
    let (down, _) = tree("region", "children").await;
    let mut down: Vec<&str> = down.split(' ').collect();
    down.sort_unstable();
    assert_eq!(
        down,
        [
            "bucket1",
            "cluster2",
            "database2",
            "load-balancer3",
            "network1",
            "region0"
        ]
    );
    let path = format!("/api/v2/templates/{}/tree?direction=up", id_of(&acme, "region").await);
    acme.owner.get(&path).await.expect(400);
}

#[tokio::test]
async fn nothing_stands_on_itself() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let account = id_of(&acme, "account").await;
    let refused = change(&acme, &account, json!({"parents": [{"template": "cluster"}]}))
        .await
        .expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/parents");
    insta::assert_snapshot!(refused.error().1, @r#""account" would stand on itself: account → cluster → network → region → account. Take one of these steps out."#);

    let mut documents = seven();
    documents["templates"][6]["parents"] = json!([{"template": "bucket"}]);
    documents["templates"][3]["name"] = json!("Other");
    let refused = acme.owner.post(APPLY, documents).await.expect(422);
    assert!(refused.pointer().starts_with("/templates/"), "{}", refused.pointer());
    // All or none.
    let bucket = acme
        .owner
        .get(&format!("/api/v2/templates/{}", id_of(&acme, "bucket").await))
        .await;
    assert_eq!(bucket.attribute("name"), "Bucket");

    let refused = make(
        &acme,
        json!({"key": "a", "name": "A", "parents": [{"template": "nowhere"}]}),
    )
    .await
    .expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/parents/0/template");
    insta::assert_snapshot!(refused.error().1, @r#"There is no template "nowhere"."#);
}

#[tokio::test]
async fn two_who_would_make_a_cycle_together_do_not() {
    let acme = Acme::new().await;
    let one = make(&acme, json!({"key": "one", "name": "One"})).await.expect(201).id();
    let two = make(&acme, json!({"key": "two", "name": "Two"})).await.expect(201).id();
    let (first, second) = tokio::join!(
        change(&acme, &one, json!({"parents": [{"template": "two"}]})),
        change(&acme, &two, json!({"parents": [{"template": "one"}]})),
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
}

#[tokio::test]
async fn what_something_stands_on_is_not_deleted() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let network = format!("/api/v2/templates/{}", id_of(&acme, "network").await);
    let shown = acme.owner.get(&network).await.expect(200);
    assert_eq!(shown.attribute("used-by"), &json!({"template": 2}));
    let refused = acme.owner.delete(&network).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @r#"The template "network" is needed by the template "Cluster", the template "PostgreSQL database". Delete these first, or let them stand on another; disable the template to keep it from being ordered."#);
    for key in ["load-balancer", "cluster", "database", "network"] {
        let path = format!("/api/v2/templates/{}", id_of(&acme, key).await);
        acme.owner.delete(&path).await.expect(204);
    }
    acme.owner.get(&network).await.expect(404);
}

#[tokio::test]
async fn a_disabled_template_is_stood_on_by_nothing_new() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let region = id_of(&acme, "region").await;
    let path = format!("/api/v2/templates/{region}/actions/disable");
    let disabled = acme.owner.post(&path, json!({})).await.expect(200);
    assert_eq!(disabled.attribute("status"), "disabled");
    let parents = json!([{"template": "region"}]);
    let refused = make(&acme, json!({"key": "vault", "name": "Vault", "parents": parents}))
        .await
        .expect(422);
    insta::assert_snapshot!(refused.error().1, @r#"The template "region" is disabled. Enable it first, or choose another."#);
    // What stood on it before may change.
    let network = id_of(&acme, "network").await;
    change(&acme, &network, json!({"description": "Subnets."}))
        .await
        .expect(200);
    let listed = acme
        .owner
        .get(&format!("{PATH}?filter[status]=disabled"))
        .await
        .expect(200);
    assert_eq!(listed.ids(), [region]);
}

#[tokio::test]
async fn a_list_is_filtered_sorted_and_paged() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let keys = async |query: &str| {
        let listed = acme.owner.get(&format!("{PATH}?{query}")).await.expect(200);
        listed.column("key").join(" ")
    };
    assert_eq!(keys("filter[label]=tier=data").await, "bucket database");
    assert_eq!(keys("filter[abstract]=true").await, "region");
    assert_eq!(keys("search[text]=POSTGRES").await, "database");
    let network = id_of(&acme, "network").await;
    assert_eq!(keys(&format!("filter[parent]={network}")).await, "cluster database");
    assert_eq!(keys("sort=-key&page[size]=2").await, "region network");
    for sort in ["key", "name", "-name", "updated-at", "-updated-at"] {
        let (mut walked, mut after) = (Vec::new(), String::new());
        loop {
            let path = format!("{PATH}?sort={sort}&page[size]=3{after}");
            let page = acme.owner.get(&path).await.expect(200);
            walked.extend(page.column("key"));
            let Some(next) = page.body["meta"]["pagination"]["next-after"].as_str() else {
                break;
            };
            let next: String = next.bytes().map(|byte| format!("%{byte:02x}")).collect();
            after = format!("&page[after]={next}");
        }
        walked.sort_unstable();
        walked.dedup();
        assert_eq!(walked.len(), 7, "{sort}");
    }
}

#[tokio::test]
async fn a_change_from_an_old_version_is_refused() {
    let acme = Acme::new().await;
    let made = make(&acme, json!({"key": "network", "name": "Network"}))
        .await
        .expect(201);
    let path = format!("/api/v2/templates/{}", made.id());
    change(&acme, &made.id(), json!({"name": "Virtual network"}))
        .await
        .expect(200);
    let body = document("templates", json!({"name": "Net"})).to_string();
    let headers = [("content-type", "application/json"), ("if-match", "\"1\"")];
    acme.owner.send("PATCH", &path, &headers, body.into()).await.expect(412);
    let key = document("templates", json!({"key": "other"}));
    acme.owner.patch(&path, key).await.expect(422);
    make(&acme, json!({"key": "network", "name": "Another"}))
        .await
        .expect(409);
}

#[tokio::test]
async fn who_may_see_one_template_sees_no_other() {
    let acme = Acme::new().await;
    acme.owner.post(APPLY, seven()).await.expect(200);
    let region = id_of(&acme, "region").await;
    let ada = acme.member("ada", "read", &region).await;
    assert_eq!(ada.get(PATH).await.expect(200).ids(), std::slice::from_ref(&region));
    let path = format!("/api/v2/templates/{region}");
    let shown = ada.get(&path).await.expect(200);
    assert_eq!(shown.attribute("used-by"), &json!({}));
    let tree = ada.get(&format!("{path}/tree?direction=children")).await.expect(200);
    assert_eq!(tree.attribute("nodes").as_array().unwrap().len(), 1);
    ada.delete(&path).await.expect(403);
    ada.get(&format!("/api/v2/templates/{}", id_of(&acme, "network").await))
        .await
        .expect(404);
}
