//! One's own account: name, sessions, tokens; and being kept out of it.

use std::time::Duration;

use serde_json::{Value, json};

use super::browser::{Browser, PASSWORD, account};
use crate::support::{TestApp, document};

#[tokio::test]
async fn browsers_are_listed_and_signed_out_from_the_page_and_the_api() {
    let app = TestApp::new().await;
    let mut desk = Browser::signed_in(&app, "ada").await;
    let (mut phone, mut lost) = (Browser::new(&app), Browser::new(&app));
    for browser in [&mut phone, &mut lost] {
        app.pass(Duration::from_secs(1));
        browser.sign_in("ada", PASSWORD).await.expect(303);
    }
    let list = desk
        .send("GET", "/api/v2/account/sessions", &[], String::new())
        .await
        .expect(200);
    let list: Value = serde_json::from_str(&list.text).unwrap();
    let rows = list["data"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2]["attributes"]["is-current"], true, "newest first: {list}");
    let id = rows[0]["id"].as_str().unwrap();

    let csrf = desk.csrf().await;
    let path = format!("/api/v2/account/sessions/{id}");
    let headers = [("x-csrf-token", csrf.as_str())];
    desk.send("DELETE", &path, &headers, String::new()).await.expect(204);
    desk.send("DELETE", &path, &headers, String::new()).await.expect(404);
    lost.get("/account").await.expect(303);
    phone.get("/account").await.expect(200);
    desk.get("/account/sessions").await.expect(200).says("this browser");
    desk.post("/account/sessions/end-others", &[]).await.expect(303);
    phone.get("/account").await.expect(303);
    desk.get("/account").await.expect(200);

    let mut eve = Browser::signed_in(&app, "eve").await;
    let csrf = eve.csrf().await;
    let path = format!("/api/v2/account/sessions/{}", rows[2]["id"].as_str().unwrap());
    let headers = [("x-csrf-token", csrf.as_str())];
    eve.send("DELETE", &path, &headers, String::new()).await.expect(404);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_at_its_end() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let hour = Duration::from_secs(3_600);
    for _ in 0..3 {
        app.pass(11 * hour);
        ada.get("/account").await.expect(200);
    }
    let mut idle = ada.clone();
    app.pass(12 * hour);
    idle.get("/account").await.expect(303);

    let mut busy = Browser::new(&app);
    busy.sign_in("ada", PASSWORD).await.expect(303);
    for _ in 0..16 {
        app.pass(10 * hour);
        busy.get("/account").await.expect(200);
    }
    app.pass(10 * hour);
    busy.get("/account").await.expect(303);
}

#[tokio::test]
async fn suspending_ends_sessions_and_tokens_at_once() {
    let app = TestApp::new().await;
    let id = account(&app, "ada").await;
    let root = app.site_admin("root").await;
    let mut ada = Browser::new(&app);
    ada.sign_in("ada", PASSWORD).await.expect(303);
    ada.get("/account/tokens").await.expect(200);
    let made = ada
        .post("/account/tokens", &[("description", "laptop"), ("days", "30")])
        .await
        .expect(200);
    let program = app.caller(&made.between("class=\"secret\">", "<"));
    program.get("/api/v2/account/details").await.expect(200);

    let path = |action: &str| format!("/api/v2/admin/users/{id}/actions/{action}");
    let shown = root.post(&path("suspend"), json!({})).await.expect(200);
    assert_eq!(shown.attribute("is-suspended"), true);
    root.post(&path("suspend"), json!({})).await.expect(409);
    program.get("/api/v2/account/details").await.expect(401);
    ada.get("/account").await.expect(303);
    let refused = Browser::new(&app).sign_in("ada", PASSWORD).await.expect(403);
    refused.says("suspended");
    Browser::new(&app).sign_in("ada", "a guess, no more").await.expect(401);

    root.post(&path("unsuspend"), json!({})).await.expect(200);
    program.get("/api/v2/account/details").await.expect(200);
    ada.get("/account").await.expect(303);
    Browser::new(&app).sign_in("ada", PASSWORD).await.expect(303);
}

