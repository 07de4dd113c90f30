//! The first administrator.

use slipway_identity::accounts::service::set_up;

use super::browser::{Browser, PASSWORD, local};
use crate::support::TestApp;

const FORM: [(&str, &str); 4] = [
    ("username", "ada"),
    ("email", "ada@example.org"),
    ("password", PASSWORD),
    ("password_confirmation", PASSWORD),
];

#[tokio::test]
async fn the_link_of_a_new_site_makes_its_administrator_and_signs_in() {
    let app = TestApp::new().await;
    let link = set_up::first_link(&app.system()).await.unwrap().unwrap().url;
    let mut ada = Browser::new(&app);
    let page = ada.get(&local(&link)).await.expect(200).says("first administrator");
    assert_eq!(page.headers["referrer-policy"], "no-referrer");
    assert_eq!(page.headers["cache-control"], "no-store");
    assert!(
        page.headers["content-security-policy"]
            .to_str()
            .unwrap()
            .contains("default-src 'none'")
    );
    assert_eq!(ada.post(&local(&link), &FORM).await.goes_to(), "/app");
    ada.get("/account").await.expect(200).says("ada@example.org");
    let me = ada
        .send("GET", "/api/v2/account/details", &[], String::new())
        .await
        .expect(200);
    let me: serde_json::Value = serde_json::from_str(&me.text).unwrap();
    assert_eq!(me["data"]["attributes"]["is-site-admin"], true);
    assert_eq!(me["data"]["attributes"]["two-factor"]["enabled"], false);

    assert!(
        set_up::first_link(&app.system()).await.unwrap().is_none(),
        "there is somebody now"
    );
    let mut eve = Browser::new(&app);
    eve.get(&local(&link)).await.expect(404).says("was used");
    eve.post(&local(&link), &FORM).await.expect(404);
}

#[tokio::test]
async fn a_set_up_link_ends_after_a_day_and_with_the_first_that_is_used() {
    let app = TestApp::new().await;
    let made = || async { local(&set_up::make_link(&app.system()).await.unwrap().url) };
    let late = made().await;
    app.pass(std::time::Duration::from_secs(24 * 3_600));
    Browser::new(&app).get(&late).await.expect(404);
    let (first, second) = (made().await, made().await);
    Browser::new(&app).fill(&first, &FORM).await.expect(303);
    Browser::new(&app).get(&second).await.expect(404);
}

#[tokio::test]
async fn what_is_wrong_stands_at_its_field_and_the_link_can_be_used_again() {
    let app = TestApp::new().await;
    let link = local(&set_up::make_link(&app.system()).await.unwrap().url);
    let mut ada = Browser::new(&app);
    for (field, value, says) in [
        ("username", "../ada", "A name has letters"),
        ("email", "nobody", "This is no mail address"),
        ("password", "short", "at least 12 characters"),
        ("password_confirmation", "another password", "The two passwords differ"),
    ] {
        let form = FORM.map(|(name, good)| (name, if name == field { value } else { good }));
        let refused = ada.fill(&link, &form).await.expect(422).says(says);
        assert!(
            refused.text.contains(&format!("id=\"{field}-problem\"")),
            "{}",
            refused.text
        );
        assert!(!refused.text.contains(PASSWORD), "a password is not shown again");
    }
    ada.fill(&link, &FORM).await.expect(303);
}

#[tokio::test]
async fn the_page_of_the_api_shows_the_way_to_sign_in() {
    let app = TestApp::new().await;
    let page = Browser::new(&app).get("/reference").await.expect(200);
    assert!(page.text.contains("href=\"/sign-in\""));
    let style = Browser::new(&app).get("/pages.css").await.expect(200);
    assert_eq!(style.headers["content-type"], "text/css; charset=utf-8");
}
