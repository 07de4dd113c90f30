//! Signing in at real Dex, through its own forms.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use slipway_testing::dex::Dex;

use super::Site;
use crate::support::document;

#[tokio::test]
async fn a_newcomer_signs_in_at_dex_and_lands_where_he_was_going() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    let mut browser = site.browser();
    let page = browser
        .open("/sign-in?return_to=%2Faccount%2Fsessions")
        .await
        .expect(200);
    let link = page.link("/sign-in/oidc/");
    assert!(link.contains(&provider), "{link}");

    let landed = browser
        .sign_in_with_password(&provider, "%2Faccount%2Fsessions")
        .await
        .expect(200);
    assert_eq!(landed.url.path(), "/account/sessions");
    assert!(browser.session().unwrap().starts_with("slw_s_"));
    assert_eq!(browser.sign_in_cookies(), Vec::<String>::new(), "the sign-in is over");
    let account = browser.open("/account").await.expect(200);
    account.says("value=\"ada\"").says("ada@example.com");

    // The same person again is the same account, in a session of its own.
    let first = browser.session().unwrap().to_owned();
    let mut again = site.browser();
    again.sign_in_with_password(&provider, "").await.expect(200);
    assert_ne!(again.session().unwrap(), first);
    let users = site.admin.get("/api/v2/admin/users").await.expect(200);
    assert_eq!(users.column("username"), ["ada", "root"]);
}

#[tokio::test]
async fn signing_in_goes_on_when_dex_has_other_keys() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    site.browser().sign_in_with_password(&provider, "").await.expect(200);
    dex.restart().unwrap();
    let landed = site.browser().sign_in_with_password(&provider, "").await.expect(200);
    assert_eq!(landed.url.path(), "/app");
}

#[tokio::test]
async fn two_providers_at_once_never_mix_their_people() {
    let site = Site::new().await;
    let (mut one, mut other) = (Dex::start().unwrap(), Dex::start().unwrap());
    let first = site.connect("one", &mut one, json!({})).await;
    let second = site.connect("other", &mut other, json!({})).await;
    site.browser().sign_in_with_password(&first, "").await.expect(200);
    // The same mail address and the same subject, but somebody else's provider: another account, with another name.
    let mut browser = site.browser();
    browser.sign_in_with_password(&second, "").await.expect(200);
    browser.open("/account").await.expect(200).says("value=\"ada-2\"");
    let users = site.admin.get("/api/v2/admin/users").await.expect(200);
    assert_eq!(users.column("username"), ["ada", "ada-2", "root"]);
}

#[tokio::test]
async fn only_people_of_the_allowed_domains_come_in() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let change = json!({"allowed-domains": ["example.com"]});
    let provider = site.connect("dex", &mut dex, change).await;
    let mut stranger = site.browser().behind_proxy("eve", "eve@evil.example", &[]);
    let refused = stranger.sign_in_by_proxy(&provider).await.expect(403);
    refused.says("verified mail address at example.com");
    assert_eq!(stranger.session(), None);
    let sql = "SELECT count(*) FROM events WHERE action = 'user.sign-in-failed' AND object_name = 'dex'";
    let reader = site.app.kernel.db.reader();
    let asked = Statement::from_string(reader.get_database_backend(), sql);
    let found = reader.query_one_raw(asked).await.unwrap().unwrap();
    assert_eq!(found.try_get_by_index::<i64>(0).unwrap(), 1, "it is an event");
    let mut grace = site.browser().behind_proxy("grace", "grace@example.com", &[]);
    grace.sign_in_by_proxy(&provider).await.expect(200);
}

#[tokio::test]
async fn without_new_accounts_and_when_suspended_nobody_comes_in() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    site.browser().sign_in_with_password(&provider, "").await.expect(200);
    let path = format!("/api/v2/identity-providers/{provider}");
    let change = document("identity-providers", json!({"creates-accounts": false}));
    site.admin.patch(&path, change).await.expect(200);
    let mut newcomer = site.browser().behind_proxy("grace", "grace@example.com", &[]);
    let refused = newcomer.sign_in_by_proxy(&provider).await.expect(403);
    refused.says("there is no account for you here");
    assert_eq!(site.user("grace").await, None);

    let ada = site.user("ada").await.unwrap();
    let path = format!("/api/v2/admin/users/{ada}/actions/suspend");
    site.admin.post(&path, json!({})).await.expect(200);
    let mut browser = site.browser();
    let refused = browser.sign_in_with_password(&provider, "").await.expect(403);
    refused.says("suspended");
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn turning_a_provider_off_signs_its_people_out() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    let mut browser = site.browser();
    browser.sign_in_with_password(&provider, "").await.expect(200);
    let path = format!("/api/v2/identity-providers/{provider}");
    let change = document("identity-providers", json!({"is-enabled": false}));
    site.admin.patch(&path, change).await.expect(200);
    let asked = browser.open("/account").await.expect(200);
    assert_eq!(asked.url.path(), "/sign-in");
    assert!(!asked.text.contains(&provider));
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(404);
}

#[tokio::test]
async fn a_test_of_a_provider_says_what_is_wrong() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let good = site
        .connect("dex", &mut dex, json!({"allowed-domains": ["example.com"]}))
        .await;
    let test = |id: String| {
        let admin = site.admin.clone();
        async move {
            let path = format!("/api/v2/identity-providers/{id}/actions/test");
            admin.post(&path, json!({})).await.expect(200)
        }
    };
    let tested = test(good).await;
    assert_eq!(tested.attribute("is-usable"), true, "{}", tested.body);
    assert_eq!(tested.attribute("hints"), &json!([]));

    let slash = format!("{}/", dex.issuer);
    let misspelt = site.add("misspelt", &slash, ("slipway", "x"), json!({})).await;
    let tested = test(misspelt).await;
    assert_eq!(tested.attribute("is-usable"), false);
    assert!(
        tested.text().contains("set the issuer as it is named there"),
        "{}",
        tested.text()
    );

    let absent = site
        .add("absent", "http://127.0.0.1:9/dex", ("slipway", "x"), json!({}))
        .await;
    let tested = test(absent).await;
    assert!(tested.text().contains("cannot be reached"), "{}", tested.text());
}

#[tokio::test]
async fn a_wrong_client_secret_is_said_to_be_one_and_never_shown() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    let path = format!("/api/v2/identity-providers/{provider}");
    let change = document("identity-providers", json!({"client-secret": "not-the-secret"}));
    let changed = site.admin.patch(&path, change).await.expect(200);
    assert!(!changed.text().contains("not-the-secret"));
    assert_eq!(changed.attribute("has-client-secret"), true);
    let refused = site.browser().sign_in_with_password(&provider, "").await.expect(403);
    refused.says("does not accept the client id and secret");
    let events = site.admin.get("/api/v2/identity-providers").await.expect(200);
    assert!(!events.text().contains("not-the-secret"));
}

#[tokio::test]
async fn a_provider_that_is_away_is_left_alone_for_a_moment() {
    let site = Site::new().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&asked);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let provider = site.add("away", &issuer, ("slipway", "x"), json!({})).await;
    let sign_in = format!("/sign-in/oidc/{provider}");
    for _ in 0..3 {
        site.browser().open(&sign_in).await.expect(503);
    }
    assert_eq!(asked.load(Ordering::SeqCst), 1);
    site.app.pass(Duration::from_secs(5));
    site.browser().open(&sign_in).await.expect(503);
    assert_eq!(asked.load(Ordering::SeqCst), 2);
}
