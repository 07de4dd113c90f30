//! Groups of a provider become teams, for as long as it says so.

use serde_json::json;
use slipway_testing::dex::Dex;

use super::Site;
use super::issuer::{CLIENT, Issuer};
use crate::support::document;

/// An organization "acme" with a team that follows the group "ops" and may read everything.
async fn team(site: &Site) {
    let acme = document("organizations", json!({"name": "acme", "email": "acme@example.com"}));
    site.admin.post("/api/v2/organizations", acme).await.expect(201);
    let wanted = document("teams", json!({"name": "operators", "sso-team-id": "ops"}));
    let made = site
        .admin
        .post("/api/v2/organizations/acme/teams", wanted)
        .await
        .expect(201);
    let role = json!({"subject": made.id(), "role": "read", "scope": "acme"});
    let path = "/api/v2/organizations/acme/role-assignments";
    site.admin
        .post(path, document("role-assignments", role))
        .await
        .expect(201);
}

#[tokio::test]
async fn a_group_gives_a_team_and_losing_it_takes_the_team_and_what_tokens_could() {
    follow_groups(Site::new().await).await;
}

#[tokio::test]
async fn groups_are_followed_on_mariadb_too() {
    follow_groups(Site::on(Some(slipway_testing::mariadb::database().unwrap())).await).await;
}

async fn follow_groups(site: Site) {
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({})).await;
    team(&site).await;
    let person = |groups: &[&str]| site.browser().behind_proxy("grace", "grace@example.com", groups);

    person(&["dev", "ops"]).sign_in_by_proxy(&provider).await.expect(200);
    let grace = site.user("grace").await.unwrap();
    let token = site.token(&grace).await;
    token.get("/api/v2/organizations/acme").await.expect(200);

    // Another sign-in with the same groups changes nothing; one without the group takes it all, at once.
    person(&["ops"]).sign_in_by_proxy(&provider).await.expect(200);
    token.get("/api/v2/organizations/acme").await.expect(200);
    person(&["dev"]).sign_in_by_proxy(&provider).await.expect(200);
    token.get("/api/v2/organizations/acme").await.expect(404);
    person(&["ops"]).sign_in_by_proxy(&provider).await.expect(200);
    token.get("/api/v2/organizations/acme").await.expect(200);

    // A provider that is gone has put nobody anywhere.
    let path = format!("/api/v2/identity-providers/{provider}");
    site.admin.delete(&path).await.expect(204);
    token.get("/api/v2/organizations/acme").await.expect(404);
}

#[tokio::test]
async fn a_provider_whose_groups_are_not_used_puts_nobody_into_teams() {
    let site = Site::new().await;
    let mut dex = Dex::start().unwrap();
    let provider = site.connect("dex", &mut dex, json!({"groups-claim": null})).await;
    team(&site).await;
    let mut browser = site.browser().behind_proxy("grace", "grace@example.com", &["ops"]);
    browser.sign_in_by_proxy(&provider).await.expect(200);
    let grace = site.user("grace").await.unwrap();
    site.token(&grace)
        .await
        .get("/api/v2/organizations/acme")
        .await
        .expect(404);
}

#[tokio::test]
async fn groups_that_are_told_beside_the_token_count_if_they_are_the_same_persons() {
    let site = Site::new().await;
    let issuer = Issuer::start().await;
    issuer.tells(json!({"sub": "mallory", "groups": ["ops"]}));
    let provider = site
        .add("issuer", &issuer.url, CLIENT, json!({"creates-accounts": true}))
        .await;
    team(&site).await;
    let sign_in = format!("/sign-in/oidc/{provider}");
    site.browser().open(&sign_in).await.expect(200);
    let token = site.token(&site.user("mallory").await.unwrap()).await;
    token.get("/api/v2/organizations/acme").await.expect(200);

    issuer.tells(json!({"sub": "somebody-else", "groups": ["ops"]}));
    let mut browser = site.browser();
    browser.open(&sign_in).await.expect(503).says("speaks of somebody else");
    assert_eq!(browser.session(), None);
    issuer.tells(json!({"sub": "mallory"}));
    site.browser().open(&sign_in).await.expect(200);
    token.get("/api/v2/organizations/acme").await.expect(404);
}

#[tokio::test]
async fn a_team_can_follow_the_group_of_one_provider_only() {
    let site = Site::new().await;
    let (mut ours, mut theirs) = (Dex::start().unwrap(), Dex::start().unwrap());
    let first = site.connect("ours", &mut ours, json!({})).await;
    let second = site.connect("theirs", &mut theirs, json!({})).await;
    let acme = document("organizations", json!({"name": "acme"}));
    site.admin.post("/api/v2/organizations", acme).await.expect(201);
    let wanted = |provider: &str| {
        document(
            "teams",
            json!({"name": "operators", "sso-team-id": "ops", "sso-provider": provider}),
        )
    };
    let teams = "/api/v2/organizations/acme/teams";
    let refused = site.admin.post(teams, wanted("nobody")).await.expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/sso-provider");
    let made = site.admin.post(teams, wanted("ours")).await.expect(201);
    assert_eq!(made.attribute("sso-provider"), "ours");
    let path = format!("/api/v2/teams/{}", made.id());
    let count = async || {
        site.admin
            .get(&path)
            .await
            .expect(200)
            .attribute("users-count")
            .as_u64()
            .unwrap()
    };
    let person = |name: &str| {
        site.browser()
            .behind_proxy(name, &format!("{name}@example.com"), &["ops"])
    };
    // Whoever runs the other provider can make groups of any name there.
    person("mallory").sign_in_by_proxy(&second).await.expect(200);
    assert_eq!(count().await, 0);
    person("grace").sign_in_by_proxy(&first).await.expect(200);
    assert_eq!(count().await, 1);
    // By any provider again.
    let any = document("teams", json!({"sso-provider": null}));
    assert_eq!(
        *site.admin.patch(&path, any).await.expect(200).attribute("sso-provider"),
        json!(null)
    );
    person("mallory").sign_in_by_proxy(&second).await.expect(200);
    assert_eq!(count().await, 2);
}
