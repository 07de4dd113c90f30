//! Ways in that are none.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use slipway_identity::accounts::service::set_up;
use slipway_identity::accounts::service::sign_in::{self, Browser as From, Credentials};
use slipway_kernel::ctx::Origin;
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Actor, Ctx};

use super::browser::{Browser, PASSWORD, account};
use crate::support::{Acme, TestApp, document};

#[tokio::test]
async fn a_session_that_a_browser_was_given_before_is_not_the_one_it_has_after() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    let mut eve = Browser::signed_in(&app, "eve").await;
    let planted = eve.cookie.clone().unwrap();
    let mut ada = Browser::new(&app);
    ada.cookie = Some(planted.clone());
    let csrf = ada.csrf().await;
    let fields = [("username", "ada"), ("password", PASSWORD), ("csrf", csrf.as_str())];
    ada.post("/sign-in", &fields).await.expect(303);
    assert_ne!(ada.cookie.as_ref(), Some(&planted));
    eve.get("/account").await.expect(303);

    let invented = "slw_s_0000000000000000000000000000000000000000000000000";
    let mut ada = Browser::new(&app);
    ada.cookie = Some(invented.to_owned());
    ada.sign_in("ada", PASSWORD).await.expect(303);
    assert_ne!(ada.cookie.as_deref(), Some(invented));
}

#[tokio::test]
async fn other_sites_cannot_send_our_forms() {
    let app = TestApp::new().await;
    let mut ada = Browser::signed_in(&app, "ada").await;
    for site in ["cross-site", "same-site", "none"] {
        let mut elsewhere = Browser::new(&app);
        elsewhere.get("/sign-in").await.expect(200);
        elsewhere.site = site;
        let fields = [("username", "ada"), ("password", PASSWORD)];
        elsewhere.post("/sign-in", &fields).await.expect(403);
    }
    let wanted = [("description", "evil"), ("days", "never")];
    let mut forger = Browser::new(&app);
    forger.cookie = ada.cookie.clone();
    forger
        .post("/account/tokens", &wanted)
        .await
        .expect(403)
        .says("does not come from a page");
    forger.post("/sign-out", &[]).await.expect(403);
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    forger
        .send(
            "POST",
            "/account/tokens",
            &kind,
            "description=evil&days=never".to_owned(),
        )
        .await
        .expect(403);
    let kind = [("content-type", "text/plain"), ("sec-fetch-site", "same-origin")];
    forger
        .send("POST", "/account/tokens", &kind, "description=evil".to_owned())
        .await
        .expect(415);
    let tokens = ada.get("/account/tokens").await.expect(200);
    assert!(!tokens.text.contains("evil"));
}

#[tokio::test]
async fn the_api_takes_a_cookie_only_with_what_the_session_s_pages_know() {
    let acme = Acme::new().await;
    let mut ada = Browser::signed_in(&acme.app, "ada").await;
    let csrf = ada.csrf().await;
    let body = document("users", json!({"username": "countess"})).to_string();
    let path = "/api/v2/account/update";
    let kind = ("content-type", "application/vnd.api+json");
    ada.send("PATCH", path, &[kind], body.clone()).await.expect(403);
    ada.send("PATCH", path, &[kind, ("x-csrf-token", "0")], body.clone())
        .await
        .expect(403);
    let mut eve = Browser::signed_in(&acme.app, "eve").await;
    let foreign = eve.csrf().await;
    ada.send("PATCH", path, &[kind, ("x-csrf-token", &foreign)], body.clone())
        .await
        .expect(403);
    ada.send("PATCH", path, &[kind, ("x-csrf-token", &csrf)], body)
        .await
        .expect(200);
    // The session's text is a cookie and nothing else, and a token is no session.
    let text = ada.cookie.clone().unwrap();
    acme.app.caller(&text).get("/api/v2/account/details").await.expect(401);
    let made = ada
        .fill("/account/tokens", &[("description", "x"), ("days", "30")])
        .await;
    ada.cookie = Some(made.between("class=\"secret\">", "<"));
    ada.get("/account").await.expect(303);
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_after_signing_in() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    for elsewhere in [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "/\t/evil.example",
        "javascript:alert(1)",
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD), ("return_to", elsewhere)];
        let went = Browser::new(&app).fill("/sign-in", &fields).await.goes_to();
        assert_eq!(went, "/app", "{elsewhere}");
    }
}

