//! What a program is given for its token, and when that ends.

use std::time::Duration;

use serde_json::json;

use super::issuer::Key;
use super::site::{Site, account, exchange, refused};
use crate::support::document;

#[tokio::test]
async fn a_program_gets_a_token_that_can_what_its_account_can_and_no_more() {
    let site = Site::new().await;
    let given = site.exchange(&site.token(json!({}))).await.expect(200);
    assert_eq!(given.body["token_type"], "Bearer");
    assert_eq!(given.body["expires_in"], 3_600);
    assert_eq!(
        given.body["issued_token_type"],
        "urn:ietf:params:oauth:token-type:access_token"
    );
    assert!(given.headers["cache-control"].to_str().unwrap().contains("no-store"));
    let ci = site.caller(&given);
    let me = ci.get("/api/v2/account/details").await.expect(200);
    assert_eq!(me.id(), site.account);
    let workspace = format!("/api/v2/workspaces/{}", site.acme.workspace);
    ci.get(&workspace).await.expect(200);
    ci.delete(&workspace).await.expect(403);
    let rules = json!({"name": "another", "issuer": "https://example.com"});
    let path = "/api/v2/organizations/acme/trusted-issuers";
    ci.post(path, document("trusted-issuers", rules)).await.expect(403);
}

#[tokio::test]
async fn it_ends_with_its_time_and_is_told_in_the_audit_log_and_in_no_list() {
    let site = Site::new().await;
    let mut rule = site.rule("short", json!([{"claim": "repository", "equals": "acme/shop"}]));
    rule["token-minutes"] = json!(5);
    rule["scopes"] = json!(["organization.read", "workspace.read"]);
    site.change(json!({"rules": [rule]})).await.expect(200);
    let given = site.exchange(&site.token(json!({}))).await.expect(200);
    assert_eq!(given.body["expires_in"], 300);
    let ci = site.caller(&given);
    let runs = format!("/api/v2/workspaces/{}/runs", site.acme.workspace);
    ci.get(&format!("/api/v2/workspaces/{}", site.acme.workspace))
        .await
        .expect(200);
    ci.get(&runs).await.expect(403);
    let list = format!("/api/v2/service-accounts/{}/authentication-tokens", site.account);
    assert_eq!(site.acme.owner.get(&list).await.expect(200).ids(), Vec::<String>::new());
    let told = site.event("token.exchanged").await.unwrap();
    let changes = &told["attributes"]["changes"];
    assert_eq!(changes["given-for"]["rule"], "short");
    assert_eq!(changes["given-for"]["claims"]["repository"], "acme/shop");
    assert_eq!(
        changes["given-for"]["claims"]["sub"],
        "repo:acme/shop:ref:refs/heads/main"
    );
    let text = told.to_string();
    assert!(!text.contains(given.body["access_token"].as_str().unwrap()), "{text}");
    // Found by its id, and taken back like any.
    let id = told["attributes"]["object-id"].as_str().unwrap_or_default();
    let one = format!("/api/v2/authentication-tokens/{id}");
    assert_eq!(site.acme.owner.get(&one).await.expect(200).id(), id, "{told}");
    site.acme.app.pass(Duration::from_secs(299));
    ci.get("/api/v2/account/details").await.expect(200);
    site.acme.app.pass(Duration::from_secs(1));
    ci.get("/api/v2/account/details").await.expect(401);
}

#[tokio::test]
async fn it_ends_with_its_rule_its_issuer_its_account_and_by_itself() {
    let site = Site::new().await;
    let fresh = || async { site.caller(&site.exchange(&site.token(json!({}))).await.expect(200)) };
    let works = |caller: crate::support::Caller| async move { caller.get("/api/v2/account/details").await.status };
    let kept = fresh().await;
    let rules = json!([
        site.rule("plan", json!([{"claim": "repository", "equals": "acme/shop"}])),
        site.rule("more", json!([{"claim": "repository", "equals": "acme/web"}])),
    ]);
    site.change(json!({"name": "renamed", "rules": rules}))
        .await
        .expect(200);
    assert_eq!(
        works(kept.clone()).await,
        200,
        "another rule and a new name end nothing"
    );
    site.change(json!({"rules": [rules[1]]})).await.expect(200);
    assert_eq!(works(kept).await, 401, "the rule is gone");
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "no rule",
    );

    site.change(json!({"rules": rules})).await.expect(200);
    let (revoked, deleted, of_account) = (fresh().await, fresh().await, fresh().await);
    let form = format!("client_id=slipway-cli&token={}", {
        let given = site.exchange(&site.token(json!({}))).await.expect(200);
        given.body["access_token"].as_str().unwrap().to_owned()
    });
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let anybody = site.acme.app.anonymous();
    anybody
        .send("POST", "/oauth/revoke", &headers, form.clone().into())
        .await
        .expect(200);
    let text = form.rsplit('=').next().unwrap().to_owned();
    assert_eq!(works(site.acme.app.caller(&text)).await, 401, "it was given back");
    assert_eq!(works(revoked).await, 200);

    let path = format!("/api/v2/trusted-issuers/{}", site.trusted);
    site.acme.owner.delete(&path).await.expect(204);
    assert_eq!(works(deleted).await, 401, "the issuer is trusted no more");
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_target",
        "No organization \"acme\" trusts",
    );
    assert_eq!(works(of_account).await, 401);
}

