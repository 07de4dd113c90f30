//! A blueprint is checked when it is saved, found, changed and deleted.

use serde_json::{Value, json};

use super::town::{BLUEPRINTS, Town, blueprint};
use crate::catalog::resources::store::problems;
use crate::support::document;

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_at_once() {
    let town = Town::new().await;
    let mut wrong = blueprint();
    wrong["parts"][1]["stands-on"] = json!(["region"]);
    wrong["parts"][2]["values"] = json!({"size": 15, "password": "hunter2"});
    wrong["wires"][4]["from"]["output"] = json!("id");
    wrong["wires"][9]["from"]["output"] = json!("secret");
    let refused = town
        .owner()
        .post(BLUEPRINTS, document("blueprints", wrong))
        .await
        .expect(422);
    insta::assert_snapshot!(problems(&refused), @r#"
    wires/4/from/part: "orders" does not stand on "net", and is not given its outputs.
    wires/8/to/variable: "carts" has a value for it, too: leave one of them out.
    parts/1/stands-on: "store" stands on at least 1 of "subnet", and 0 are given.
    parts/1/stands-on: "store" does not stand on "region".
    parts/2/values/password: A secret does not stand in a blueprint, where everybody reads it; it is given when the blueprint is used.
    parts/2/values/size: It is one of 10, 20, 30.
    wires/4/from/output: The module has no output "id"; it has subnet_id.
    wires/9/from/output: It is a secret output, and only variables that are secrets are given those.
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_is_found_changed_by_one_at_a_time_and_deleted() {
    let town = Town::new().await;
    let id = town.blueprint().await;
    let again = document("blueprints", blueprint());
    town.owner().post(BLUEPRINTS, again).await.expect(409);
    let path = format!("/api/v2/blueprints/{id}");
    let shown = town.owner().get(&path).await.expect(200);
    let described = blueprint();
    for field in ["name", "description", "constants", "externals", "wires"] {
        assert_eq!(shown.attribute(field), &described[field], "{field}");
    }
    assert_eq!(shown.attribute("parts").as_array().unwrap().len(), 5);
    for (query, count) in [
        ("?search[text]=SHOP", 1),
        ("?search[text]=nothing", 0),
        ("?filter[label]=tier=shop", 0),
    ] {
        let found = town.owner().get(&format!("{BLUEPRINTS}{query}")).await.expect(200);
        assert_eq!(found.ids().len(), count, "{query}");
    }
    let search = "/api/v2/organizations/acme/directory?q=shop";
    assert!(town.owner().get(search).await.text().contains(&id));

    let changes = |attributes: Value| document("blueprints", attributes);
    let tag = shown.headers.get("etag").unwrap().to_str().unwrap().to_owned();
    let body = changes(json!({"labels": ["tier=shop"]})).to_string();
    let sent = [("content-type", "application/vnd.api+json"), ("if-match", tag.as_str())];
    town.owner()
        .send("PATCH", &path, &sent, body.clone().into())
        .await
        .expect(200);
    town.owner().send("PATCH", &path, &sent, body.into()).await.expect(412);
    let found = town
        .owner()
        .get(&format!("{BLUEPRINTS}?filter[label]=tier=shop"))
        .await
        .expect(200);
    assert_eq!(found.ids(), std::slice::from_ref(&id));
    let wrong = changes(json!({"constants": []}));
    let refused = town.owner().patch(&path, wrong).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/wires/1/from/constant");

    // What it names stays as long as it is there.
    let templates = "/api/v2/organizations/acme/templates?search[text]=dns";
    let dns = town.owner().get(templates).await.expect(200).ids().remove(0);
    let dns = format!("/api/v2/templates/{dns}");
    let (_, detail) = town.owner().delete(&dns).await.expect(409).error();
    assert!(detail.contains("the blueprint \"shop\""), "{detail}");

    let bob = town.shop.acme.member("bob", "write", "acme").await;
    bob.get(&path).await.expect(200);
    bob.patch(&path, changes(json!({"labels": []}))).await.expect(403);
    bob.delete(&path).await.expect(403);
    let (_, eve) = town.shop.acme.app.user(town.owner(), "eve").await;
    eve.get(&path).await.expect(404);
    town.owner().delete(&path).await.expect(204);
    town.owner().get(&path).await.expect(404);
    town.owner().delete(&dns).await.expect(204);
    let events = "/api/v2/organizations/acme/events?page[size]=100";
    town.shop.settle().await;
    let told = town.owner().get(events).await.expect(200).text();
    for action in ["blueprint.created", "blueprint.updated", "blueprint.deleted"] {
        assert!(told.contains(action), "{action}");
    }
}
