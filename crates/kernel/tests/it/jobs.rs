//! The server's own work: what becomes of a job that was slower than its lease.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use rstest::rstest;
use slipway_kernel::Ctx;
use slipway_kernel::queue::jobs::{self, Job, JobError, put_back, run_next};
use slipway_kernel::queue::{ItemState, NewItem, OnLost, WorkItem, store};

use crate::fixture::{Home, enqueue, item, organization, soon};

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

#[tokio::test]
async fn what_a_killed_server_had_begun_is_done_by_another_half_a_minute_later() {
    let home = Home::new();
    let ctx = home.start().await;
    let new = NewItem {
        kind: "test.quick",
        pool: "server".to_owned(),
        ..item(organization(&ctx).await, OnLost::Requeue)
    };
    let id = enqueue(&ctx, new).await;
    let killed = Job {
        kind: "test.quick",
        run: |_, _| std::future::pending().boxed(),
    };
    let jobs = HashMap::from([(killed.kind, killed)]);
    let killed = tokio::time::timeout(Duration::from_millis(500), run_next(&ctx, &jobs, "killed"));
    killed.await.unwrap_err();
    assert_eq!(put_back(&ctx).await.unwrap(), 0, "it might live");
    home.clock.advance(Duration::from_secs(31));
    assert_eq!(put_back(&ctx).await.unwrap(), 1);
    let quick = Job {
        kind: "test.quick",
        run: |_, _| std::future::ready(Ok(())).boxed(),
    };
    let jobs = HashMap::from([(quick.kind, quick)]);
    assert!(run_next(&ctx, &jobs, "another").await.unwrap());
    let done = store::get(ctx.db.reader(), id).await.unwrap();
    assert_eq!((done.state, done.attempt), (ItemState::Done, 2));
}

/// Ends when its lease was extended.
fn wait_for_a_longer_lease<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
    async move {
        ctx.clock.advance(Duration::from_secs(20));
        while store::get(ctx.db.reader(), item.id).await?.lease_until <= item.lease_until {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }
    .boxed()
}

#[tokio::test]
async fn a_job_that_takes_long_keeps_its_lease() {
    let home = Home::new();
    let ctx = home.start().await;
    let new = NewItem {
        kind: "test.long",
        pool: "server".to_owned(),
        ..item(organization(&ctx).await, OnLost::Requeue)
    };
    let id = enqueue(&ctx, new).await;
    let job = Job {
        kind: "test.long",
        run: wait_for_a_longer_lease,
    };
    let jobs = HashMap::from([(job.kind, job)]);
    let done = tokio::time::timeout(Duration::from_secs(60), run_next(&ctx, &jobs, "a"));
    assert!(done.await.unwrap().unwrap());
    assert_eq!(store::get(ctx.db.reader(), id).await.unwrap().state, ItemState::Done);
}

/// A job of the server about a subject.
async fn enqueue_job(ctx: &Ctx, kind: &'static str, subject: &str) -> slipway_api::ids::WorkItemId {
    let new = NewItem {
        organization: Some(organization(ctx).await),
        ..NewItem::job(kind, subject, serde_json::json!({}))
    };
    enqueue(ctx, new).await
}

fn never() -> Job {
    Job {
        kind: "test.never",
        run: |_, _| std::future::pending().boxed(),
    }
}

fn quick() -> Job {
    Job {
        kind: "test.quick",
        run: |_, _| std::future::ready(Ok(())).boxed(),
    }
}

