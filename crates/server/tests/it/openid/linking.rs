//! One account, several ways in.

use sea_orm::ConnectionTrait;
use serde_json::json;
use slipway_testing::dex::{self, Dex};

use super::Site;
use crate::support::document;

/// An account with the mail address of the person at Dex; whether we know that its owner reads it.
async fn account(site: &Site, is_verified: bool) -> String {
    let body = document("users", json!({"username": "lovelace", "email": dex::EMAIL}));
    let id = site.admin.post("/api/v2/admin/users", body).await.expect(201).id();
    if is_verified {
        let tx = site.app.system().begin().await.unwrap();
        let sql = format!("UPDATE users SET is_email_verified = TRUE WHERE id = '{id}'");
        tx.execute_unprepared(&sql).await.unwrap();
        tx.commit().await.unwrap();
    }
    id
}

#[tokio::test]
async fn a_verified_address_on_both_sides_leads_into_the_account_if_the_site_wants_it() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let change = json!({"links-by-email": true, "creates-accounts": false});
    let provider = site.connect("dex", &mut dex, change).await;
    account(&site, true).await;
    let mut browser = site.browser();
    browser.sign_in_with_password(&provider, "").await.expect(200);
    browser.open("/account").await.expect(200).says("value=\"lovelace\"");
}

#[tokio::test]
async fn an_address_that_anybody_may_have_written_leads_into_no_account() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({"links-by-email": true})).await;
    account(&site, false).await;
    let mut browser = site.browser();
    let refused = browser.sign_in_with_password(&provider, "").await.expect(403);
    refused.says("There is an account with your mail address");
    assert_eq!(browser.session(), None);
}

#[tokio::test]
async fn without_the_sites_wish_nobody_gets_an_account_by_its_address() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    account(&site, true).await;
    let mut browser = site.browser();
    browser.sign_in_with_password(&provider, "").await.expect(200);
    let shown = browser.open("/account").await.expect(200).says("value=\"ada\"");
    assert!(
        !shown.text.contains(dex::EMAIL),
        "the address stays with the first account"
    );
}

#[tokio::test]
async fn an_identity_is_linked_by_hand_used_and_removed_but_not_the_last_way_in() {
    let site = Site::new().await;
    let (mut one, mut other) = (Dex::start().unwrap(), Dex::start().unwrap());
    let first = site.connect("one", &mut one, json!({})).await;
    let second = site
        .connect("other", &mut other, json!({"creates-accounts": false}))
        .await;
    let mut browser = site.browser();
    browser.sign_in_with_password(&first, "").await.expect(200);

    // The page has a form per identity and one per provider; the last is that of "other".
    let page = browser.open("/account/identities").await.expect(200);
    let mut form = page.clone();
    let place = page.text.find(&format!("/account/identities/{second}/add")).unwrap();
    let place = page.text[..place].rfind("<form").unwrap();
    form.text = page.text[place..].to_owned();
    let choice = browser.send(&form, &[]).await.expect(200);
    let login = browser.open(&choice.link("/auth/local")).await.expect(200);
    let consent = browser
        .send(&login, &[("login", dex::EMAIL), ("password", dex::PASSWORD)])
        .await;
    let landed = browser.send(&consent, &[("approval", "approve")]).await.expect(200);
    assert_eq!(landed.url.path(), "/account/identities");
    assert_eq!(landed.text.matches("name=\"key\"").count(), 2);

    let mut elsewhere = site.browser();
    elsewhere.sign_in_with_password(&second, "").await.expect(200);
    elsewhere.open("/account").await.expect(200).says("value=\"ada\"");

    let page = browser.open("/account/identities").await.expect(200);
    assert_eq!(page.url.path(), "/account/identities", "still signed in");
    let remove = |page: &super::browser::Shown| {
        let mut form = page.clone();
        let place = form.text.find("/remove").unwrap();
        let place = form.text[..place].rfind("<form").unwrap();
        form.text = form.text[place..].to_owned();
        form
    };
    let page = browser.send(&remove(&page), &[]).await.expect(200);
    assert_eq!(page.text.matches("name=\"key\"").count(), 1);
    let refused = browser.send(&remove(&page), &[]).await.expect(409);
    refused.says("Set a password first");
    // Whatever changes how somebody signs in ends the other sessions.
    let asked = elsewhere.open("/account").await.expect(200);
    assert_eq!(asked.url.path(), "/sign-in");
}