#[tokio::test]
async fn a_suspended_or_deleted_account_is_given_nothing() {
    let site = Site::new().await;
    let given = site.exchange(&site.token(json!({}))).await.expect(200);
    let user = format!("/api/v2/admin/users/{}", site.account);
    let suspend = site
        .acme
        .owner
        .post(&format!("{user}/actions/suspend"), json!({}))
        .await;
    assert!(suspend.status < 300, "{} {}", suspend.status, suspend.text());
    site.caller(&given).get("/api/v2/account/details").await.expect(401);
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "suspended or gone",
    );
    let denied = site.event("trusted-issuer.denied").await.unwrap();
    assert!(denied.to_string().contains("suspended"), "{denied}");

    let path = format!("/api/v2/service-accounts/{}", site.account);
    site.acme.owner.delete(&path).await.expect(204);
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "suspended or gone",
    );
    let shown = format!("/api/v2/trusted-issuers/{}", site.trusted);
    let shown = site.acme.owner.get(&shown).await.expect(200);
    assert!(shown.attribute("rules")[0].get("service-account-name").is_none());
    // Another one of the same name is another one.
    account(&site.acme.owner, "acme", "ci").await;
    refused(
        &site.exchange(&site.token(json!({}))).await,
        "invalid_request",
        "suspended or gone",
    );
}

#[tokio::test]
async fn a_cluster_that_cannot_be_reached_is_known_by_the_keys_that_were_given() {
    let site = Site::new().await;
    let rules = json!([site.rule(
        "planner",
        json!([
            {"claim": "kubernetes.io.namespace", "equals": "ci"},
            {"claim": "kubernetes.io.serviceaccount.name", "equals": "planner"},
        ])
    )]);
    let (here, there) = (Key::new("here"), Key::new("there"));
    let cluster = "https://kubernetes.default.svc.cluster.local";
    for (name, key) in [("here", &here), ("there", &there)] {
        let change = json!({"issuer": cluster, "keys": {"keys": [key.public()]}, "rules": rules, "audience": name});
        site.trust(name, change).await.expect(201);
    }
    let pod = |audience: &str| {
        site.claims(json!({
            "iss": cluster, "aud": [audience], "sub": "system:serviceaccount:ci:planner",
            "kubernetes.io": {"namespace": "ci", "serviceaccount": {"name": "planner", "uid": "1"}},
        }))
    };
    let header = |name: &str| json!({"alg": "ES256", "kid": name});
    site.exchange(&here.sign(&header("here"), &pod("here")))
        .await
        .expect(200);
    site.exchange(&there.sign(&header("there"), &pod("there")))
        .await
        .expect(200);
    // One cluster's key does not sign for the other.
    let crossed = site.exchange(&here.sign(&header("here"), &pod("there"))).await;
    refused(&crossed, "invalid_request", "another audience");
    let forged = site.exchange(&here.sign(&header("there"), &pod("there"))).await;
    refused(&forged, "invalid_request", "The token is not taken");
}

#[tokio::test]
async fn the_account_is_named_where_several_fit() {
    let site = Site::new().await;
    let other = account(&site.acme.owner, "acme", "deployer").await;
    let mut deploy = site.rule("deploy", json!([{"claim": "ref", "equals": "refs/heads/main"}]));
    deploy["service-account"] = json!("deployer");
    let plan = site.rule("plan", json!([{"claim": "repository", "equals": "acme/shop"}]));
    let changed = site.change(json!({"rules": [plan, deploy]})).await.expect(200);
    assert_eq!(changed.attribute("rules")[1]["service-account"], json!(other));
    assert_eq!(changed.attribute("rules")[1]["service-account-name"], "deployer");
    let token = site.token(json!({}));
    refused(&site.exchange(&token).await, "invalid_target", "audience=acme/");
    for (name, id) in [("ci", &site.account), ("deployer", &other)] {
        let given = site.exchange_for(&token, &format!("acme/{name}")).await.expect(200);
        let me = site.caller(&given).get("/api/v2/account/details").await.expect(200);
        assert_eq!(me.id(), *id);
    }
    for name in ["nobody", "../ci", ""] {
        let refusal = site.exchange_for(&token, &format!("acme/{name}")).await;
        refused(&refusal, "invalid_request", "no rule");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_refused_and_not_passed_over() {
    let site = Site::new().await;
    let token = site.token(json!({}));
    let with = |more: (&'static str, &'static str)| {
        let app = &site.acme.app;
        let token = token.clone();
        async move { exchange(app, &[("subject_token", &token), ("audience", "acme"), more]).await }
    };
    refused(&with(("scope", "workspace.read")).await, "invalid_scope", "rule");
    refused(&with(("actor_token", "x")).await, "invalid_request", "actor_token");
    refused(
        &with(("resource", "https://elsewhere.example.com")).await,
        "invalid_target",
        "resource",
    );
    let refresh = "urn:ietf:params:oauth:token-type:refresh_token";
    refused(
        &with(("requested_token_type", refresh)).await,
        "invalid_request",
        "access tokens",
    );
    let saml = "urn:ietf:params:oauth:token-type:saml2";
    refused(&with(("subject_token_type", saml)).await, "invalid_request", "JWT");
    with(("resource", "https://slipway.example.com/")).await.expect(200);
    with(("subject_token_type", "urn:ietf:params:oauth:token-type:id_token"))
        .await
        .expect(200);
    let missing = exchange(&site.acme.app, &[("subject_token", &token)]).await;
    refused(&missing, "invalid_request", "audience");
    let missing = exchange(&site.acme.app, &[("audience", "acme")]).await;
    refused(&missing, "invalid_request", "subject_token");
    let described = site
        .acme
        .app
        .anonymous()
        .get("/.well-known/oauth-authorization-server")
        .await;
    assert!(described.expect(200).text().contains("token-exchange"));
}
