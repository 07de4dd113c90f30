//! Fetching once for all, announcing once wherever a process ends.

use std::collections::BTreeSet;

use slipway_api::Code;
use slipway_connections::repositories::RepositoryStatus;
use slipway_connections::repositories::service;
use slipway_testing::git_server::Change;

use crate::home::{Home, announced, connected, events, soon};

#[tokio::test]
async fn who_asks_while_a_fetch_waits_shares_the_next_one() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let before = server.http().counters().references;
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    let asking = (0..20).map(|_| service::synchronize(&ctx, &repository, &[]));
    let answers = futures::future::join_all(asking).await;
    assert!(answers.iter().all(Result::is_ok));
    let fetches = server.http().counters().references - before;
    // One that ran when the others asked, and one for all the others.
    assert!(fetches <= 2, "{fetches} fetches for 20 who asked");
    assert_eq!(
        announced(&ctx, repository.id).await.len(),
        1,
        "the push is announced once"
    );
}

#[tokio::test]
async fn what_was_fetched_and_not_announced_is_announced_by_the_next_process() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let second = infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    // The mirror is fetched as by a process that was killed before it wrote.
    let mirror = service::mirror(&ctx, &repository).await.unwrap();
    let remote = service::remote(&ctx, &repository).await.unwrap();
    mirror
        .fetch(&remote, &slipway_git::Refspec::heads_and_tags())
        .await
        .unwrap();
    // Another replica knows nothing of this process.
    let other = home.replica();
    let again = other.start().await;
    let updates = service::synchronize(&again, &repository, &[]).await.unwrap();
    assert_eq!(updates.len(), 1);
    assert_eq!(updates[0].after.as_deref(), Some(second.as_str()));
    assert!(service::synchronize(&again, &repository, &[]).await.unwrap().is_empty());
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}

#[tokio::test]
async fn replicas_that_fetch_at_once_announce_each_push_once_and_in_order() {
    let home = Home::new();
    let ctx = home.start().await;
    let other = home.replica();
    let replica = other.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    for number in 0..8 {
        infra
            .commit("main", "More", &[Change::file("main.tf", &format!("# {number}\n"))])
            .unwrap();
        let (first, second) = tokio::join!(
            service::synchronize(&ctx, &repository, &[]),
            service::synchronize(&replica, &repository, &[])
        );
        assert!(first.is_ok() && second.is_ok(), "{first:?} {second:?}");
    }
    let all = announced(&ctx, repository.id).await;
    assert_eq!(all.len(), 8);
    for pair in all.windows(2) {
        assert_eq!(pair[0][2], pair[1][1], "each goes on where the one before ended");
    }
}

#[tokio::test]
async fn forced_moves_new_and_deleted_refs_are_told() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    infra.commit("topic", "Topic", &[Change::file("a", "")]).unwrap();
    infra.git(&["tag", "v1", "main"]).unwrap();
    let first = service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let names: Vec<&str> = first.iter().map(|update| update.name.as_str()).collect();
    assert_eq!(names, ["refs/heads/topic", "refs/tags/v1"]);
    infra.replace("topic", None, "Other", &[Change::file("b", "")]).unwrap();
    infra.git(&["update-ref", "-d", "refs/tags/v1"]).unwrap();
    let second = service::synchronize(&ctx, &repository, &[]).await.unwrap();
    assert!(second[0].is_forced);
    assert_eq!(second[1].after, None);
}

#[tokio::test]
async fn a_lost_mirror_is_made_again_and_nothing_is_told_twice() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    std::fs::remove_dir_all(home.settings.server.data_dir.join("mirrors")).unwrap();
    let mirror = service::mirror(&ctx, &repository).await.unwrap();
    assert!(mirror.resolve("main").await.unwrap().is_some());
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}

#[tokio::test]
async fn many_refs_are_told_in_several_events() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    for number in 0..450 {
        infra
            .git(&["update-ref", &format!("refs/heads/topic-{number}"), "main"])
            .unwrap();
    }
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let pushed = events(&ctx, repository.id, "repository.pushed").await;
    assert_eq!(pushed.len(), 3);
    let names: BTreeSet<_> = announced(&ctx, repository.id)
        .await
        .into_iter()
        .map(|[name, ..]| name)
        .collect();
    assert_eq!(names.len(), 450);
}

#[tokio::test]
async fn a_pull_request_that_is_gone_does_not_keep_branches_from_being_fetched() {
    let home = Home::new();
    let ctx = home.start().await;
    let (_server, infra, repository) = connected(&ctx).await;
    let second = infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    infra.git(&["update-ref", "refs/pull/1/head", "main"]).unwrap();
    let wanted = ["refs/pull/1/head".to_owned(), "refs/pull/2/head".to_owned()];
    let updates = service::synchronize(&ctx, &repository, &wanted).await.unwrap();
    assert_eq!(updates[0].after.as_deref(), Some(second.as_str()));
    let known = service::synchronize(&ctx, &repository, &wanted[..1]).await.unwrap();
    assert!(known.is_empty(), "pull requests are no pushes: {known:?}");
    let mirror = service::mirror(&ctx, &repository).await.unwrap();
    assert!(mirror.resolve("refs/pull/1/head").await.unwrap().is_some());
}

#[tokio::test]
async fn a_revoked_password_is_said_on_the_repository_until_it_opens_again() {
    let home = Home::new();
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    server.http().require(Some(("ada", "lovelace")));
    let refused = soon(service::synchronize(&ctx, &repository, &[])).await.unwrap_err();
    assert_eq!(refused.code(), Code::Conflict);
    let seen = service::get(&ctx, repository.id).await.unwrap();
    assert_eq!(seen.status, RepositoryStatus::Refused);
    assert!(seen.error.unwrap().contains("credentials"));
    server.http().require(None);
    infra
        .commit("main", "Second", &[Change::file("main.tf", "# two\n")])
        .unwrap();
    service::synchronize(&ctx, &repository, &[]).await.unwrap();
    let seen = service::get(&ctx, repository.id).await.unwrap();
    assert_eq!((seen.status, seen.error), (RepositoryStatus::Ok, None));
    assert_eq!(announced(&ctx, repository.id).await.len(), 1);
}
