//! Signing in with a password, changing it, setting it anew.

use std::time::Duration;

use serde_json::json;

use super::browser::{Browser, PASSWORD, account, local};
use crate::support::{TestApp, document};

const NEW: &str = "a wholly different sentence";

#[tokio::test]
async fn one_signs_in_by_name_and_goes_where_one_wanted_to() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    let mut ada = Browser::new(&app);
    let first = ada.get("/account/tokens").await.goes_to();
    assert_eq!(first, "/sign-in?return_to=%2Faccount%2Ftokens");
    ada.get(&first).await.expect(200).says("value=\"/account/tokens\"");
    let fields = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("return_to", "/account/tokens"),
    ];
    assert_eq!(ada.post("/sign-in", &fields).await.goes_to(), "/account/tokens");
    ada.get("/account/tokens").await.expect(200).says("New token");
    assert_eq!(ada.get("/sign-in").await.goes_to(), "/app", "signed in already");

    ada.get("/account").await;
    assert_eq!(ada.post("/sign-out", &[]).await.goes_to(), "/sign-in?notice=signed-out");
    assert_eq!(ada.cookie, None);
    ada.get("/account").await.expect(303);
}

#[tokio::test]
async fn an_unknown_name_a_wrong_password_and_nobody_s_password_are_answered_alike() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    let root = app.site_admin("root").await;
    app.user(&root, "without").await;
    let mut pages = Vec::new();
    for name in ["ada", "nobody", "nobody@example.org", "without"] {
        let before = app.kernel.metrics.passwords_hashed.get();
        let refused = Browser::new(&app).sign_in(name, "not the password").await.expect(401);
        let work = app.kernel.metrics.passwords_hashed.get() - before;
        pages.push((work, refused.text.replace(name, "NAME")));
    }
    assert_eq!(pages[0].0, 1, "one password was hashed");
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
}

#[tokio::test]
async fn changing_the_password_ends_other_browsers_and_leaves_tokens() {
    let app = TestApp::new().await;
    let id = account(&app, "ada").await;
    let root = app.site_admin("root").await;
    let token = document("authentication-tokens", json!({"description": "laptop"}));
    let path = format!("/api/v2/users/{id}/authentication-tokens");
    let token = root.post(&path, token).await.expect(201);
    let program = app.caller(token.attribute("token").as_str().unwrap());
    let (mut desk, mut phone) = (Browser::new(&app), Browser::new(&app));
    desk.sign_in("ada", PASSWORD).await.expect(303);
    phone.sign_in("ada", PASSWORD).await.expect(303);
    let stolen = desk.clone();

    let form = |current, password, again| {
        [
            ("current_password", current),
            ("password", password),
            ("password_confirmation", again),
        ]
    };
    let path = "/account/password";
    desk.fill(path, &form("wrong", NEW, NEW))
        .await
        .expect(422)
        .says("not your password");
    desk.fill(path, &form(PASSWORD, NEW, "other"))
        .await
        .expect(422)
        .says("differ");
    desk.fill(path, &form(PASSWORD, "ada", "ada"))
        .await
        .expect(422)
        .says("12 characters");
    let changed = desk.fill(path, &form(PASSWORD, NEW, NEW)).await.expect(200);
    changed.says("API tokens</a> still work");

    assert_ne!(desk.cookie, stolen.cookie, "the session has another text");
    desk.get("/account").await.expect(200);
    desk.post("/account", &[("username", "ada")]).await.expect(303);
    phone.get("/account").await.expect(303);
    stolen.clone().get("/account").await.expect(303);
    program.get("/api/v2/account/details").await.expect(200);
    Browser::new(&app).sign_in("ada", PASSWORD).await.expect(401);
    Browser::new(&app).sign_in("ada", NEW).await.expect(303);
}

