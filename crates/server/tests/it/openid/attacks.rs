//! Attempts to come in with an answer that is not one, and to lead people elsewhere.

use std::time::Duration;

use rstest::rstest;
use serde_json::json;

use super::Site;
use super::browser::{Browser, HOME, Shown};
use super::issuer::{CLIENT, Issuer, Lie};

async fn connected() -> (Site, Issuer, String) {
    let site = Site::new().await;
    let issuer = Issuer::start().await;
    let provider = site
        .add("liar", &issuer.url, CLIENT, json!({"creates-accounts": true}))
        .await;
    (site, issuer, provider)
}

/// The sign-in up to the address that the provider sends the browser back to.
async fn answered(browser: &mut Browser, provider: &str) -> String {
    let begun = browser.look(&format!("/sign-in/oidc/{provider}")).await.expect(303);
    let back = browser.look(begun.goes_to().unwrap().as_str()).await;
    let back = back.goes_to().unwrap().to_string();
    assert!(back.starts_with(HOME), "{back}");
    back
}

#[track_caller]
fn refused(browser: &Browser, shown: &Shown) {
    assert!(matches!(shown.status, 401 | 403), "{} {}", shown.status, shown.text);
    assert_eq!(browser.session(), None, "{}", shown.text);
}

#[rstest]
#[case(Lie::None, "the algorithm \"none\"")]
#[case(Lie::Shared, "the algorithm \"HS256\"")]
#[case(Lie::AnothersKey, "signature is not the issuer's")]
#[case(Lie::OwnKeyInside, "signature is not the issuer's")]
#[case(Lie::Issuer, "another issuer")]
#[case(Lie::IssuerAlmost, "another issuer")]
#[case(Lie::Audience, "another audience")]
#[case(Lie::AuthorizedParty, "another client")]
#[case(Lie::TwoAudiences, "another client")]
#[case(Lie::Expired, "has expired")]
#[case(Lie::NoEnd, "has expired")]
#[case(Lie::Future, "not valid yet")]
#[case(Lie::Nonce, "another sign-in")]
#[case(Lie::NoNonce, "another sign-in")]
#[case(Lie::AccessToken, "another access token")]
#[case(Lie::NoSubject, "whom it is about")]
#[case(Lie::Critical, "extensions")]
#[tokio::test]
async fn a_token_that_lies_lets_nobody_in_and_the_honest_one_does(#[case] lie: Lie, #[case] why: &str) {
    let (site, issuer, provider) = connected().await;
    issuer.lies(lie);
    let mut browser = site.browser();
    let shown = browser.open(&format!("/sign-in/oidc/{provider}")).await;
    refused(&browser, &shown);
    shown.says(why);
    assert_eq!(site.user("mallory").await, None);
    issuer.lies(Lie::Nothing);
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    assert!(browser.session().is_some());
}

#[tokio::test]
async fn an_answer_counts_once() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let back = answered(&mut browser, &provider).await;
    let kept = browser.cookies.clone();
    browser.look(&back).await.expect(303);
    let mut replaying = site.browser();
    replaying.cookies = kept;
    let shown = replaying.look(&back).await;
    refused(&replaying, &shown);
    shown.says("was finished already");
}

#[tokio::test]
async fn an_answer_that_comes_twice_at_once_signs_in_once() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let back = answered(&mut browser, &provider).await;
    let mut other = browser.clone();
    let (first, second) = tokio::join!(browser.look(&back), other.look(&back));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 401]);
}

#[tokio::test]
async fn an_account_is_not_linked_to_who_signed_in_in_between() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    let page = browser.open("/account/identities").await.expect(200);
    let mut form = page.clone();
    let place = page.text.find(&format!("/account/identities/{provider}/add")).unwrap();
    let place = page.text[..place].rfind("<form").unwrap();
    form.text = page.text[place..].to_owned();
    let onward = browser.send_and_stay(&form, &[]).await.expect(200);
    let back = browser
        .look(onward.goes_to().unwrap().as_str())
        .await
        .goes_to()
        .unwrap();
    // The session ends before the answer comes; whoever signs in now is somebody else.
    browser.send_and_stay(&page, &[]).await;
    assert_eq!(browser.session(), None);
    let shown = browser.look(back.as_str()).await;
    refused(&browser, &shown);
    shown.says("not signed in any more with the account");
}

#[tokio::test]
async fn an_answer_counts_in_the_browser_that_asked_and_nowhere_else() {
    let (site, _issuer, provider) = connected().await;
    let mut mallory = site.browser();
    let back = answered(&mut mallory, &provider).await;
    // Somebody else is made to open the address: he must not end up in Mallory's account.
    let mut victim = site.browser();
    let shown = victim.look(&back).await;
    refused(&victim, &shown);
    // Not even if he is in the middle of a sign-in of his own.
    answered(&mut victim, &provider).await;
    let shown = victim.look(&back).await;
    refused(&victim, &shown);
    // And that took nothing from the one who asked.
    mallory.look(&back).await.expect(303);
}

