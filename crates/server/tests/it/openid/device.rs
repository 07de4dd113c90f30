//! Machines without a browser: the code here, the agreement there.

use std::time::Duration;

use serde_json::Value;

use super::Site;
use super::browser::{Browser, Shown};
use super::oauth::{form, signed_in};
use crate::support::Answer;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begin(site: &Site) -> Value {
    let pairs = [("client_id", "slipway-cli"), ("device_name", "build-7")];
    form(site, "/oauth/device_authorization", &pairs).await.expect(200).body
}

async fn poll(site: &Site, begun: &Value) -> Answer {
    let code = begun["device_code"].as_str().unwrap();
    form(
        site,
        "/oauth/token",
        &[
            ("grant_type", GRANT),
            ("client_id", "slipway-cli"),
            ("device_code", code),
        ],
    )
    .await
}

/// Types the code into the page.
async fn typed(browser: &mut Browser, code: &str) -> Shown {
    let page = browser.open("/device").await.expect(200);
    browser.send(&page, &[("user_code", code)]).await
}

#[tokio::test]
async fn a_machine_waits_until_somebody_agrees() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let begun = begin(&site).await;
    assert_eq!(begun["interval"], 5);
    assert_eq!(begun["verification_uri"], "https://slipway.example/device");
    assert_eq!(
        poll(&site, &begun).await.expect(400).body["error"],
        "authorization_pending"
    );

    // The address with the code in it fills the form and agrees to nothing.
    let complete = begun["verification_uri_complete"].as_str().unwrap();
    let page = browser.open(complete).await.expect(200);
    let code = begun["user_code"].as_str().unwrap();
    let confirm = browser
        .send(&page, &[("user_code", &code.to_lowercase())])
        .await
        .expect(200);
    let confirm = confirm.says("slipway login on build-7").says(code);
    site.app.pass(Duration::from_secs(5));
    assert_eq!(
        poll(&site, &begun).await.expect(400).body["error"],
        "authorization_pending"
    );
    browser
        .send(&confirm, &[("decision", "allow")])
        .await
        .expect(200)
        .says("is signed in now");

    let given = poll(&site, &begun).await.expect(200);
    let program = site.app.caller(given.body["access_token"].as_str().unwrap());
    assert_eq!(
        program
            .get("/api/v2/account/details")
            .await
            .expect(200)
            .attribute("username"),
        "mallory"
    );
    assert_eq!(
        poll(&site, &begun).await.expect(400).body["error"],
        "invalid_grant",
        "it is given once"
    );
    let shown = typed(&mut browser, code).await.expect(404);
    shown.says("Nobody waits with this code");
}

#[tokio::test]
async fn who_asks_too_often_must_ask_less_often() {
    let site = Site::new().await;
    let begun = begin(&site).await;
    let ask = async |seconds| {
        site.app.pass(Duration::from_secs(seconds));
        let answer = poll(&site, &begun).await.expect(400);
        answer.body["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(ask(0).await, "authorization_pending");
    assert_eq!(ask(4).await, "slow_down");
    assert_eq!(ask(9).await, "slow_down", "ten seconds from now on");
    assert_eq!(ask(15).await, "authorization_pending");
    assert_eq!(ask(600).await, "expired_token");
}

#[tokio::test]
async fn who_does_not_agree_ends_the_wait() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let begun = begin(&site).await;
    let confirm = typed(&mut browser, begun["user_code"].as_str().unwrap())
        .await
        .expect(200);
    browser.send(&confirm, &[("decision", "deny")]).await.expect(200);
    assert_eq!(poll(&site, &begun).await.expect(400).body["error"], "access_denied");
}

#[tokio::test]
async fn codes_cannot_be_guessed_at_leisure() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let begun = begin(&site).await;
    for _ in 0..5 {
        typed(&mut browser, "BBBB-BBBB").await.expect(404);
    }
    let code = begun["user_code"].as_str().unwrap();
    typed(&mut browser, code).await.expect(429).says("too many attempts");
    site.app.pass(Duration::from_secs(15));
    typed(&mut browser, code).await.expect(200);
}

#[tokio::test]
async fn of_two_questions_at_once_one_is_answered_with_a_token() {
    let (site, mut browser) = signed_in(Site::new().await).await;
    let begun = begin(&site).await;
    let confirm = typed(&mut browser, begun["user_code"].as_str().unwrap())
        .await
        .expect(200);
    browser.send(&confirm, &[("decision", "allow")]).await.expect(200);
    let (one, other) = tokio::join!(poll(&site, &begun), poll(&site, &begun));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "{} {}", one.text(), other.text());
}