#[tokio::test]
async fn the_api_changes_a_password_as_terraform_enterprise_does() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    let csrf = ada.csrf().await;
    let body = |current: &str| {
        document(
            "users",
            json!({"current_password": current, "password": NEW, "password_confirmation": NEW}),
        )
        .to_string()
    };
    let headers = [
        ("content-type", "application/vnd.api+json"),
        ("x-csrf-token", csrf.as_str()),
    ];
    let path = "/api/v2/account/password";
    let refused = ada.send("PATCH", path, &headers, body("wrong")).await.expect(422);
    assert!(
        refused.text.contains("/data/attributes/current_password"),
        "{}",
        refused.text
    );
    let before = ada.cookie.clone();
    ada.send("PATCH", path, &headers, body(PASSWORD)).await.expect(200);
    assert_ne!(ada.cookie, before);
    ada.get("/account").await.expect(200);
    Browser::new(&app).sign_in("ada", NEW).await.expect(303);
}

#[tokio::test]
async fn a_link_to_set_a_password_works_once_and_for_an_hour() {
    let app = TestApp::new().await;
    let id = account(&app, "ada").await;
    let root = app.site_admin("root").await;
    let mut ada = Browser::new(&app);
    ada.sign_in("ada", PASSWORD).await.expect(303);
    let path = format!("/api/v2/admin/users/{id}/actions/reset-password");
    let link = || async {
        let made = root.post(&path, json!({})).await.expect(201);
        local(made.attribute("url").as_str().unwrap())
    };
    let (first, second) = (link().await, link().await);
    let fields = [("password", NEW), ("password_confirmation", NEW)];
    Browser::new(&app).get(&first).await.expect(404).says("was used");
    Browser::new(&app).fill(&second, &fields).await.expect(303);
    Browser::new(&app).get(&second).await.expect(404);
    Browser::new(&app).post(&second, &fields).await.expect(404);
    ada.get("/account").await.expect(303);
    let late = link().await;
    app.pass(Duration::from_secs(3_600));
    Browser::new(&app).get(&late).await.expect(404);
    let broken = "/password-reset/slw_l_0000000000000000000000000000000000000000000000000";
    Browser::new(&app).get(broken).await.expect(404);
}

#[tokio::test]
async fn who_only_manages_users_does_not_see_a_link_and_cannot_touch_administrators() {
    let app = TestApp::new().await;
    let root = app.site_admin("root").await;
    let me = root.get("/api/v2/account/details").await.expect(200).id();
    let (bob, other) = app.user(&root, "bob").await;
    for action in ["suspend", "unsuspend", "reset-password", "disable_two_factor"] {
        let path = |id: &str| format!("/api/v2/admin/users/{id}/actions/{action}");
        other.post(&path(&me), json!({})).await.expect(403);
        other.post(&path(&bob), json!({})).await.expect(403);
    }
    root.post(&format!("/api/v2/admin/users/{me}/actions/suspend"), json!({}))
        .await
        .expect(409);
}

#[tokio::test]
async fn without_mail_nobody_is_promised_one() {
    let app = TestApp::new().await;
    let mut anybody = Browser::new(&app);
    anybody.get("/password-reset").await.expect(200).says("sends no mail");
    anybody
        .post("/password-reset", &[("username", "ada")])
        .await
        .expect(409);
}

#[tokio::test]
async fn asking_for_a_link_is_answered_alike_and_goes_to_the_address_that_is_known() {
    let app = TestApp::with(|settings| settings.mail.host = Some("127.0.0.1".to_owned())).await;
    let root = app.site_admin("root").await;
    let body = document("users", json!({"username": "ada", "email": "ada@example.org"}));
    let id = root.post("/api/v2/admin/users", body).await.expect(201).id();
    let path = format!("/api/v2/admin/users/{id}/actions/reset-password");
    let sent = root.post(&path, json!({})).await.expect(201);
    assert_eq!(sent.attribute("sent-to"), "ada@example.org");
    assert_eq!(
        sent.attribute("url"),
        &serde_json::Value::Null,
        "a link that was sent is not shown"
    );
    let mut pages = Vec::new();
    for name in ["ada", "nobody", "ada@example.org"] {
        let page = Browser::new(&app).fill("/password-reset", &[("username", name)]).await;
        pages.push(page.expect(200).says("If there is such an account").text);
    }
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:#?}");
}
