//! Rules: whom they let in, what a refusal tells, and which rules are never stored.

use rstest::rstest;
use serde_json::{Value, json};

use super::site::{Site, refused};

#[rstest]
#[case(json!([{"claim": "ref", "matches": "refs/heads/*"}]), json!({}), true)]
#[case(json!([{"claim": "ref", "matches": "refs/heads/*"}]), json!({"ref": "refs/tags/v1"}), false)]
#[case(json!([{"claim": "ref", "matches": "heads/*"}]), json!({}), false)]
#[case(json!([{"claim": "ref", "matches": "refs/heads"}]), json!({}), false)]
#[case(json!([{"claim": "ref", "equals": "refs/heads/*"}]), json!({}), false)]
#[case(json!([{"claim": "ref", "equals": "refs/heads/*"}]), json!({"ref": "refs/heads/*"}), true)]
#[case(json!([{"claim": "repository", "matches": "acme/*"}]), json!({"repository": "acme-evil/shop"}), false)]
#[case(json!([{"claim": "repository", "matches": "acme/*"}]), json!({"repository": "evil/acme/shop"}), false)]
#[case(json!([{"claim": "repository", "matches": "acme/*"}]), json!({"repository": "ACME/shop"}), false)]
#[case(json!([{"claim": "repository", "equals": "acme/shop"}]), json!({"repository": ["acme/shop"]}), false)]
#[case(json!([{"claim": "repository", "equals": "acme/shop"}]), json!({"repository": {"acme/shop": 1}}), false)]
#[case(json!([{"claim": "repository", "equals": "acme/shop"}]), json!({"repository": null}), false)]
#[case(json!([{"claim": "ref_protected", "equals": true}]), json!({"ref_protected": "true"}), false)]
#[case(json!([{"claim": "ref_protected", "equals": "true"}]), json!({"ref_protected": true}), false)]
#[case(json!([{"claim": "ref_protected", "equals": true}]), json!({"ref_protected": true}), true)]
#[case(json!([{"claim": "run", "equals": 1}]), json!({"run": "1"}), false)]
#[case(json!([{"claim": "run", "equals": 1}]), json!({"run": 1}), true)]
#[case(json!([{"claim": "a.b", "equals": "c"}]), json!({"a": {"b": "c"}}), true)]
#[case(json!([{"claim": "a.b", "equals": "c"}]), json!({"a": {"b": "d"}, "a.b": "c"}), false)]
#[case(json!([{"claim": "repository", "equals": "acme/shop"}, {"claim": "ref", "equals": "x"}]), json!({}), false)]
#[tokio::test]
async fn a_rule_lets_in_whom_it_describes(#[case] conditions: Value, #[case] claims: Value, #[case] expected: bool) {
    let site = Site::new().await;
    site.only(conditions).await;
    let answer = site.exchange(&site.token(claims)).await;
    assert_eq!(answer.status == 200, expected, "{}", answer.text());
}

#[tokio::test]
async fn a_refusal_tells_the_program_nothing_of_the_rules_and_the_organization_everything() {
    let site = Site::new().await;
    let rules = json!([
        site.rule(
            "plan",
            json!([{"claim": "repository", "equals": "acme/secret-project"}])
        ),
        site.rule("apply", json!([{"claim": "environment", "matches": "production-*"}])),
    ]);
    site.change(json!({"rules": rules})).await.expect(200);
    let refusal = site.exchange(&site.token(json!({}))).await;
    refused(&refusal, "invalid_request", "repo:acme/shop:ref:refs/heads/main");
    for hidden in ["secret-project", "environment", "production", "\"ci\"", "plan"] {
        assert!(!refusal.text().contains(hidden), "{hidden}: {}", refusal.text());
    }
    let denied = site.event("trusted-issuer.denied").await.unwrap();
    let changes = &denied["attributes"]["changes"];
    assert_eq!(changes["rules"]["plan"]["claim"], "repository");
    assert_eq!(changes["rules"]["apply"]["claim"], "environment");
    assert_eq!(changes["claims"]["repository"], "acme/shop");
    assert_eq!(denied["attributes"]["actor-kind"], "anonymous", "{denied}");
}

#[tokio::test]
async fn a_rule_that_everybody_could_meet_is_not_stored() {
    let site = Site::new().await;
    let github = json!("https://token.actions.githubusercontent.com");
    for (issuer, conditions, why) in [
        (json!(site.issuer.url), json!([]), "tells programs apart"),
        (
            json!(site.issuer.url),
            json!([{"claim": "aud", "equals": "x"}]),
            "tells programs apart",
        ),
        (
            json!(site.issuer.url),
            json!([{"claim": "sub", "matches": "*"}]),
            "tells programs apart",
        ),
        (
            github.clone(),
            json!([{"claim": "ref", "equals": "refs/heads/main"}]),
            "everybody in the world",
        ),
        (
            github.clone(),
            json!([{"claim": "repository", "matches": "acme*"}]),
            "everybody in the world",
        ),
        (
            github.clone(),
            json!([{"claim": "sub", "matches": "repo:*:ref:refs/heads/main"}]),
            "everybody in the world",
        ),
        (
            json!("https://gitlab.com"),
            json!([{"claim": "user_login", "equals": "ada"}]),
            "everybody in the world",
        ),
    ] {
        let rules = json!([site.rule("open", conditions.clone())]);
        let refused = site
            .trust("open", json!({"issuer": issuer, "rules": rules}))
            .await
            .expect(422);
        assert_eq!(refused.pointer(), "/data/attributes/rules/0/conditions", "{conditions}");
        assert!(refused.error().1.contains(why), "{}", refused.text());
    }
    let ours = json!([site.rule("ours", json!([{"claim": "repository", "matches": "acme/*"}]))]);
    let made = site
        .trust("github", json!({"issuer": github, "rules": ours}))
        .await
        .expect(201);
    assert_eq!(made.attribute("accepted-audience"), "https://slipway.example.com");
    let path = format!("/api/v2/trusted-issuers/{}", made.id());
    let open = json!([site.rule("open", json!([{"claim": "ref", "equals": "refs/heads/main"}]))]);
    let change = crate::support::document("trusted-issuers", json!({"rules": open}));
    site.acme.owner.patch(&path, change).await.expect(422);
}

#[tokio::test]
async fn the_audience_is_the_one_that_is_set() {
    let site = Site::new().await;
    site.change(json!({"audience": "slipway-of-acme"})).await.expect(200);
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "another audience",
    );
    site.exchange(&site.token(json!({"aud": "slipway-of-acme"})))
        .await
        .expect(200);
    site.exchange(&site.token(json!({"aud": ["other", "slipway-of-acme"]})))
        .await
        .expect(200);
    site.change(json!({"audience": null})).await.expect(200);
    site.exchange(&site.token(json!({}))).await.expect(200);
}
