//! The server's own work: what becomes of a job that was slower than its lease.

use std::collections::HashMap;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rstest::rstest;
use slipway_kernel::Ctx;
use slipway_kernel::queue::jobs::{Job, JobError, run_next};
use slipway_kernel::queue::{ItemState, NewItem, OnLost, WorkItem, store};

use crate::fixture::{Home, enqueue, item, organization};

/// Takes an hour the first time, during which its item is taken from it, and then no time at all.
async fn be_slow_once(ctx: &Ctx, item: &WorkItem) {
    if item.attempt == 1 {
        ctx.clock.advance(Duration::from_secs(3_600));
        let mut tx = ctx.begin().await.unwrap();
        assert_eq!(store::reap(&mut tx, ctx.now()).await.unwrap(), 1);
        tx.commit().await.unwrap();
    }
}

fn succeed<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
    be_slow_once(ctx, item).map(Ok).boxed()
}

fn fail<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
    let failed = |()| Err(JobError::Retry("something is away".to_owned()));
    be_slow_once(ctx, item).map(failed).boxed()
}

#[rstest]
#[case::and_succeeds(Job { kind: "test.slow", run: succeed }, ItemState::Done)]
#[case::and_fails(Job { kind: "test.slow", run: fail }, ItemState::Queued)]
#[tokio::test]
async fn a_job_that_outlives_its_lease_is_done_again(#[case] job: Job, #[case] state: ItemState) {
    let home = Home::new();
    let ctx = home.start().await;
    let new = NewItem {
        kind: "test.slow",
        pool: "server".to_owned(),
        ..item(organization(&ctx).await, OnLost::Requeue)
    };
    let id = enqueue(&ctx, new).await;
    let jobs = HashMap::from([(job.kind, job)]);
    assert!(run_next(&ctx, &jobs, "a").await.unwrap(), "the worker goes on");
    assert!(run_next(&ctx, &jobs, "a").await.unwrap(), "the item is there again");
    assert_eq!(store::get(ctx.db.reader(), id).await.unwrap().state, state);
}
