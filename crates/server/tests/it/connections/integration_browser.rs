//! Connecting a forge by browser: there, back, and the renewal of what it gave. Gitea is a real one; GitHub, which makes
//! apps, answers as it documents it.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_testing::gitea;
use url::Url;

use super::integration_tests::reach_this_machine;
use super::integrations::{change, make};
use crate::sign_in::{Browser, account};
use crate::support::{Acme, TestApp};

const CALLBACK: &str = "http://127.0.0.1:8080/connections/callback";

/// Somebody who may change integrations, in a browser.
async fn administrator(acme: &Acme, name: &str) -> Browser {
    let id = account(&acme.app, name).await;
    acme.assign("acme", &id, "admin", "acme").await;
    let mut browser = Browser::new(&acme.app);
    browser.sign_in(name, crate::sign_in::PASSWORD).await;
    browser
}

/// Begins in the browser; gives the address that it is sent to.
async fn begin(browser: &mut Browser, integration: &str) -> String {
    let csrf = browser.csrf().await;
    let path = format!("/api/v2/integrations/{integration}/actions/authorize");
    let shown = browser
        .send("POST", &path, &[("x-csrf-token", &csrf)], String::new())
        .await
        .expect(200);
    let body: serde_json::Value = serde_json::from_str(&shown.text).unwrap();
    body["data"]["attributes"]["url"].as_str().unwrap().to_owned()
}

fn path_of(url: &str) -> String {
    let url = Url::parse(url).unwrap();
    format!("{}?{}", url.path(), url.query().unwrap())
}

async fn actions(acme: &Acme) -> Vec<String> {
    acme.owner
        .get("/api/v2/organizations/acme/events?page[size]=100")
        .await
        .expect(200)
        .column("action")
}

#[tokio::test]
async fn a_person_lets_us_into_gitea_and_the_tokens_are_renewed() {
    let acme = Acme::on(TestApp::with(reach_this_machine).await).await;
    let gitea = gitea::shared().unwrap();
    let owner = gitea::unique("owner");
    gitea.user(&owner).await.unwrap();
    let (client, secret) = gitea.application(&owner, CALLBACK).await.unwrap();
    let settings = json!({"url": gitea.url, "client-id": client, "client-secret": secret});
    let id = make(&acme, "gitea", "forge", settings).await;
    let path = format!("/api/v2/integrations/{id}");
    let test = || async {
        acme.owner
            .post(&format!("{path}/actions/test"), json!({}))
            .await
            .expect(200)
    };
    assert_eq!(
        acme.owner.get(&path).await.expect(200).attribute("needs-authorization"),
        true
    );
    let why = test().await.attribute("error").as_str().unwrap().to_owned();
    assert!(why.contains("somebody has to allow it in a browser"), "{why}");

    let mut mia = administrator(&acme, "mia").await;
    let mut bob = administrator(&acme, "bob").await;
    let there = begin(&mut mia, &id).await;
    let back = path_of(&gitea.allow(&owner, &there).await.unwrap());
    // What somebody was lured into opening, or opens without being signed in, counts for nothing.
    bob.get(&back).await.expect(409).says("begun by somebody else");
    assert!(
        Browser::new(&acme.app)
            .get(&back)
            .await
            .goes_to()
            .starts_with("/sign-in?")
    );
    let console = format!("href=\"/app/acme/settings/integrations/{id}\"");
    mia.get(&back).await.expect(200).says("is connected").says(&console);
    mia.get(&back).await.expect(409);

    let shown = acme.owner.get(&path).await.expect(200);
    assert_eq!(shown.attribute("needs-authorization"), false);
    let first = shown.attribute("expires-at").as_str().unwrap().to_owned();
    assert!(!shown.body.to_string().contains(&secret));
    assert_eq!(test().await.attribute("account"), owner.as_str());

    // Before the hour is over.
    acme.app.pass(Duration::from_secs(55 * 60));
    acme.app.settle().await;
    let renewed = acme.owner.get(&path).await.expect(200);
    assert!(
        renewed.attribute("expires-at").as_str().unwrap() > first.as_str(),
        "{renewed:?}"
    );
    assert_eq!(test().await.attribute("account"), owner.as_str());
    assert!(actions(&acme).await.contains(&"integration.renewed".to_owned()));

    // The application's secret is another now: somebody has to look, and is told.
    change(&acme, &id, json!({"settings": {"client-secret": "another"}}))
        .await
        .expect(200);
    acme.app.pass(Duration::from_secs(55 * 60));
    acme.app.settle().await;
    let shown = acme.owner.get(&path).await.expect(200);
    let why = shown.attribute("renewal-error").as_str().unwrap();
    assert!(why.contains("slipway integration authorize forge"), "{why}");
    assert!(actions(&acme).await.contains(&"integration.renewal-failed".to_owned()));
}