#[tokio::test]
async fn links_are_made_of_the_settings_and_not_of_the_host_header() {
    let app =
        TestApp::with(|settings| settings.server.public_url = Some("https://slipway.example.org".to_owned())).await;
    let root = app.site_admin("root").await;
    let (id, _) = app.user(&root, "ada").await;
    let path = format!("/api/v2/admin/users/{id}/actions/reset-password");
    let headers = [
        ("host", "evil.example"),
        ("x-forwarded-host", "evil.example"),
        ("content-type", "application/json"),
    ];
    let made = root.send("POST", &path, &headers, "{}".into()).await.expect(201);
    let url = made.attribute("url").as_str().unwrap();
    assert!(
        url.starts_with("https://slipway.example.org/password-reset/slw_l_"),
        "{url}"
    );
    let answer = Browser::new(&app).get("/sign-in").await.expect(200);
    assert!(!answer.text.contains("evil.example"));
}

#[tokio::test]
async fn a_token_in_an_address_opens_nothing() {
    let app = TestApp::new().await;
    let admin = app.site_admin("root").await;
    let token = admin.token.as_deref().unwrap();
    for name in ["token", "access_token", "private_token", "authorization"] {
        let path = format!("/api/v2/account/details?{name}={token}");
        app.anonymous().get(&path).await.expect(401);
    }
}

#[tokio::test]
async fn guessing_a_password_takes_longer_and_longer_and_a_right_one_waits_too() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    for _ in 0..5 {
        Browser::new(&app).sign_in("ada", "a guess, no more").await.expect(401);
    }
    let before = app.kernel.metrics.passwords_hashed.get();
    let refused = Browser::new(&app).sign_in("ada", PASSWORD).await.expect(429);
    assert_eq!(
        app.kernel.metrics.passwords_hashed.get(),
        before,
        "nothing is hashed while one has to wait"
    );
    assert_eq!(refused.headers["retry-after"], "15");
    refused.says("Wait 15 seconds");
    app.pass(Duration::from_secs(15));
    Browser::new(&app).sign_in("ada", "another guess").await.expect(401);
    let refused = Browser::new(&app).sign_in("ada", PASSWORD).await.expect(429);
    assert_eq!(refused.headers["retry-after"], "30");
    for _ in 0..5 {
        Browser::new(&app)
            .sign_in("nobody", "a guess, no more")
            .await
            .expect(401);
    }
    Browser::new(&app)
        .sign_in("nobody", "a guess")
        .await
        .expect(429)
        .says("Wait 15 seconds");
    app.pass(Duration::from_secs(30));
    Browser::new(&app).sign_in("ada", PASSWORD).await.expect(303);
    Browser::new(&app).sign_in("ada", "a guess").await.expect(401);
}

#[tokio::test]
async fn many_guesses_at_once_get_no_further_than_one_after_the_other() {
    let app = TestApp::new().await;
    account(&app, "ada").await;
    let guesses = (0..20).map(|_| {
        let mut browser = Browser::new(&app);
        async move {
            browser
                .post("/sign-in", &[("username", "ada"), ("password", "a guess")])
                .await
                .status
        }
    });
    let statuses = futures::future::join_all(guesses).await;
    let looked_at = statuses.iter().filter(|status| **status == 401).count();
    assert_eq!(looked_at, 5, "{statuses:?}");
}

#[tokio::test]
async fn an_address_that_tries_many_names_has_to_wait() {
    let app = TestApp::new().await;
    let guess = |number: usize, address: &str| {
        let origin = Origin {
            request_id: None,
            remote_address: Some(address.to_owned()),
        };
        let ctx = Ctx::new(Arc::clone(&app.kernel), Actor::Anonymous, origin);
        async move {
            let typed = Credentials {
                name: format!("user{number}"),
                password: SecretBytes::new(b"a guess".to_vec()),
            };
            let refused = sign_in::sign_in(&ctx, typed, From::default()).await.err().unwrap();
            refused.code().status()
        }
    };
    for number in 0..30 {
        assert_eq!(guess(number, "192.0.2.7").await, 401, "{number}");
    }
    assert_eq!(guess(99, "192.0.2.7").await, 429);
    assert_eq!(guess(99, "192.0.2.8").await, 401);
}

#[tokio::test]
async fn the_text_of_a_link_opens_nothing_else() {
    let app = TestApp::new().await;
    let link = set_up::make_link(&app.system()).await.unwrap().url;
    let text = link.rsplit('/').next().unwrap();
    Browser::new(&app)
        .get(&format!("/invitations/{text}"))
        .await
        .expect(404);
    Browser::new(&app)
        .get(&format!("/password-reset/{text}"))
        .await
        .expect(404);
    app.caller(text).get("/api/v2/account/details").await.expect(401);
    let mut browser = Browser::new(&app);
    browser.cookie = Some(text.to_owned());
    browser.get("/account").await.expect(303);
}
