//! What credentials lack, as far as their forge says it: against answers that are written after the forges' documentation.

use serde_json::{Value, json};
use slipway_connections::forges::ForgeKind;

use super::recorded::{Player, app_key, clock};

/// The rights that an account lacks, where a forge answers everything with the same.
async fn lacking(kind: ForgeKind, headers: Value, body: Value) -> Vec<String> {
    let player = Player::always(200, headers, body).await;
    let settings = json!({ "url": player.url, "api-url": player.url, "organization": "acme" });
    let forge = super::open(kind, &settings, &json!({ "token": "planted-secret-token" }), clock());
    let account = forge.account().await.unwrap();
    account.missing.into_iter().map(|missing| missing.right).collect()
}

#[tokio::test]
async fn a_forge_that_says_what_a_token_may_names_what_is_missing() {
    let user = json!({ "login": "ada", "id": 1 });
    let scopes = |scopes: &str| json!({ "x-oauth-scopes": scopes });
    let github = |given| lacking(ForgeKind::Github, scopes(given), user.clone());
    assert_eq!(github("repo, read:org").await, [] as [&str; 0]);
    assert_eq!(github("public_repo").await, ["repo", "read:org"]);
    // A fine-grained token says nothing.
    assert_eq!(
        lacking(ForgeKind::Github, json!({}), user.clone()).await,
        [] as [&str; 0]
    );

    let gitlab = |given: Value| {
        let body = json!({ "id": 1, "username": "ada", "scopes": given, "expires_at": "2027-01-01" });
        lacking(ForgeKind::Gitlab, json!({}), body)
    };
    assert_eq!(gitlab(json!(["api"])).await, [] as [&str; 0]);
    assert_eq!(gitlab(json!(["read_api", "read_repository"])).await, ["api"]);

    let user = json!({ "type": "user", "uuid": "{1}", "nickname": "ada", "account_id": "1" });
    let bitbucket = |given| lacking(ForgeKind::Bitbucket, scopes(given), user.clone());
    assert_eq!(
        bitbucket("account, repository, pullrequest:write, webhook").await,
        [] as [&str; 0]
    );
    assert!(bitbucket("account, repository").await.contains(&"webhook".to_owned()));

    let none = json!({ "values": [], "isLastPage": true });
    let header = json!({ "x-ausername": "ada" });
    assert_eq!(
        lacking(ForgeKind::BitbucketDataCenter, header, none).await,
        ["Repository admin"]
    );
}

#[tokio::test]
async fn an_app_lacks_what_its_installation_was_not_given() {
    let installation = json!([{
        "id": 99, "account": { "login": "platform", "id": 77, "type": "Organization" }, "app_id": 4242,
        "permissions": { "metadata": "read", "contents": "read", "statuses": "read" }, "suspended_at": null,
    }]);
    let exchanges = json!([
        {
            "request": { "method": "GET", "path": "/app" },
            "answer": { "status": 200, "body": { "id": 4242, "slug": "slipway-acme", "name": "Slipway Acme" } },
        },
        {
            "request": { "method": "GET", "path": "/app/installations", "query": "per_page=100" },
            "answer": { "status": 200, "body": installation },
        },
    ]);
    let player = Player::of(serde_json::from_value(exchanges).unwrap()).await;
    let settings = json!({ "api-url": player.url, "app-id": "4242" });
    let forge = super::open(
        ForgeKind::Github,
        &settings,
        &json!({ "private-key": app_key() }),
        clock(),
    );
    let missing = forge.account().await.unwrap().missing;
    let rights: Vec<&str> = missing.iter().map(|missing| missing.right.as_str()).collect();
    assert_eq!(
        rights,
        ["statuses: write", "pull_requests: write", "repository_hooks: write"]
    );
    player.finish();
}