#[tokio::test]
async fn who_says_no_at_the_forge_changes_nothing() {
    let acme = Acme::new().await;
    let settings = json!({"url": "https://git.example.com", "client-id": "a", "client-secret": "s"});
    let id = make(&acme, "gitea", "forge", settings).await;
    let mut mia = administrator(&acme, "mia").await;
    let there = Url::parse(&begin(&mut mia, &id).await).unwrap();
    assert_eq!(there.host_str(), Some("git.example.com"));
    let value = |name: &str| {
        there
            .query_pairs()
            .find(|(found, _)| found == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(
        (value("redirect_uri").as_str(), value("code_challenge_method").as_str()),
        (CALLBACK, "S256")
    );
    let back = format!("/connections/callback?state={}&error=access_denied", value("state"));
    mia.get(&back)
        .await
        .expect(409)
        .says("access_denied")
        .says("begin again")
        .says(&format!("href=\"/app/acme/settings/integrations/{id}\""));
    let shown = acme.owner.get(&format!("/api/v2/integrations/{id}")).await.expect(200);
    assert_eq!(shown.attribute("needs-authorization"), true);
    let why = shown.attribute("authorization-error").as_str().unwrap();
    assert!(why.contains("access_denied"), "{why}");
    assert!(
        actions(&acme)
            .await
            .contains(&"integration.authorization-failed".to_owned())
    );
    // Ten minutes are enough.
    let there = Url::parse(&begin(&mut mia, &id).await).unwrap();
    let begun = acme.owner.get(&format!("/api/v2/integrations/{id}")).await.expect(200);
    assert_eq!(begun.attribute("authorization-error"), &Value::Null);
    let state = there
        .query_pairs()
        .find(|(name, _)| name == "state")
        .unwrap()
        .1
        .into_owned();
    acme.app.pass(Duration::from_secs(601));
    mia.get(&format!("/connections/callback?state={state}&code=a"))
        .await
        .expect(409);
    mia.get("/connections/callback?state=nothing&code=a").await.expect(409);
    // What has its token is not connected by browser.
    let stored = json!({"method": "token", "url": "https://git.example.com", "token": "t"});
    let stored = make(&acme, "gitea", "stored", stored).await;
    acme.owner
        .post(&format!("/api/v2/integrations/{stored}/actions/authorize"), json!({}))
        .await
        .expect(409);
}

#[tokio::test]
async fn a_recorded_github_makes_an_app() {
    let acme = Acme::on(TestApp::with(reach_this_machine).await).await;
    let (url, asked) = super::integration_tests::recorded(&[(
        "POST /api/v3/app-manifests/a-code/conversions",
        201,
        r#"{"id": 4711, "slug": "slipway-acme", "client_id": "Iv1.a", "client_secret": "hidden-client-secret",
            "webhook_secret": "hidden-webhook-secret", "pem": "-----BEGIN RSA PRIVATE KEY-----\nhidden\n-----END RSA PRIVATE KEY-----\n",
            "html_url": "https://github.example.com/apps/slipway-acme"}"#,
    )])
    .await;
    let id = make(
        &acme,
        "github",
        "hub",
        json!({"url": url, "github-organization": "acme"}),
    )
    .await;
    let mut mia = administrator(&acme, "mia").await;
    let begun = begin(&mut mia, &id).await;
    let page = mia.get(&path_of(&begun)).await.expect(200);
    let policy = page.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains(&format!("form-action {url}")), "{policy}");
    let state = begun.split_once("state=").unwrap().1;
    page.says(&format!("{url}/organizations/acme/settings/apps/new?state={state}"))
        .says("Continue to GitHub");
    let done = mia
        .get(&format!("/connections/callback?code=a-code&state={state}"))
        .await
        .expect(200);
    done.says("slipway-acme")
        .says("Install the app")
        .says(&format!("href=\"/app/acme/settings/integrations/{id}\""));
    assert_eq!(asked.lock().unwrap().len(), 1);
    let shown = acme.owner.get(&format!("/api/v2/integrations/{id}")).await.expect(200);
    assert_eq!(shown.attribute("settings")["app-id"], "4711");
    assert_eq!(shown.attribute("needs-authorization"), false);
    assert!(!shown.body.to_string().contains("hidden"), "{shown:?}");
}
