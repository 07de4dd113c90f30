//! The authorization server: what a program gets that somebody agreed to, and what it does not get.

use std::time::Duration;

use axum::body::Body;
use rstest::rstest;
use serde_json::json;
use url::form_urlencoded::Serializer;

use super::Site;
use super::browser::{Browser, HOME, Shown};
use super::issuer::{CLIENT, Issuer};
use crate::support::Answer;

const REDIRECT: &str = "http://127.0.0.1:4711/callback";
/// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A site, and somebody signed in to it.
pub async fn signed_in(site: Site) -> (Site, Browser) {
    let issuer = Issuer::start().await;
    let provider = site
        .add("issuer", &issuer.url, CLIENT, json!({"creates-accounts": true}))
        .await;
    let mut browser = site.browser();
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    (site, browser)
}

fn address(change: &[(&str, &str)]) -> String {
    let mut pairs = vec![
        ("response_type", "code"),
        ("client_id", "slipway-cli"),
        ("redirect_uri", REDIRECT),
        ("state", "a-state"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
        ("device_name", "laptop"),
    ];
    for (name, value) in change {
        pairs
            .iter_mut()
            .filter(|(known, _)| known == name)
            .for_each(|pair| pair.1 = value);
    }
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/oauth/authorize?{query}")
}

/// What the program sends.
pub async fn form(site: &Site, path: &str, pairs: &[(&str, &str)]) -> Answer {
    let body = Serializer::new(String::new()).extend_pairs(pairs).finish();
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    site.app.anonymous().send("POST", path, &kind, Body::from(body)).await
}

async fn exchange(site: &Site, code: &str, change: &[(&str, &str)]) -> Answer {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", "slipway-cli"),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
        ("code", code),
    ];
    for (name, value) in change {
        pairs
            .iter_mut()
            .filter(|(known, _)| known == name)
            .for_each(|pair| pair.1 = value);
    }
    form(site, "/oauth/token", &pairs).await
}

async fn allowed(browser: &mut Browser) -> Shown {
    let page = browser.open(&address(&[])).await.expect(200);
    browser.send_and_stay(&page, &[("decision", "allow")]).await.expect(303)
}

#[tokio::test]
async fn a_program_that_was_allowed_gets_a_token_that_is_listed_expires_and_is_revoked() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    works(&site, &mut browser).await;
}

#[tokio::test]
async fn the_same_on_mariadb() {
    let database = slipway_testing::mariadb::database().unwrap();
    let (site, mut browser) = signed_in(Site::on(Some(database)).await).await;
    works(&site, &mut browser).await;
}

async fn works(site: &Site, browser: &mut Browser) {
    let page = browser.open(&address(&[])).await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("form-action 'self' http://127.0.0.1:4711;"), "{policy}");
    let page = page.says("slipway login on laptop").says("mallory");
    let sent = browser.send_and_stay(&page, &[("decision", "allow")]).await.expect(303);
    assert!(sent.goes_to().unwrap().as_str().starts_with(REDIRECT));
    assert_eq!(
        (sent.sends("state"), sent.sends("iss")),
        ("a-state".to_owned(), HOME.to_owned())
    );

    let given = exchange(site, &sent.sends("code"), &[]).await.expect(200);
    assert_eq!(given.headers["cache-control"], "no-store");
    assert_eq!(
        (&given.body["token_type"], &given.body["expires_in"]),
        (&json!("Bearer"), &json!(90 * 86_400))
    );
    let text = given.body["access_token"].as_str().unwrap().to_owned();
    assert!(text.starts_with("slw_u_"));
    let program = site.app.caller(&text);
    assert_eq!(
        program
            .get("/api/v2/account/details")
            .await
            .expect(200)
            .attribute("username"),
        "mallory"
    );
    browser
        .open("/account/tokens")
        .await
        .expect(200)
        .says("slipway login on laptop");

    form(site, "/oauth/revoke", &[("client_id", "slipway-cli"), ("token", &text)])
        .await
        .expect(200);
    program.get("/api/v2/account/details").await.expect(401);
    form(site, "/oauth/revoke", &[("token", &text)]).await.expect(200);
}

#[tokio::test]
async fn a_code_that_is_used_twice_takes_back_what_it_gave() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let code = allowed(&mut browser).await.sends("code");
    let given = exchange(&site, &code, &[]).await.expect(200);
    let program = site.app.caller(given.body["access_token"].as_str().unwrap());
    program.get("/api/v2/account/details").await.expect(200);
    let replayed = exchange(&site, &code, &[]).await.expect(400);
    assert_eq!(replayed.body["error"], "invalid_grant");
    program.get("/api/v2/account/details").await.expect(401);
}

