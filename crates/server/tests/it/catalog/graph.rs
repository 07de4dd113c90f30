//! What depends on what: the graph of an organization, and what a change of one object would reach.

use serde_json::{Value, json};

use super::resource_changes::shop::Shop;
use crate::support::{Answer, Caller, State, document};

async fn graph(caller: &Caller, filter: &str) -> Answer {
    let path = format!("/api/v2/organizations/acme/graph{filter}");
    caller.get(&path).await.expect(200)
}

fn nodes(graph: &Answer) -> Vec<(String, String, String)> {
    let nodes = graph.attribute("nodes").as_array().unwrap().iter();
    let text = |node: &Value, key: &str| node[key].as_str().unwrap().to_owned();
    nodes
        .map(|node| (text(node, "id"), text(node, "kind"), text(node, "name")))
        .collect()
}

async fn impact(caller: &Caller, id: &str) -> Answer {
    caller
        .get(&format!("/api/v2/organizations/acme/graph/{id}/impact"))
        .await
}

/// Each as `distance kind/name why`.
fn affected(answer: &Answer) -> Vec<String> {
    let all = answer.attribute("affected").as_array().unwrap().iter();
    all.map(|one| {
        let why: Vec<&str> = one["because"]
            .as_array()
            .unwrap()
            .iter()
            .map(|reason| reason["why"].as_str().unwrap())
            .collect();
        let (kind, name) = (one["kind"].as_str().unwrap(), one["name"].as_str().unwrap());
        format!("{} {kind}/{name} {}", one["distance"], why.join(", "))
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_resource_stands_on_reaches_all_that_stands_on_it() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    shop.carry_out(&database, State::new(1).output("endpoint", "db-1", false))
        .await;
    let reached = impact(&shop.acme.owner, &network).await.expect(200);
    assert_eq!(reached.attribute("object")["name"], "main");
    assert_eq!(affected(&reached), ["1 resource/orders parent"]);

    let shown = shop.resource(&network).await;
    let workspace = shown.body["data"]["relationships"]["workspace"]["data"]["id"].clone();
    let reached = impact(&shop.acme.owner, workspace.as_str().unwrap()).await.expect(200);
    assert_eq!(
        affected(&reached),
        ["1 resource/main backed by", "2 resource/orders parent"]
    );

    let resources = graph(&shop.acme.owner, "?filter[kind]=resource").await;
    assert_eq!(nodes(&resources).len(), 2);
    let edges = resources.attribute("edges").clone();
    assert_eq!(edges, json!([{"from": database, "to": network, "why": "parent"}]));
    let unknown = shop
        .acme
        .owner
        .get("/api/v2/organizations/acme/graph?filter[kind]=cloud")
        .await
        .expect(400);
    assert!(
        unknown.error().1.contains("There is no kind `cloud`"),
        "{}",
        unknown.text()
    );
    impact(&shop.acme.owner, "res-0000000000000000").await.expect(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_may_not_see_is_in_neither_the_graph_nor_in_what_is_reached() {
    let shop = Shop::new().await;
    let network = shop.made_network("main", "net-1").await;
    let database = shop.database(&shop.acme.owner, "orders", &network).await;
    let (mia, caller) = shop.acme.app.user(&shop.acme.owner, "mia").await;
    shop.acme.assign("acme", &mia, "read", &network).await;
    shop.acme.assign("acme", &mia, "read", &shop.acme.workspace).await;

    let seen = nodes(&graph(&caller, "").await);
    let names: Vec<&str> = seen.iter().map(|(_, _, name)| name.as_str()).collect();
    assert_eq!(names, ["main", "shop"]);
    assert_eq!(affected(&impact(&caller, &network).await.expect(200)), [""; 0]);
    impact(&caller, &database).await.expect(404);

    // Whatever the list says of each object, looking at it alone says, too.
    let everything = nodes(&graph(&shop.acme.owner, "").await);
    assert!(everything.len() > 5, "{everything:?}");
    for (id, _, _) in &everything {
        let is_listed = seen.iter().any(|(one, _, _)| one == id);
        let status = impact(&caller, id).await.status;
        assert_eq!(status == 200, is_listed, "{id}");
    }
    let other = shop.acme.app.user(&shop.acme.owner, "zoe").await.1;
    other.get("/api/v2/organizations/acme/graph").await.expect(404);

    let project = document("projects", json!({"name": "empty"}));
    let made = shop
        .acme
        .owner
        .post("/api/v2/organizations/acme/projects", project)
        .await
        .expect(201)
        .id();
    let nothing = graph(&shop.acme.owner, &format!("?filter[project]={made}")).await;
    assert_eq!(nodes(&nothing), []);
}