async fn is_done(ctx: &Ctx, id: slipway_api::ids::WorkItemId) {
    while store::get(ctx.db.reader(), id).await.unwrap().state != ItemState::Done {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Items of this kind that are being done.
async fn held(ctx: &Ctx, ids: &[slipway_api::ids::WorkItemId]) -> usize {
    let mut held = 0;
    for id in ids {
        let item = store::get(ctx.db.reader(), *id).await.unwrap();
        held += usize::from(item.state == ItemState::Leased);
    }
    held
}

#[tokio::test]
async fn jobs_that_never_end_do_not_delay_quick_ones_of_another_kind() {
    let home = Home::new();
    let ctx = home.start().await;
    let mut slow = Vec::new();
    for number in 0..20 {
        slow.push(enqueue_job(&ctx, "test.never", &format!("thing-{number}")).await);
    }
    let jobs = Arc::new([never(), quick()].map(|job| (job.kind, job)).into_iter().collect());
    let worker = tokio::spawn({
        let ctx = ctx.clone();
        async move { jobs::run(&ctx, &jobs, "a").await }
    });
    soon(async {
        while held(&ctx, &slow).await < 6 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    for number in 0..3 {
        let id = enqueue_job(&ctx, "test.quick", &format!("other-{number}")).await;
        soon(is_done(&ctx, id)).await;
    }
    assert_eq!(held(&ctx, &slow).await, 6, "one kind never has all places");
    worker.abort();
}

#[tokio::test]
async fn what_takes_long_has_places_of_its_own() {
    let home = Home::new();
    let ctx = home.start().await;
    let mut long = Vec::new();
    for number in 0..20 {
        let new = NewItem::long_job("test.never", format!("thing-{number}"), serde_json::json!({}));
        long.push(enqueue(&ctx, new).await);
    }
    let jobs = Arc::new([never(), quick()].map(|job| (job.kind, job)).into_iter().collect());
    let worker = tokio::spawn({
        let ctx = ctx.clone();
        async move { jobs::run(&ctx, &jobs, "a").await }
    });
    soon(async {
        while held(&ctx, &long).await < 20 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let id = enqueue_job(&ctx, "test.quick", "other").await;
    soon(is_done(&ctx, id)).await;
    worker.abort();
    // Those of a server that was killed are put back as all others are.
    ctx.clock.advance(Duration::from_secs(31));
    assert_eq!(put_back(&ctx).await.unwrap(), 20);
}

#[tokio::test]
async fn items_of_one_kind_about_one_subject_are_never_done_at_once_by_no_two_replicas() {
    let home = Home::new();
    let (ctx, other) = (home.start().await, home.start().await);
    let mut about_one = Vec::new();
    for _ in 0..4 {
        about_one.push(enqueue_job(&ctx, "test.never", "thing").await);
    }
    let another = enqueue_job(&ctx, "test.quick", "thing").await;
    let workers = [ctx.clone(), other].map(|ctx| {
        let jobs = Arc::new([never(), quick()].map(|job| (job.kind, job)).into_iter().collect());
        tokio::spawn(async move { jobs::run(&ctx, &jobs, "a").await })
    });
    // Enqueued last: when it is done, both have seen the others.
    soon(is_done(&ctx, another)).await;
    let last = enqueue_job(&ctx, "test.quick", "another").await;
    soon(is_done(&ctx, last)).await;
    assert_eq!(held(&ctx, &about_one).await, 1);
    workers.iter().for_each(tokio::task::JoinHandle::abort);
}

static ORDER: Mutex<Vec<slipway_api::ids::WorkItemId>> = Mutex::new(Vec::new());

#[tokio::test]
async fn what_waited_for_its_subject_is_done_in_its_order() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let mut all = Vec::new();
    for _ in 0..12 {
        let new = NewItem {
            organization: Some(organization),
            ..NewItem::job("test.ordered", "thing", serde_json::json!({}))
        };
        all.push(enqueue(&ctx, new).await);
    }
    let ordered = Job {
        kind: "test.ordered",
        run: |_, item| {
            ORDER.lock().unwrap().push(item.id);
            std::future::ready(Ok(())).boxed()
        },
    };
    let jobs = Arc::new(HashMap::from([(ordered.kind, ordered)]));
    let worker = tokio::spawn({
        let ctx = ctx.clone();
        async move { jobs::run(&ctx, &jobs, "a").await }
    });
    for id in &all {
        soon(is_done(&ctx, *id)).await;
    }
    assert_eq!(*ORDER.lock().unwrap(), all);
    worker.abort();
}

#[tokio::test]
async fn what_was_done_yesterday_goes_and_what_waits_stays() {
    let home = Home::new();
    let ctx = home.start().await;
    let done = enqueue_job(&ctx, "test.quick", "thing").await;
    let jobs = HashMap::from([("test.quick", quick())]);
    assert!(run_next(&ctx, &jobs, "a").await.unwrap());
    let waiting = enqueue_job(&ctx, "test.quick", "thing").await;
    slipway_kernel::queue::sweep(&ctx).await.unwrap();
    assert!(
        store::find(ctx.db.reader(), done).await.unwrap().is_some(),
        "it may be looked at"
    );
    home.clock.advance(Duration::from_secs(90_000));
    slipway_kernel::queue::sweep(&ctx).await.unwrap();
    assert!(store::find(ctx.db.reader(), done).await.unwrap().is_none());
    assert!(store::find(ctx.db.reader(), waiting).await.unwrap().is_some());
}

/// Is told to come in ten minutes, each first time.
fn told_to_wait() -> Job {
    Job {
        kind: "test.told",
        run: |ctx, item| {
            let at = ctx.now().after(Duration::from_secs(600));
            let reason = "it asks to wait".to_owned();
            let outcome = if item.attempt == 1 {
                Err(JobError::Later { reason, at })
            } else {
                Ok(())
            };
            std::future::ready(outcome).boxed()
        },
    }
}

#[tokio::test]
async fn a_job_that_was_told_when_to_come_comes_then() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = enqueue_job(&ctx, "test.told", "forge").await;
    let jobs = HashMap::from([("test.told", told_to_wait())]);
    assert!(run_next(&ctx, &jobs, "a").await.unwrap());
    ctx.clock.advance(Duration::from_secs(599));
    assert!(!run_next(&ctx, &jobs, "a").await.unwrap(), "it is too early");
    ctx.clock.advance(Duration::from_secs(5));
    assert!(run_next(&ctx, &jobs, "a").await.unwrap());
    assert_eq!(store::get(ctx.db.reader(), id).await.unwrap().state, ItemState::Done);
}

#[tokio::test]
async fn what_waits_is_hastened_and_begins_to_count_anew() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = enqueue_job(&ctx, "test.told", "forge").await;
    let jobs = HashMap::from([("test.told", told_to_wait())]);
    assert!(run_next(&ctx, &jobs, "a").await.unwrap());
    let hasten = async |subject: &str| {
        let mut tx = ctx.begin().await.unwrap();
        let is_there = store::hasten(&mut tx, &ctx, "test.told", subject).await.unwrap();
        tx.commit().await.unwrap();
        is_there
    };
    assert!(!hasten("another").await);
    assert!(hasten("forge").await);
    let item = store::get(ctx.db.reader(), id).await.unwrap();
    assert_eq!((item.attempt, item.run_after), (0, ctx.now()));
    assert!(run_next(&ctx, &jobs, "a").await.unwrap(), "it is ready now");
}
