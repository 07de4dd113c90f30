//! Attempts to be let in without being meant.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};

use super::issuer::{Key, message};
use super::site::{HOME, Site, account, refused};
use crate::support::document;

#[rstest]
#[case(json!({"aud": "https://another.example.com"}), "another audience")]
#[case(json!({"aud": format!("{HOME}/")}), "another audience")]
#[case(json!({"aud": HOME.to_uppercase()}), "another audience")]
#[case(json!({"aud": ["sts.amazonaws.com"]}), "another audience")]
#[case(json!({"aud": {"0": HOME}}), "another audience")]
#[case(json!({"aud": null}), "another audience")]
#[case(json!({"exp": 1_763_679_900}), "has expired")]
#[case(json!({"exp": null}), "has expired")]
#[case(json!({"exp": "1863680000"}), "has expired")]
#[case(json!({"nbf": 1_763_680_120}), "not valid yet")]
#[case(json!({"iat": 1_763_680_120}), "not valid yet")]
#[case(json!({"sub": null}), "whom it is about")]
#[case(json!({"sub": ["repo:acme/shop"]}), "whom it is about")]
#[tokio::test]
async fn a_genuine_token_that_is_not_for_us_or_not_for_now_is_refused(#[case] change: Value, #[case] why: &str) {
    let site = Site::new().await;
    refused(&site.exchange(&site.token(change)).await, "invalid_request", why);
    let denied = site.event("trusted-issuer.denied").await.unwrap();
    let reason = denied["attributes"]["changes"]["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains(why), "{reason}");
}

#[tokio::test]
async fn a_token_that_nobody_signed_as_it_should_be_is_refused() {
    let site = Site::new().await;
    let (key, claims) = (site.issuer.key(), site.claims(json!({})));
    let other = Key::new("one");
    let header = |change: Value| {
        let mut header = json!({"alg": "ES256", "kid": "one"});
        header
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        header
    };
    let unsigned = |algorithm: &str| format!("{}.", message(&json!({"alg": algorithm, "kid": "one"}), &claims));
    let honest = key.sign(&header(json!({})), &claims);
    let body = honest.split('.').nth(1).unwrap();
    let changed = message(&json!({}), &site.claims(json!({"repository": "acme/other"})));
    for (token, why) in [
        (unsigned("none"), "\"none\""),
        (unsigned("None"), "\"None\""),
        (unsigned("ES256"), "signature"),
        (key.authenticate(&claims), "\"HS256\""),
        (other.sign(&header(json!({})), &claims), "signature"),
        (
            other.sign(&header(json!({"jwk": other.public()})), &claims),
            "signature",
        ),
        (
            other.sign(&header(json!({"jku": "http://127.0.0.1:1/keys"})), &claims),
            "signature",
        ),
        (other.sign(&json!({"alg": "ES256"}), &claims), "signature"),
        (key.sign(&header(json!({"alg": "ES384"})), &claims), "\"ES384\""),
        (key.sign(&header(json!({"alg": "RS256"})), &claims), "\"RS256\""),
        (key.sign(&header(json!({"crit": ["exp"]})), &claims), "extensions"),
        (
            key.sign(&header(json!({"kid": "two"})), &claims),
            "key that the issuer does not have",
        ),
        (honest.replace(body, changed.split('.').nth(1).unwrap()), "signature"),
        (format!("{honest}.more"), "not a signed token"),
    ] {
        refused(&site.exchange(&token).await, "invalid_request", why);
    }
    for token in ["", "a", "a.b.c", "..", "eyJhbGciOiJub25lIn0.e30.", &"a.".repeat(20_000)] {
        let refusal = site.exchange(token).await;
        assert_eq!(
            (refusal.status, &refusal.body["error"]),
            (400, &json!("invalid_request")),
            "{token:.20}"
        );
    }
    site.exchange(&honest).await.expect(200);
}

#[tokio::test]
async fn another_issuer_and_one_that_is_written_almost_alike_are_refused_alike() {
    let site = Site::new().await;
    let asked = |issuer: String| site.token(json!({"iss": issuer}));
    let almost = format!("{}/", site.issuer.url);
    for issuer in ["https://token.actions.githubusercontent.com", &almost, ""] {
        refused(
            &site.exchange(&asked(issuer.to_owned())).await,
            "invalid_target",
            "trusts the issuer",
        );
    }
    // Whether an organization is there is nobody's business.
    let text = |answer: crate::support::Answer| answer.body["error_description"].as_str().unwrap().to_owned();
    let token = asked("https://nobody.example.com".to_owned());
    let known = text(site.exchange_for(&token, "acme").await);
    let unknown = text(site.exchange_for(&token, "nothing").await);
    assert_eq!(known.replace("acme", "nothing"), unknown);
    assert_eq!(site.events("trusted-issuer.denied").await.len(), 0);
    assert_eq!(
        site.issuer.key_requests(),
        0,
        "nobody is asked before it is known that he is trusted"
    );
}

#[tokio::test]
async fn a_rule_of_another_organization_lets_nobody_in_here() {
    let site = Site::new().await;
    let owner = &site.acme.owner;
    owner
        .post(
            "/api/v2/organizations",
            document("organizations", json!({"name": "globex"})),
        )
        .await
        .expect(201);
    let theirs = account(owner, "globex", "ci").await;
    let rule =
        json!({"name": "all", "service-account": theirs, "conditions": [{"claim": "repository", "matches": "evil/*"}]});
    let trusted = json!({"name": "ci", "issuer": site.issuer.url, "rules": [rule]});
    let path = "/api/v2/organizations/globex/trusted-issuers";
    owner.post(path, document("trusted-issuers", trusted)).await.expect(201);
    let token = site.token(json!({"repository": "evil/shop"}));
    refused(&site.exchange_for(&token, "acme").await, "invalid_request", "no rule");
    refused(
        &site.exchange_for(&token, "acme/ci").await,
        "invalid_request",
        "no rule",
    );
    let given = site.exchange_for(&token, "globex").await.expect(200);
    let workspace = format!("/api/v2/workspaces/{}", site.acme.workspace);
    site.caller(&given).get(&workspace).await.expect(404);
    // Nor can a rule name an account of another organization, or a person.
    let person = site.acme.app.user(owner, "bob").await.0;
    for account in [theirs, person, "deployer".to_owned()] {
        let mut rule = site.rule("plan", json!([{"claim": "sub", "equals": "a"}]));
        rule["service-account"] = json!(account);
        let refused = site.change(json!({"rules": [rule]})).await.expect(422);
        assert_eq!(refused.pointer(), "/data/attributes/rules/0/service-account");
    }
}

#[tokio::test]
async fn unknown_keys_by_the_hundred_ask_the_issuer_once_in_a_while() {
    let site = Site::new().await;
    site.exchange(&site.token(json!({}))).await.expect(200);
    assert_eq!(site.issuer.key_requests(), 1);
    let key = Key::new("unheard-of");
    let flood: Vec<String> = (0..100)
        .map(|number| {
            key.sign(
                &json!({"alg": "ES256", "kid": format!("k{number}")}),
                &site.claims(json!({})),
            )
        })
        .collect();
    let answers = futures::future::join_all(flood.iter().map(|token| site.exchange(token))).await;
    assert!(answers.iter().all(|answer| answer.status == 400));
    assert_eq!(site.issuer.key_requests(), 2);
    // Nor does a flood fill the audit log.
    for token in flood.iter().take(30) {
        site.exchange(token).await;
    }
    assert!(site.events("trusted-issuer.denied").await.len() <= 100);
    // A key that is really new is found, though not by everybody at once.
    site.issuer.change_key("two");
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "does not have",
    );
    site.acme.app.pass(Duration::from_secs(31));
    site.exchange(&site.token(json!({}))).await.expect(200);
    assert_eq!(site.issuer.key_requests(), 3);
}

