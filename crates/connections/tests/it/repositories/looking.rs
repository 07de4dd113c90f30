//! Looking at repositories without being told.

use std::time::Duration;

use slipway_api::ids::RepositoryId;
use slipway_connections::repositories::RepositoryStatus;
use slipway_connections::repositories::service;
use slipway_connections::webhooks::looking::begin_due;
use slipway_kernel::clock::Clock;
use slipway_testing::git_server::Change;

use crate::home::{Home, announced, begin_use, connected, events, settle};

#[tokio::test]
async fn a_push_that_nobody_delivers_is_found_by_the_next_look() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    begin_use(&ctx, repository.id).await;
    settle(&ctx).await;
    assert_eq!(begin_due(&ctx).await.unwrap(), 0, "it was looked at just now");
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    home.clock.advance(Duration::from_secs(340));
    assert_eq!(begin_due(&ctx).await.unwrap(), 1);
    assert_eq!(begin_due(&ctx).await.unwrap(), 0, "once");
    settle(&ctx).await;
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}

#[tokio::test]
async fn a_repository_that_is_gone_says_so_once_and_comes_back() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    begin_use(&ctx, repository.id).await;
    settle(&ctx).await;
    let away = infra.path.with_extension("away");
    std::fs::rename(&infra.path, &away).unwrap();
    for _ in 0..3 {
        home.clock.advance(Duration::from_secs(4_000));
        begin_due(&ctx).await.unwrap();
        settle(&ctx).await;
    }
    let seen = service::get(&ctx, repository.id).await.unwrap();
    assert_eq!(seen.status, RepositoryStatus::Gone);
    assert_eq!(events(&ctx, repository.id, "repository.gone").await.len(), 1);
    std::fs::rename(&away, &infra.path).unwrap();
    home.clock.advance(Duration::from_secs(4_000));
    begin_due(&ctx).await.unwrap();
    settle(&ctx).await;
    assert_eq!(
        service::get(&ctx, repository.id).await.unwrap().status,
        RepositoryStatus::Ok
    );
    drop(server);
}

#[tokio::test]
async fn what_nothing_uses_is_forgotten_after_a_week_with_its_mirror() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (_server, _infra, repository) = connected(&ctx).await;
    settle(&ctx).await;
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let mirror = home
        .settings
        .server
        .data_dir
        .join("mirrors")
        .join(repository.id.to_string());
    slipway_connections::sweep(&ctx).await.unwrap();
    assert!(mirror.exists());
    home.clock.advance(Duration::from_secs(8 * 86_400));
    begin_due(&ctx).await.unwrap();
    settle(&ctx).await;
    assert!(service::get(&ctx, repository.id).await.is_err());
    slipway_connections::sweep(&ctx).await.unwrap();
    assert!(!mirror.exists());
}

#[tokio::test]
async fn a_repository_that_is_being_connected_keeps_its_mirror() {
    let home = Home::new();
    let ctx = home.start().await;
    let mirrors = home.settings.server.data_dir.join("mirrors");
    let new: RepositoryId = ctx.new_id().unwrap();
    let begun = mirrors.join(new.to_string());
    let long_ago = mirrors.join(RepositoryId::from_parts(0, 1).to_string());
    for mirror in [&begun, &long_ago] {
        std::fs::create_dir_all(mirror).unwrap();
    }
    slipway_connections::sweep(&ctx).await.unwrap();
    assert!(begun.exists() && !long_ago.exists());
}
