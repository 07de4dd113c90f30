//! What a console remembers of a person.

use serde_json::{Value, json};

use crate::support::{Answer, Caller, TestApp, document};

const PREFERENCES: &str = "/api/v2/account/preferences";

async fn put(caller: &Caller, key: &str, value: Value) -> Answer {
    let body = document("preferences", json!({"value": value}));
    caller.json("PUT", &format!("{PREFERENCES}/{key}"), &body).await
}

#[tokio::test]
async fn a_preference_is_written_read_listed_and_deleted() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let columns = json!({"columns": ["name", "status"], "text": "a\u{0}b"});
    let made = put(&root, "views.workspaces", columns.clone()).await.expect(200);
    assert_eq!(
        (made.id().as_str(), made.attribute("value")),
        ("views.workspaces", &columns)
    );
    put(&root, "favourites", json!([])).await.expect(200);
    app.pass(std::time::Duration::from_secs(1));
    let again = put(&root, "favourites", json!(["ws-1"])).await.expect(200);
    assert_eq!(again.attribute("updated-at"), "2025-11-20T23:06:41.000Z");

    let found = root.get(&format!("{PREFERENCES}/favourites")).await.expect(200);
    assert_eq!(found.attribute("value"), &json!(["ws-1"]));
    let listed = root.get(PREFERENCES).await.expect(200);
    assert_eq!(listed.ids(), ["favourites", "views.workspaces"]);
    let first = root.get(&format!("{PREFERENCES}?page[size]=1")).await.expect(200);
    assert_eq!(
        (first.ids(), &first.body["meta"]["pagination"]["total-count"]),
        (vec!["favourites".to_owned()], &json!(2))
    );

    root.delete(&format!("{PREFERENCES}/favourites")).await.expect(204);
    root.get(&format!("{PREFERENCES}/favourites")).await.expect(404);
    root.delete(&format!("{PREFERENCES}/favourites")).await.expect(404);
}

#[tokio::test]
async fn preferences_are_ones_own_and_go_with_the_account() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let (ada, as_ada) = app.user(&root, "ada").await;
    put(&as_ada, "theme", json!("dark")).await.expect(200);
    root.get(&format!("{PREFERENCES}/theme")).await.expect(404);
    assert!(root.get(PREFERENCES).await.expect(200).ids().is_empty());
    assert_eq!(as_ada.get(PREFERENCES).await.expect(200).ids(), ["theme"]);
    root.delete(&format!("/api/v2/admin/users/{ada}")).await.expect(204);
    as_ada.get(PREFERENCES).await.expect(401);
}

#[tokio::test]
async fn what_is_not_kept_is_refused_where_it_is_wrong() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let wrong = put(&root, "Views", json!(1)).await.expect(422);
    assert_eq!(wrong.pointer(), "/data/id");
    let large = put(&root, "views", json!("x".repeat(17_000))).await.expect(422);
    assert_eq!(large.pointer(), "/data/attributes/value");
    let none = document("preferences", json!({}));
    root.json("PUT", &format!("{PREFERENCES}/views"), &none)
        .await
        .expect(422);
    for number in 0..100 {
        put(&root, &format!("key-{number}"), json!(number)).await.expect(200);
    }
    let (_, detail) = put(&root, "one-more", json!(1)).await.expect(409).error();
    assert!(detail.contains("Delete one first"), "{detail}");
    put(&root, "key-7", json!("changed")).await.expect(200);
    root.delete(&format!("{PREFERENCES}/key-8")).await.expect(204);
    put(&root, "one-more", json!(1)).await.expect(200);
}

#[tokio::test]
async fn programs_have_none() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let acme = document("organizations", json!({"name": "acme"}));
    root.post("/api/v2/organizations", acme).await.expect(201);
    let account = document("service-accounts", json!({"name": "deployer"}));
    let path = "/api/v2/organizations/acme/service-accounts";
    let id = root.post(path, account).await.expect(201).id();
    let path = format!("/api/v2/service-accounts/{id}/authentication-tokens");
    let made = root
        .post(&path, document("authentication-tokens", json!({})))
        .await
        .expect(201);
    let program = app.caller(made.attribute("token").as_str().unwrap());
    let (_, detail) = put(&program, "theme", json!("dark")).await.expect(403).error();
    assert!(detail.contains("A service account has none"), "{detail}");
    program.get(PREFERENCES).await.expect(403);
}