#[rstest]
#[case("state=wrong&code=a-code")]
#[case("code=a-code")]
#[case("")]
#[case("error=access_denied")]
#[tokio::test]
async fn an_answer_without_the_right_state_is_none(#[case] query: &str) {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    answered(&mut browser, &provider).await;
    let shown = browser
        .look(&format!("/sign-in/oidc/{provider}/callback?{query}"))
        .await;
    refused(&browser, &shown);
}

#[tokio::test]
async fn an_answer_comes_too_late_after_ten_minutes() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let back = answered(&mut browser, &provider).await;
    site.app.pass(Duration::from_secs(10 * 60));
    let shown = browser.look(&back).await;
    refused(&browser, &shown);
}

#[tokio::test]
async fn the_answer_of_one_provider_is_none_of_another() {
    let (site, _issuer, provider) = connected().await;
    let second = Issuer::start().await;
    let other = site
        .add("second", &second.url, CLIENT, json!({"creates-accounts": true}))
        .await;
    let mut browser = site.browser();
    let back = answered(&mut browser, &provider).await;
    let shown = browser.look(&back.replace(&provider, &other)).await;
    refused(&browser, &shown);
    // An answer that names another issuer than the one that was asked (RFC 9207).
    let back = answered(&mut browser, &provider).await;
    let shown = browser.look(&format!("{back}&iss={}", second.url)).await;
    refused(&browser, &shown);
}

#[tokio::test]
async fn who_does_not_agree_there_is_told_so_and_begins_again() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let state = browser.look(&format!("/sign-in/oidc/{provider}")).await.sends("state");
    let address = format!("/sign-in/oidc/{provider}/callback?state={state}&error=access_denied");
    let shown = browser.look(&address).await;
    refused(&browser, &shown);
    shown.says("\"liar\" did not let you in");
    let shown = browser.look(&address).await;
    refused(&browser, &shown);
    shown.says("was finished already");
}

#[tokio::test]
async fn the_reason_of_a_refusal_is_not_the_providers_text() {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let begun = browser.look(&format!("/sign-in/oidc/{provider}")).await;
    let state = begun.sends("state");
    let address = format!(
        "/sign-in/oidc/{provider}/callback?state={state}&error=%3Cscript%3E&error_description=call+555+and+say+your+password"
    );
    let shown = browser.look(&address).await;
    refused(&browser, &shown);
    assert!(
        !shown.text.contains("555") && !shown.text.contains("<script"),
        "{}",
        shown.text
    );
    shown.says("\"liar\" refused the sign-in.");
}

#[rstest]
#[case("https://evil.example/")]
#[case("//evil.example/")]
#[case("/\\evil.example/")]
#[case("/%09/evil.example/")]
#[case("javascript:alert(1)")]
#[tokio::test]
async fn nobody_is_led_away_after_signing_in(#[case] return_to: &str) {
    let (site, _issuer, provider) = connected().await;
    let mut browser = site.browser();
    let escaped: String = url::form_urlencoded::byte_serialize(return_to.as_bytes()).collect();
    let landed = browser
        .open(&format!("/sign-in/oidc/{provider}?return_to={escaped}"))
        .await;
    assert!(browser.session().is_some());
    assert!(landed.url.as_str().starts_with(&format!("{HOME}/")), "{}", landed.url);
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_the_one_that_is_signed_in() {
    let (site, _issuer, provider) = connected().await;
    let mut mallory = site.browser();
    mallory.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    let planted = mallory.session().unwrap().to_owned();
    let mut victim = site.browser();
    victim.cookies = mallory.cookies.clone();
    victim.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    assert_ne!(victim.session().unwrap(), planted, "the text is another one");
    let shown = mallory.open("/account").await;
    assert_eq!(shown.url.path(), "/sign-in", "the planted session ended");
}

#[tokio::test]
async fn unknown_keys_are_asked_for_seldom() {
    let (site, issuer, provider) = connected().await;
    let mut browser = site.browser();
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    let before = issuer.key_requests();
    for _ in 0..3 {
        issuer.lies(Lie::UnknownKey);
        let mut browser = site.browser();
        let shown = browser.open(&format!("/sign-in/oidc/{provider}")).await;
        refused(&browser, &shown);
    }
    assert_eq!(issuer.key_requests(), before + 1);
    site.app.pass(Duration::from_secs(30));
    site.browser().open(&format!("/sign-in/oidc/{provider}")).await;
    assert_eq!(issuer.key_requests(), before + 2);
}

#[tokio::test]
async fn signing_out_leads_through_the_provider_that_has_a_page_for_it() {
    let (site, issuer, provider) = connected().await;
    issuer.offers_sign_out();
    let mut browser = site.browser();
    browser.open(&format!("/sign-in/oidc/{provider}")).await.expect(200);
    let account = browser.open("/account").await.expect(200);
    // The first form of the page is the one that signs out.
    let shown = browser.send_and_stay(&account, &[]).await.expect(200);
    let url = shown.goes_to().unwrap();
    assert!(
        url.as_str()
            .starts_with(&format!("{}/sign-out?id_token_hint=ey", issuer.url)),
        "{url}"
    );
    assert_eq!(shown.sends("post_logout_redirect_uri"), format!("{HOME}/sign-in"));
    assert_eq!(browser.session(), None);
    let asked = browser.open("/account").await;
    assert_eq!(asked.url.path(), "/sign-in");
}
