//! A burst of deliveries, while jobs are killed.

use std::sync::Arc;
use std::time::Duration;

use futures::stream::{self, StreamExt};
use http::StatusCode;
use slipway_kernel::clock::Clock;
use slipway_kernel::queue::jobs;
use slipway_testing::git_server::Change;

use super::site::{ByHand, get};
use crate::home::{Home, announced, connected, domain_jobs, settle, soon};

const DELIVERIES: usize = 1_000;
const PUSHES: usize = 20;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_deliveries_none_is_lost_and_none_doubled_though_the_worker_is_killed() {
    let mut home = Home::new();
    home.clock = Clock::manual("2026-11-21T09:00:00Z".parse().unwrap());
    let ctx = home.start().await;
    let (server, infra, repository) = connected(&ctx).await;
    let hook = ByHand::new(&ctx, repository.id).await;
    settle(&ctx).await;
    let fetches = server.http().counters().references;
    let work = |name: &'static str| {
        let (ctx, jobs) = (ctx.clone(), domain_jobs());
        tokio::spawn(async move { jobs::run(&ctx, &jobs, name).await })
    };
    let first = work("first");
    let pushing = tokio::task::spawn_blocking({
        let infra = infra.clone();
        move || {
            for number in 0..PUSHES {
                infra
                    .commit("main", "More", &[Change::file("main.tf", &format!("# {number}\n"))])
                    .unwrap();
            }
        }
    });
    let hook = Arc::new(hook);
    let answers = stream::iter(0..DELIVERIES).map(|number| {
        let hook = Arc::clone(&hook);
        async move { hook.deliver(format!("{{\"n\":{number}}}").as_bytes()).await.0 }
    });
    let mut answers = answers.buffer_unordered(32);
    let mut taken = 0;
    while let Some(status) = answers.next().await {
        assert_eq!(status, StatusCode::ACCEPTED);
        taken += 1;
        if taken == DELIVERIES / 2 {
            // As by SIGKILL: whatever it did is dropped where it stands.
            first.abort();
        }
    }
    pushing.await.unwrap();
    // One more after the last push, as every forge delivers.
    assert_eq!(hook.deliver(b"last").await.0, StatusCode::ACCEPTED);
    // What the killed one held is free when its lease ends.
    home.clock.advance(Duration::from_secs(31));
    let second = work("second");
    let waiting = format!(
        "/api/v2/repositories/{}/deliveries?filter[state]=received",
        repository.id
    );
    soon(async {
        while get(&hook.router, &waiting).await["meta"]["pagination"]["total-count"] != 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    second.abort();
    let handled = format!(
        "/api/v2/repositories/{}/deliveries?filter[state]=handled",
        repository.id
    );
    let count = get(&hook.router, &handled).await["meta"]["pagination"]["total-count"].clone();
    assert_eq!(count, DELIVERIES + 1);
    let all = announced(&ctx, repository.id).await;
    for pair in all.windows(2) {
        assert_eq!(pair[0][2], pair[1][1], "each goes on where the one before ended");
    }
    let tip = infra.git(&["rev-parse", "refs/heads/main"]).unwrap();
    assert_eq!(all.last().unwrap()[2], Some(tip));
    let fetches = server.http().counters().references - fetches;
    assert!(fetches < 200, "{fetches} fetches for {DELIVERIES} deliveries");
}