#[tokio::test]
async fn a_token_that_is_limited_does_not_reach_the_account() {
    let app = TestApp::new().await;
    let id = account(&app, "ada").await;
    let root = app.site_admin("root").await;
    let wanted = json!({"description": "reads", "scopes": ["workspace.read"]});
    let path = format!("/api/v2/users/{id}/authentication-tokens");
    let made = root
        .post(&path, document("authentication-tokens", wanted))
        .await
        .expect(201);
    let program = app.caller(made.attribute("token").as_str().unwrap());
    program.get("/api/v2/account/details").await.expect(200);
    program.get("/api/v2/account/sessions").await.expect(403);
    let renamed = document("users", json!({"username": "mallory"}));
    program.patch("/api/v2/account/update", renamed).await.expect(403);
    let passwords = json!({"current_password": PASSWORD, "password": "b", "password_confirmation": "b"});
    let path = "/api/v2/account/password";
    program.patch(path, document("users", passwords)).await.expect(403);
}

#[tokio::test]
async fn tokens_are_made_shown_once_and_revoked_on_their_page() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let page = "/account/tokens";
    let wanted = [("description", "laptop"), ("days", "90")];
    let made = ada.fill(page, &wanted).await.expect(200);
    let text = made.between("class=\"secret\">", "<");
    app.caller(&text).get("/api/v2/account/details").await.expect(200);
    ada.fill(page, &[("description", ""), ("days", "90")]).await.expect(422);
    ada.fill(page, &[("description", "x"), ("days", "99999")])
        .await
        .expect(422);
    let shown = ada.get(page).await.expect(200).says("laptop");
    assert!(!shown.text.contains(&text));
    // The first one was made by the administrator, with the account.
    let id = shown
        .text
        .rsplit("/account/tokens/")
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    ada.post(&format!("{page}/{id}/revoke"), &[]).await.expect(303);
    app.caller(&text).get("/api/v2/account/details").await.expect(401);
}

#[tokio::test]
async fn people_change_their_name_and_address_and_nothing_else() {
    let app = TestApp::new().await;
    account(&app, "eve").await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    ada.fill("/account", &[("username", "eve")])
        .await
        .expect(409)
        .says("id=\"username-problem\"");
    let wanted = [("username", "countess"), ("email", "ada@example.org")];
    ada.fill("/account", &wanted).await.expect(303);
    ada.get("/account").await.expect(200).says("Not verified");
    Browser::new(&app)
        .sign_in("ada@example.org", PASSWORD)
        .await
        .expect(303);

    let csrf = ada.csrf().await;
    let headers = [
        ("content-type", "application/vnd.api+json"),
        ("x-csrf-token", csrf.as_str()),
    ];
    for attribute in [
        "is-site-admin",
        "is-admin",
        "is-suspended",
        "is-service-account",
        "is-email-verified",
        "organization-id",
        "password",
    ] {
        let body = document("users", json!({attribute: true})).to_string();
        let refused = ada
            .send("PATCH", "/api/v2/account/update", &headers, body)
            .await
            .expect(422);
        assert!(
            refused.text.contains(&format!("/data/attributes/{attribute}")),
            "{}",
            refused.text
        );
        let form = [("username", "countess"), (attribute, "true")];
        ada.fill("/account", &form).await.expect(303);
    }
    let me = ada
        .send("GET", "/api/v2/account/details", &[], String::new())
        .await
        .expect(200);
    let me: Value = serde_json::from_str(&me.text).unwrap();
    assert_eq!(me["data"]["attributes"]["username"], "countess");
    assert_eq!(me["data"]["attributes"]["is-site-admin"], false);
    assert_eq!(me["data"]["attributes"]["is-suspended"], false);
    let version = me["data"]["id"].as_str().unwrap();
    assert!(version.starts_with("user-"));
}
