//! What a page learns of the session that it calls with.

use serde_json::Value;

use super::browser::{Browser, PASSWORD};
use super::second_factor::enrol;
use crate::support::TestApp;

const SESSION: &str = "/api/v2/account/session";

async fn session(browser: &mut Browser) -> Value {
    let shown = browser.get(SESSION).await.expect(200);
    assert_eq!(shown.headers["cache-control"], "no-store");
    let document: Value = serde_json::from_str(&shown.text).unwrap();
    document["data"].clone()
}

#[tokio::test]
async fn a_page_learns_what_its_requests_must_repeat_and_when_it_ends() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let current = session(&mut ada).await;
    let attributes = &current["attributes"];
    assert_eq!(attributes["csrf-token"], ada.csrf().await.as_str());
    assert_eq!(attributes["created-at"], "2025-11-20T23:06:40.000Z");
    assert_eq!(attributes["has-second-factor"], false);
    assert_eq!(attributes["is-from-identity-provider"], false);
    let listed = ada.get("/api/v2/account/sessions").await.expect(200);
    let listed: Value = serde_json::from_str(&listed.text).unwrap();
    assert_eq!(listed["data"][0]["id"], current["id"]);
    assert_eq!(listed["data"][0]["attributes"]["expired-at"], attributes["expired-at"]);

    let csrf = attributes["csrf-token"].as_str().unwrap();
    let body = r#"{"data": {"type": "preferences", "attributes": {"value": ["a"]}}}"#;
    let path = "/api/v2/account/preferences/favourites";
    let kind = ("content-type", "application/json");
    ada.send("PUT", path, &[kind], body.to_owned()).await.expect(403);
    let proof = [kind, ("x-csrf-token", csrf)];
    ada.send("PUT", path, &proof, body.to_owned()).await.expect(200);
}

#[tokio::test]
async fn a_session_remembers_that_a_second_factor_was_shown() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let (phone, _) = enrol(&app, &mut ada).await;
    assert_eq!(session(&mut ada).await["attributes"]["has-second-factor"], true);
    app.pass(std::time::Duration::from_secs(60));
    let mut other = Browser::new(&app);
    let ask = other.sign_in("ada", PASSWORD).await.goes_to();
    other.get(SESSION).await.expect(401);
    other.get(&ask).await.expect(200);
    other.post(&ask, &[("code", &phone.code(&app))]).await.expect(303);
    assert_eq!(session(&mut other).await["attributes"]["has-second-factor"], true);
}

#[tokio::test]
async fn a_token_has_no_session_and_is_told_so() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let (_, detail) = root.get(SESSION).await.expect(404).error();
    assert!(detail.contains("only browsers have sessions"), "{detail}");
    app.anonymous().get(SESSION).await.expect(401);
}
