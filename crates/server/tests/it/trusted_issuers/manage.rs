//! Who may make rules, and to which accounts.

use serde_json::json;

use super::site::{Site, account};
use crate::support::document;

#[tokio::test]
async fn nobody_lets_others_act_as_an_account_that_has_what_he_lacks() {
    let site = Site::new().await;
    let strong = account(&site.acme.owner, "acme", "strong").await;
    site.acme.assign("acme", &strong, "admin", "acme").await;
    let weak = account(&site.acme.owner, "acme", "weak").await;
    let manager = site.acme.member("mia", "manage-organization-access", "acme").await;
    let body = |to: &str| {
        let rule = json!({"name": "r", "service-account": to, "conditions": [{"claim": "sub", "equals": "a"}]});
        json!({"rules": [rule]})
    };
    let new = |name: &str, to: &str| {
        let mut attributes = body(to);
        attributes["name"] = json!(name);
        attributes["issuer"] = json!("https://ci.example.com");
        document("trusted-issuers", attributes)
    };
    let path = "/api/v2/organizations/acme/trusted-issuers";
    let refused = manager.post(path, new("one", &strong)).await.expect(403);
    assert!(
        refused.error().1.contains("do not have there yourself"),
        "{}",
        refused.text()
    );
    let own = manager.post(path, new("one", &weak)).await.expect(201).id();
    let own = format!("/api/v2/trusted-issuers/{own}");
    manager
        .patch(&own, document("trusted-issuers", body(&strong)))
        .await
        .expect(403);

    // Of somebody else's issuer he may not change whom the tokens must be for, or by which keys they are told: either would
    // let him in as the strong account.
    let theirs = site.acme.owner.post(path, new("two", &strong)).await.expect(201).id();
    let theirs = format!("/api/v2/trusted-issuers/{theirs}");
    for change in [
        json!({"audience": "mine"}),
        json!({"keys": {"keys": [site.issuer.key().public()]}}),
        json!({"ca-certificate": "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----"}),
    ] {
        manager
            .patch(&theirs, document("trusted-issuers", change))
            .await
            .expect(403);
    }
    // He may add what he could add anywhere, and take away.
    let both = {
        let mut rules = body(&strong)["rules"].as_array().unwrap().clone();
        rules.push(json!({"name": "w", "service-account": weak, "conditions": [{"claim": "sub", "equals": "b"}]}));
        json!({"rules": rules})
    };
    manager
        .patch(&theirs, document("trusted-issuers", both))
        .await
        .expect(200);
    manager
        .patch(&theirs, document("trusted-issuers", json!({"rules": []})))
        .await
        .expect(200);
    manager.delete(&theirs).await.expect(204);
}

#[tokio::test]
async fn a_limited_token_makes_only_rules_as_limited() {
    let site = Site::new().await;
    let scopes = json!({"description": "x", "scopes": ["organization", "workspace.read"]});
    let me = site.acme.owner.get("/api/v2/account/details").await.expect(200).id();
    let made = document("authentication-tokens", scopes);
    let made = site
        .acme
        .owner
        .post(&format!("/api/v2/users/{me}/authentication-tokens"), made)
        .await
        .expect(201);
    let limited = site.acme.app.caller(made.attribute("token").as_str().unwrap());
    let weak = account(&site.acme.owner, "acme", "weak").await;
    let path = "/api/v2/organizations/acme/trusted-issuers";
    let body = |name: &str, scopes: serde_json::Value| {
        let rule = json!({"name": "r", "service-account": weak, "conditions": [{"claim": "sub", "equals": "a"}],
            "scopes": scopes});
        document(
            "trusted-issuers",
            json!({"name": name, "issuer": "https://ci.example.com", "rules": [rule]}),
        )
    };
    limited.post(path, body("one", json!(null))).await.expect(403);
    limited
        .post(path, body("one", json!(["workspace.run"])))
        .await
        .expect(403);
    limited
        .post(path, body("one", json!(["workspace.read"])))
        .await
        .expect(201);
    let refused = limited
        .post(path, body("two", json!(["workspace.reed"])))
        .await
        .expect(422);
    assert_eq!(refused.pointer(), "/data/attributes/rules/0/scopes/0");
}

#[tokio::test]
async fn two_who_add_rules_at_once_do_not_lose_one() {
    let site = Site::new().await;
    let path = format!("/api/v2/trusted-issuers/{}", site.trusted);
    let seen = site.acme.owner.get(&path).await.expect(200);
    let tag = seen.headers["etag"].to_str().unwrap();
    let change = |name: &str| {
        let rule = site.rule(name, json!([{"claim": "sub", "equals": name}]));
        document("trusted-issuers", json!({"rules": [rule]})).to_string()
    };
    let headers = [("content-type", "application/vnd.api+json"), ("if-match", tag)];
    let owner = &site.acme.owner;
    owner
        .send("PATCH", &path, &headers, change("a").into())
        .await
        .expect(200);
    owner
        .send("PATCH", &path, &headers, change("b").into())
        .await
        .expect(412);
}