#[tokio::test]
async fn of_two_who_exchange_a_code_at_once_none_keeps_a_token() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let code = allowed(&mut browser).await.sends("code");
    let (one, other) = tokio::join!(exchange(&site, &code, &[]), exchange(&site, &code, &[]));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{} {}", one.text(), other.text());
    let given = if one.status == 200 { one } else { other };
    let program = site.app.caller(given.body["access_token"].as_str().unwrap());
    program.get("/api/v2/account/details").await.expect(401);
}

#[rstest]
#[case(&[("code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl")], "invalid_grant")]
#[case(&[("code_verifier", "")], "invalid_request")]
#[case(&[("redirect_uri", "http://127.0.0.1:4712/callback")], "invalid_grant")]
#[case(&[("client_id", "another")], "invalid_client")]
#[case(&[("client_id", "")], "invalid_grant")]
#[case(&[("grant_type", "password")], "unsupported_grant_type")]
#[case(&[("code", "slw_c_made-up")], "invalid_grant")]
#[tokio::test]
async fn a_code_is_worth_nothing_to_others(#[case] change: &[(&str, &str)], #[case] error: &str) {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let code = allowed(&mut browser).await.sends("code");
    let refused = exchange(&site, &code, change).await;
    assert!(matches!(refused.status, 400 | 401), "{}", refused.text());
    assert_eq!(refused.body["error"], error, "{}", refused.text());
}

#[tokio::test]
async fn a_code_counts_for_a_minute_and_not_for_who_was_suspended() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let code = allowed(&mut browser).await.sends("code");
    site.app.pass(Duration::from_secs(60));
    assert_eq!(
        exchange(&site, &code, &[]).await.expect(400).body["error"],
        "invalid_grant"
    );

    let code = allowed(&mut browser).await.sends("code");
    let user = site.user("mallory").await.unwrap();
    let path = format!("/api/v2/admin/users/{user}/actions/suspend");
    site.admin.post(&path, json!({})).await.expect(200);
    assert_eq!(
        exchange(&site, &code, &[]).await.expect(400).body["error"],
        "invalid_grant"
    );
}

#[rstest]
#[case("https://evil.example/callback")]
#[case("http://localhost:4711/callback")]
#[case("http://127.0.0.1.evil.example:4711/")]
#[case("http://127.0.0.1:4711@evil.example/")]
#[tokio::test]
async fn no_code_leaves_this_computer(#[case] redirect: &str) {
    let (_site, mut browser) = signed_in(Site::new().await).await;
    let shown = browser.open(&address(&[("redirect_uri", redirect)])).await.expect(400);
    shown.says("not this computer's own");
    // Nor by changing the form of a page that was fine.
    let page = browser.open(&address(&[])).await.expect(200);
    let mut changed = page.clone();
    changed.text = page
        .text
        .replace("127.0.0.1:4711", "evil.example")
        .replace("127.0.0.1&#x2f;", "evil.example&#x2f;");
    let sent = browser.send_and_stay(&changed, &[("decision", "allow")]).await;
    assert_eq!(sent.status, 400, "{:?}", sent.headers);
}

#[tokio::test]
async fn who_does_not_agree_gives_nothing_and_who_is_not_signed_in_signs_in_first() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let page = browser.open(&address(&[])).await.expect(200);
    let sent = browser.send_and_stay(&page, &[("decision", "deny")]).await.expect(303);
    assert_eq!(sent.sends("error"), "access_denied");
    let mut nobody = site.browser();
    let shown = nobody.open(&address(&[])).await.expect(200);
    assert_eq!(shown.url.path(), "/sign-in");
    // A form from elsewhere, without what only our page knows, agrees to nothing.
    let forged = Shown {
        text: page.text.replace("name=\"csrf\"", "name=\"other\""),
        ..page
    };
    browser
        .send_and_stay(&forged, &[("decision", "allow")])
        .await
        .expect(403);
}

#[tokio::test]
async fn the_server_describes_itself_as_clients_expect() {
    let site = Site::new().await;
    let described = site
        .app
        .anonymous()
        .get("/.well-known/oauth-authorization-server")
        .await
        .expect(200)
        .body;
    assert_eq!(described["issuer"], HOME);
    assert_eq!(described["authorization_endpoint"], format!("{HOME}/oauth/authorize"));
    assert_eq!(described["code_challenge_methods_supported"], json!(["S256"]));
    let wrong = form(&site, "/oauth/token", &[("grant_type", "x"), ("grant_type", "y")])
        .await
        .expect(400);
    assert_eq!(wrong.body["error"], "invalid_request");
}
