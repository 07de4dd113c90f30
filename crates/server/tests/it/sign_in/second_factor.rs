//! One-time passwords and recovery codes.

use std::time::Duration;

use serde_json::json;
use slipway_identity::accounts::one_time;
use slipway_kernel::secrets::SecretBytes;

use super::browser::{Browser, PASSWORD, Shown, account};
use crate::support::TestApp;

const PAGE: &str = "/account/second-factor";

/// The app on somebody's phone.
pub struct Phone(SecretBytes);

impl Phone {
    /// Reads the secret off the page, as a person types it.
    fn read(page: &Shown) -> Self {
        Self::with(&page.between("Secret: <code>", "</code>"))
    }

    fn with(secret: &str) -> Self {
        let typed = secret.replace(' ', "");
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: String = typed
            .chars()
            .map(|letter| format!("{:05b}", alphabet.find(letter).unwrap()))
            .collect();
        let bytes = bits.as_bytes().chunks_exact(8);
        let bytes = bytes.map(|byte| u8::from_str_radix(std::str::from_utf8(byte).unwrap(), 2).unwrap());
        Self(SecretBytes::new(bytes.collect()))
    }

    pub fn code(&self, app: &TestApp) -> String {
        one_time::at(&self.0, app.kernel.clock.now().unix_ms() / 30_000)
    }
}

/// The code that an app with this secret shows now.
pub fn code(app: &TestApp, secret: &str) -> String {
    Phone::with(secret).code(app)
}

/// Sets a second factor up; returns the app and the recovery codes.
pub async fn enrol(app: &TestApp, browser: &mut Browser) -> (Phone, Vec<String>) {
    browser.get(PAGE).await.expect(200);
    browser.post(&format!("{PAGE}/begin"), &[]).await.expect(303);
    let page = browser.get(PAGE).await.expect(200).says("<path class=\"ink\"");
    let phone = Phone::read(&page);
    let shown = browser
        .post(&format!("{PAGE}/confirm"), &[("code", &phone.code(app))])
        .await
        .expect(200);
    let codes = shown.text.split("<li><code>").skip(1);
    let codes: Vec<String> = codes.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    (phone, codes)
}

async fn to_the_second_factor(app: &TestApp) -> Browser {
    let mut browser = Browser::new(app);
    let next = browser.sign_in("ada", PASSWORD).await.goes_to();
    assert_eq!(next, "/sign-in/second-factor?return_to=%2Fapp");
    browser.get(&next).await.expect(200);
    browser
}

#[tokio::test]
async fn the_second_factor_is_asked_for_and_a_code_is_taken_once() {
    let app = TestApp::new().await;
    let mut desk = Browser::signed_in(&app, "ada").await;
    let before = desk.cookie.clone();
    let (phone, _) = enrol(&app, &mut desk).await;
    assert_ne!(desk.cookie, before, "the session has another text");
    desk.get(PAGE).await.expect(200).says("10 recovery codes left");

    let mut half = to_the_second_factor(&app).await;
    half.get("/account").await.expect(303);
    half.send("GET", "/api/v2/account/details", &[], String::new())
        .await
        .expect(401);
    let ask = "/sign-in/second-factor";
    half.post(ask, &[("code", &phone.code(&app))])
        .await
        .expect(401)
        .says("used already");
    half.post(ask, &[("code", "000000")]).await.expect(401);
    app.pass(Duration::from_secs(30));
    let pending = half.cookie.clone();
    assert_eq!(half.post(ask, &[("code", &phone.code(&app))]).await.goes_to(), "/app");
    assert_ne!(half.cookie, pending);
    half.get("/account").await.expect(200);

    let mut again = to_the_second_factor(&app).await;
    again.post(ask, &[("code", &phone.code(&app))]).await.expect(401);
}

#[tokio::test]
async fn a_recovery_code_signs_in_once_and_others_can_be_made() {
    let app = TestApp::new().await;
    let mut desk = Browser::signed_in(&app, "ada").await;
    let (_, codes) = enrol(&app, &mut desk).await;
    let ask = "/sign-in/second-factor";
    let typed = codes[3].to_uppercase().replace('-', " ");
    to_the_second_factor(&app)
        .await
        .post(ask, &[("code", &typed)])
        .await
        .expect(303);
    to_the_second_factor(&app)
        .await
        .post(ask, &[("code", &typed)])
        .await
        .expect(401);
    desk.get(PAGE).await.expect(200).says("9 recovery codes left");
    let path = format!("{PAGE}/codes");
    desk.post(&path, &[("proof", "wrong password")]).await.expect(422);
    desk.post(&path, &[("proof", PASSWORD)])
        .await
        .expect(200)
        .says("Keep these");
    to_the_second_factor(&app)
        .await
        .post(ask, &[("code", &codes[4])])
        .await
        .expect(401);
}

#[tokio::test]
async fn turning_it_off_needs_a_proof_and_an_administrator_can_for_who_lost_it() {
    let app = TestApp::new().await;
    let mut desk = Browser::signed_in(&app, "ada").await;
    enrol(&app, &mut desk).await;
    desk.get(PAGE).await.expect(200);
    desk.post(&format!("{PAGE}/off"), &[("proof", "")]).await.expect(422);
    desk.post(&format!("{PAGE}/off"), &[("proof", PASSWORD)])
        .await
        .expect(303);
    let mut other = Browser::new(&app);
    assert_eq!(other.sign_in("ada", PASSWORD).await.goes_to(), "/app");

    enrol(&app, &mut other).await;
    let root = app.site_admin("root").await;
    let users = root.get("/api/v2/admin/users?search[username]=ada").await.expect(200);
    let path = format!("/api/v2/admin/users/{}/actions/disable_two_factor", users.ids()[0]);
    root.post(&path, json!({})).await.expect(200);
    root.post(&path, json!({})).await.expect(409);
    assert_eq!(Browser::new(&app).sign_in("ada", PASSWORD).await.goes_to(), "/app");
}

#[tokio::test]
async fn a_site_can_ask_everybody_for_a_second_factor() {
    let app = TestApp::with(|settings| settings.sign_in.second_factor_required = true).await;
    account(&app, "ada").await;
    let mut ada = Browser::new(&app);
    assert_eq!(ada.sign_in("ada", PASSWORD).await.goes_to(), PAGE);
    assert_eq!(ada.get("/account").await.goes_to(), PAGE);
    ada.send("GET", "/api/v2/account/details", &[], String::new())
        .await
        .expect(401);
    ada.get(PAGE).await.expect(200).says("asks everybody");
    enrol(&app, &mut ada).await;
    ada.get("/account").await.expect(200);
    ada.get(PAGE).await.expect(200);
    ada.post(&format!("{PAGE}/off"), &[("proof", PASSWORD)])
        .await
        .expect(409);
}
