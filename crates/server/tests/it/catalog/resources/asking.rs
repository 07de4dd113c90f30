//! Asking for another one of what is there: two who edit, frozen values, roles, moving, restoring, and what cannot go.

use serde_json::json;

use super::store::{PATH, Store, problems};
use crate::support::{State, document};

#[tokio::test(flavor = "multi_thread")]
async fn two_who_edit_do_not_overwrite_each_other() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let path = format!("/api/v2/resources/{account}");
    let seen = store.acme.owner.get(&path).await.expect(200);
    let tag = seen.headers.get("etag").unwrap().to_str().unwrap().to_owned();
    let change = async |text: &str| {
        let headers = [("content-type", "application/vnd.api+json"), ("if-match", tag.as_str())];
        let body = document("resources", json!({"description": text})).to_string();
        store.acme.owner.send("PATCH", &path, &headers, body.into()).await
    };
    change("Mine.").await.expect(200);
    change("Yours.").await.expect(412);
    // Without a tag, the change that is not over stands in the way.
    let refused = store
        .update(&store.acme.owner, &account, json!({"description": "Yours."}))
        .await;
    assert_eq!(refused.expect(409).error().0, "conflict");
    store.settle().await;
    let shown = store.get(&account, "").await;
    assert_eq!(shown.attribute("description"), "Mine.");
    assert_eq!(shown.attribute("revision"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_frozen_or_for_others_stays() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let network = store.made_network("main", &account).await;
    let values = json!({"values": {"cidr": "10.9.0.0/16", "zones": ["a", "b"]}});
    let refused = store.update(&store.acme.owner, &network, values).await.expect(422);
    insta::assert_snapshot!(problems(&refused), @r#"
    values/cidr: It stays as it was when the resource was made.
    values/zones: Only who has the role "admin" decides on it; leave it as it is.
    "#);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_is_restored_with_its_secrets() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let network = store.made_network("main", &account).await;
    let wanted = json!({"template": "database", "parents": [network],
        "values": {"environment": "test", "password": "alpha-secret"}});
    let database = store.order(wanted).await.expect(201).id();
    store.carry_out(&database, State::new(1)).await;
    // A secret that is left out stays; others are what they are said to be.
    let values = json!({"values": {"environment": "test", "size": 30, "password": "beta-secret"}});
    store.update(&store.acme.owner, &database, values).await.expect(200);
    store.carry_out(&database, State::new(2)).await;
    let revisions = store.get(&database, "/revisions").await;
    let numbers = revisions.body["data"].as_array().unwrap();
    let numbers: Vec<i64> = numbers
        .iter()
        .filter_map(|row| row["attributes"]["revision"].as_i64())
        .collect();
    assert_eq!(numbers, [2, 1]);
    let fields: Vec<&str> = revisions.body["data"][0]["attributes"]["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["values/password", "values/size"]);
    let asked = store
        .act(&database, "restore", json!({"revision": 1}))
        .await
        .expect(200);
    assert_eq!(asked.attribute("change")["kind"], "update");
    store.carry_out(&database, State::new(3)).await;
    let shown = store.get(&database, "").await;
    assert_eq!(shown.attribute("values"), &json!({"environment": "test"}));
    assert_eq!(shown.attribute("secrets"), &json!(["password"]));
    // Neither answers nor events have any of the secrets.
    let mut said = shown.text() + &revisions.text();
    let events = "/api/v2/organizations/acme/events?page[size]=100";
    said += &store.acme.owner.get(events).await.expect(200).text();
    for secret in ["alpha-secret", "beta-secret", "hunter2"] {
        assert!(!said.contains(secret), "{secret}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_something_stands_on_does_not_go() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let other = store.account("spare").await;
    let network = store.network("main", &account).await;
    let refused = store.act(&account, "destroy", json!({})).await.expect(409);
    insta::assert_snapshot!(refused.error().1, @r#""shop" is needed by the resource "main". Destroy these first, or let them stand on another."#);
    // Neither does the version, nor the template.
    let version = store.get(&network, "").await;
    let version = version.body["data"]["relationships"]["source-code-version"]["data"]["id"].clone();
    let path = format!("/api/v2/source-code-versions/{}", version.as_str().unwrap());
    assert!(store.acme.owner.delete(&path).await.expect(409).text().contains("main"));
    let template = store.get(&network, "").await;
    let template = template.body["data"]["relationships"]["template"]["data"]["id"].clone();
    let path = format!("/api/v2/templates/{}", template.as_str().unwrap());
    store.acme.owner.delete(&path).await.expect(409);

    // Its change is taken back; then it stands on another, and the first one is free.
    store.take_back(&network).await;
    store
        .update(&store.acme.owner, &network, json!({"parents": [other]}))
        .await
        .expect(200);
    store.act(&account, "destroy", json!({})).await.expect(200);
    store.settle().await;
    assert_eq!(store.get(&account, "").await.attribute("state"), "destroyed");
    let gone = json!({"template": "network", "name": "late", "parents": [account], "values": {"cidr": "x"}});
    let refused = store.order(gone).await.expect(422);
    assert!(
        problems(&refused).contains("\"shop\" was destroyed"),
        "{}",
        problems(&refused)
    );
    let path = format!("/api/v2/resources/{account}");
    store.acme.owner.delete(&path).await.expect(204);
    store.acme.owner.get(&path).await.expect(404);

    // What was only ordered goes when its change was taken back.
    store
        .acme
        .owner
        .delete(&format!("/api/v2/resources/{network}"))
        .await
        .expect(409);
    store.take_back(&network).await;
    store
        .acme
        .owner
        .delete(&format!("/api/v2/resources/{network}"))
        .await
        .expect(204);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_refused_and_who_may_not_see_finds_nothing() {
    let store = Store::new().await;
    let account = store.account("shop").await;
    let reader = store.acme.member("rita", "read", "acme").await;
    let wanted = json!({"template": "account", "name": "mine"});
    store.order_as(&reader, wanted.clone()).await.expect(403);
    store
        .update(&reader, &account, json!({"description": "x"}))
        .await
        .expect(403);
    let (_, stranger) = store.acme.app.user(&store.acme.owner, "stan").await;
    store.order_as(&stranger, wanted).await.expect(404);
    stranger.get(&format!("/api/v2/resources/{account}")).await.expect(404);
    // Who may order in one project does not see, nor stand on, what is in another.
    let body = document("projects", json!({"name": "side"}));
    let side = store
        .acme
        .owner
        .post("/api/v2/organizations/acme/projects", body)
        .await
        .expect(201)
        .id();
    let writer = store.acme.member("will", "write", &side).await;
    assert_eq!(writer.get(PATH).await.expect(200).ids(), Vec::<String>::new());
}