#[tokio::test]
async fn an_issuer_that_is_away_is_said_to_be_and_what_went_wrong_only_to_the_organization() {
    let site = Site::new().await;
    site.issuer.go_away();
    let away = site.exchange(&site.token(json!({}))).await.expect(503);
    assert!(away.error().1.contains("could not be asked"), "{}", away.text());
    assert!(!away.text().contains("127.0.0.1"), "{}", away.text());
    let denied = site.event("trusted-issuer.denied").await.unwrap();
    assert!(
        denied["attributes"]["changes"]["reason"]
            .as_str()
            .unwrap()
            .contains("503"),
        "{denied}"
    );
}

#[tokio::test]
async fn a_server_asks_nobody_in_networks_that_are_closed_to_it() {
    let site = Site::new().await;
    for issuer in [
        "https://169.254.169.254",
        "https://10.0.0.1",
        "https://[::ffff:10.0.0.1]",
    ] {
        let rules = json!([site.rule("a", json!([{"claim": "sub", "equals": "a"}]))]);
        let name = format!("closed-{}", issuer.len());
        site.trust(&name, json!({"issuer": issuer, "rules": rules}))
            .await
            .expect(201);
        site.exchange(&site.token(json!({"iss": issuer}))).await.expect(503);
        let denied = site.event("trusted-issuer.denied").await.unwrap();
        assert!(denied.to_string().contains("may not reach"), "{denied}");
    }
}
