//! A hook that a person set: forged, doubled, huge, late deliveries.

use std::time::Duration;

use http::{Method, StatusCode};
use serde_json::Value;
use slipway_api::ids::WebhookId;
use slipway_kernel::clock::Clock;
use slipway_testing::git_server::Change;

use super::site::{ByHand, ask, get, post, signature};
use crate::home::{Home, announced, connected, events, settle};

async fn rows(hook: &ByHand, repository: impl std::fmt::Display) -> Vec<Value> {
    let listed = get(&hook.router, &format!("/api/v2/repositories/{repository}/deliveries")).await;
    listed["data"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_signed_delivery_is_fetched_and_announced_with_its_id() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    let (status, body) = hook.deliver(b"{\"n\":1}").await;
    assert_eq!(status, StatusCode::ACCEPTED);
    settle(&ctx).await;
    let pushed = events(&ctx, repository.id, "repository.pushed").await;
    assert_eq!(pushed[0].changes["delivery"], body["delivery"]);
    let rows = rows(&hook, repository.id).await;
    assert_eq!(rows[0]["attributes"]["state"], "handled");
    assert_eq!(rows[0]["attributes"]["event"], "push");
    let id = rows[0]["id"].as_str().unwrap();
    let one = get(&hook.router, &format!("/api/v2/deliveries/{id}")).await;
    assert_eq!(one["data"]["attributes"]["body"], "{\"n\":1}");
    let headers = one["data"]["attributes"]["headers"].as_object().unwrap();
    assert_eq!(headers["x-request-id"], "7");
    assert!(headers.keys().all(|name| !name.contains("signature")), "{headers:?}");
}

#[tokio::test]
async fn the_same_delivery_again_is_the_first_one_again() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    let first = hook.deliver(b"{\"n\":1}").await;
    let second = hook.deliver(b"{\"n\":1}").await;
    settle(&ctx).await;
    let third = hook.deliver(b"{\"n\":1}").await;
    settle(&ctx).await;
    assert_eq!(first, second);
    assert_eq!(first, third);
    assert_eq!(rows(&hook, repository.id).await.len(), 1);
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}

#[tokio::test]
async fn a_forged_delivery_leaves_nothing_but_a_number() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    let body = b"{\"n\":1}";
    for wrong in [
        signature("another", body),
        signature(&hook.secret, b"{\"n\":2}"),
        String::new(),
        "sha256=".to_owned(),
    ] {
        let (status, _) = hook.deliver_signed(body, &wrong).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{wrong}");
    }
    settle(&ctx).await;
    assert!(rows(&hook, repository.id).await.is_empty());
    let shown = get(&hook.router, &format!("/api/v2/repositories/{}/webhook", repository.id)).await;
    assert_eq!(
        shown["data"]["attributes"]["refused"], 1,
        "the first is written at once, the others later"
    );
    let unknown: WebhookId = ctx.new_id().unwrap();
    let elsewhere = ByHand {
        path: format!("/webhooks/{unknown}"),
        ..hook
    };
    assert_eq!(elsewhere.deliver(body).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_large_body_is_kept_and_a_huge_one_refused() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    let large = vec![b'a'; 1 << 20];
    let (status, body) = hook.deliver(&large).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    settle(&ctx).await;
    let id = body["delivery"].as_str().unwrap();
    let one = get(&hook.router, &format!("/api/v2/deliveries/{id}")).await;
    assert_eq!(one["data"]["attributes"]["body"].as_str().unwrap().len(), large.len());
    let (status, _) = hook.deliver(&vec![b'a'; (5 << 20) + 1]).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_former_secret_counts_for_a_while_and_then_no_more() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    let former = ByHand::new(&ctx, repository.id).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    assert_ne!(former.secret, hook.secret);
    for (number, hook) in [&former, &hook].into_iter().enumerate() {
        let body = number.to_string();
        assert_eq!(hook.deliver(body.as_bytes()).await.0, StatusCode::ACCEPTED);
    }
    home.clock.advance(Duration::from_secs(90_000));
    assert_eq!(former.deliver(b"later").await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(hook.deliver(b"later").await.0, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn what_is_delivered_while_the_server_is_away_is_handled_when_it_is_back() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    server.http().answer(Some(503));
    hook.deliver(b"1").await;
    settle(&ctx).await;
    assert_eq!(rows(&hook, repository.id).await[0]["attributes"]["state"], "received");
    server.http().answer(None);
    home.clock.advance(Duration::from_secs(10));
    settle(&ctx).await;
    assert_eq!(rows(&hook, repository.id).await[0]["attributes"]["state"], "handled");
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}

#[tokio::test]
async fn a_delivery_that_failed_is_handled_again_when_somebody_says_so() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    server.http().require(Some(("ada", "lovelace")));
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    let (_, body) = hook.deliver(b"1").await;
    settle(&ctx).await;
    let failed = rows(&hook, repository.id).await;
    assert_eq!(failed[0]["attributes"]["state"], "failed");
    assert!(
        failed[0]["attributes"]["note"]
            .as_str()
            .unwrap()
            .contains("credentials")
    );
    server.http().require(None);
    let again = format!(
        "/api/v2/deliveries/{}/actions/redeliver",
        body["delivery"].as_str().unwrap()
    );
    let marked = post(&hook.router, &again).await;
    assert_eq!(marked["data"]["attributes"]["redeliveries"], 1);
    let (status, _) = ask(&hook.router, Method::POST, &again).await;
    assert_eq!(status, StatusCode::CONFLICT, "it waits already");
    settle(&ctx).await;
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
    assert_eq!(events(&ctx, repository.id, "webhook.redelivered").await.len(), 1);
}

#[tokio::test]
async fn old_deliveries_go() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    crate::home::begin_use(&ctx, repository.id).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    hook.deliver(&vec![b'a'; 1 << 20]).await;
    settle(&ctx).await;
    home.clock.advance(Duration::from_secs(31 * 86_400));
    hook.deliver(b"new").await;
    slipway_connections::sweep(&ctx).await.unwrap();
    assert_eq!(rows(&hook, repository.id).await.len(), 1);
}
