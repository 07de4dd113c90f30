//! The work queue on a real database: one holder at a time, nothing lost, nothing done twice that must not be.

use std::collections::HashSet;
use std::time::Duration;

use slipway_api::Code;
use slipway_kernel::Ctx;
use slipway_kernel::queue::store;
use slipway_kernel::queue::{ItemState, NewItem, OnLost, WorkItem};

use crate::fixture::{Home, claim, enqueue, item, organization};

const MINUTE: Duration = Duration::from_secs(60);

async fn begin(ctx: &Ctx, held: &WorkItem) -> slipway_kernel::Result<()> {
    let tx = ctx.begin().await?;
    store::begin(&tx, held.id, held.fence, ctx.now()).await?;
    tx.commit().await
}

async fn reap(ctx: &Ctx) -> usize {
    let mut tx = ctx.begin().await.unwrap();
    let count = store::reap(&mut tx, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    count
}

#[tokio::test]
async fn an_item_is_claimed_once_and_finished_by_its_holder() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let held = claim(&ctx, "a").await.unwrap();
    assert_eq!((held.id, held.fence, held.attempt), (id, 1, 1));
    assert_eq!(held.payload["n"], 1);
    assert!(claim(&ctx, "b").await.is_none());
    let mut tx = ctx.begin().await.unwrap();
    store::finish(&mut tx, id, held.fence, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store::get(ctx.db.reader(), id).await.unwrap().state, ItemState::Done);
    assert!(claim(&ctx, "b").await.is_none());
}

#[tokio::test]
async fn an_item_of_a_transaction_that_failed_does_not_exist() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let mut tx = ctx.begin().await.unwrap();
    slipway_kernel::queue::enqueue(&mut tx, &ctx, item(organization, OnLost::Requeue))
        .await
        .unwrap();
    drop(tx);
    assert!(claim(&ctx, "a").await.is_none());
}

#[tokio::test]
async fn twenty_claimers_at_once_never_share_an_item() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    for _ in 0..15 {
        enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    }
    let owners: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    let mut held = HashSet::new();
    // A claimer that lost every race may come back with nothing; it asks again, as a runner does.
    while held.len() < 15 {
        let claims = futures::future::join_all(owners.iter().map(|owner| claim(&ctx, owner))).await;
        for item in claims.into_iter().flatten() {
            assert!(held.insert(item.id), "{} was claimed twice", item.id);
        }
    }
    assert!(claim(&ctx, "late").await.is_none());
}

#[tokio::test]
async fn a_heartbeat_keeps_an_item_and_silence_loses_it() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let held = claim(&ctx, "a").await.unwrap();
    home.clock.advance(MINUTE / 2);
    let tx = ctx.begin().await.unwrap();
    store::heartbeat(&tx, id, held.fence, ctx.now().after(MINUTE))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(MINUTE / 2 + Duration::from_secs(1));
    assert_eq!(reap(&ctx).await, 0, "the heartbeat counts");
    home.clock.advance(MINUTE);
    assert_eq!(reap(&ctx).await, 1);
    assert!(store::held(ctx.db.reader(), id, held.fence).await.is_err());
    let again = claim(&ctx, "b").await.unwrap();
    assert_eq!((again.id, again.fence, again.attempt), (id, 2, 2));
}

#[tokio::test]
async fn every_write_with_a_stale_fence_is_refused() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let old = claim(&ctx, "a").await.unwrap();
    home.clock.advance(2 * MINUTE);
    reap(&ctx).await;
    let new = claim(&ctx, "b").await.unwrap();
    let mut tx = ctx.begin().await.unwrap();
    let until = ctx.now().after(MINUTE);
    let refused = [
        store::heartbeat(&tx, id, old.fence, until).await.map(drop),
        store::finish(&mut tx, id, old.fence, ctx.now()).await,
        store::held(&*tx, id, old.fence).await.map(drop),
    ];
    for answer in refused {
        assert_eq!(answer.unwrap_err().code(), Code::StaleLease);
    }
    store::retry(&mut tx, &old, ctx.now(), "too late").await.ok();
    tx.commit().await.unwrap();
    let held = store::held(ctx.db.reader(), id, new.fence).await.unwrap();
    assert_eq!(held.lease_owner.as_deref(), Some("b"), "the new holder noticed nothing");
}

#[tokio::test]
async fn what_may_have_changed_the_world_is_never_done_again_by_itself() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Report)).await;
    let held = claim(&ctx, "a").await.unwrap();
    begin(&ctx, &held).await.unwrap();
    home.clock.advance(2 * MINUTE);
    reap(&ctx).await;
    assert!(claim(&ctx, "b").await.is_none());
    let lost = store::lost(ctx.db.reader(), &["run.plan"]).await.unwrap();
    assert_eq!(lost.iter().map(|item| item.id).collect::<Vec<_>>(), [id]);
    let tx = ctx.begin().await.unwrap();
    store::withdraw(&tx, id, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store::lost(ctx.db.reader(), &["run.plan"]).await.unwrap().is_empty());
    assert!(store::held(ctx.db.reader(), id, held.fence).await.is_err());
}

#[tokio::test]
async fn what_its_holder_never_began_goes_to_the_next_one() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    enqueue(&ctx, item(organization, OnLost::Report)).await;
    let unheard = claim(&ctx, "a").await.unwrap();
    home.clock.advance(2 * MINUTE);
    reap(&ctx).await;
    assert_eq!(begin(&ctx, &unheard).await.unwrap_err().code(), Code::StaleLease);
    let next = claim(&ctx, "b").await.unwrap();
    assert_eq!((next.id, next.attempt), (unheard.id, 1));
    begin(&ctx, &next).await.unwrap();
    home.clock.advance(2 * MINUTE);
    reap(&ctx).await;
    assert!(claim(&ctx, "c").await.is_none(), "it was begun");
}

#[tokio::test]
async fn what_nobody_ever_begins_is_not_given_out_for_ever() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Report)).await;
    let mut claims = 0;
    while claim(&ctx, "a").await.is_some() {
        claims += 1;
        home.clock.advance(2 * MINUTE);
        reap(&ctx).await;
    }
    assert_eq!(claims, 10);
    let lost = store::lost(ctx.db.reader(), &["run.plan"]).await.unwrap();
    assert_eq!(lost.iter().map(|item| item.id).collect::<Vec<_>>(), [id]);
}

#[tokio::test]
async fn a_failing_item_waits_comes_again_and_is_dead_after_its_attempts() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    for attempt in 1..=3 {
        let held = claim(&ctx, "a").await.unwrap();
        assert_eq!(held.attempt, attempt);
        let mut tx = ctx.begin().await.unwrap();
        store::retry(&mut tx, &held, ctx.now().after(MINUTE), "away")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(claim(&ctx, "a").await.is_none(), "it waits");
        home.clock.advance(MINUTE);
    }
    let dead = store::get(ctx.db.reader(), id).await.unwrap();
    assert_eq!(
        (dead.state, dead.last_error.as_deref()),
        (ItemState::Dead, Some("away"))
    );
    assert!(claim(&ctx, "a").await.is_none());
}

#[tokio::test]
async fn a_withdrawn_item_is_not_claimed_and_its_holder_is_refused() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let waiting = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let held = claim(&ctx, "a").await.unwrap();
    assert_eq!(held.id, waiting);
    let queued = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let tx = ctx.begin().await.unwrap();
    store::withdraw(&tx, held.id, ctx.now()).await.unwrap();
    store::withdraw(&tx, queued, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert!(claim(&ctx, "b").await.is_none());
    let tx = ctx.begin().await.unwrap();
    let late = store::heartbeat(&tx, held.id, held.fence, ctx.now().after(MINUTE)).await;
    assert_eq!(late.unwrap_err().code(), Code::StaleLease);
}

#[tokio::test]
async fn priority_goes_before_age_and_a_small_organization_before_a_busy_one() {
    let home = Home::new();
    let ctx = home.start().await;
    let (busy, small) = (organization(&ctx).await, organization(&ctx).await);
    let first = enqueue(&ctx, item(busy, OnLost::Requeue)).await;
    home.clock.advance(Duration::from_millis(1));
    let second = enqueue(&ctx, item(busy, OnLost::Requeue)).await;
    home.clock.advance(Duration::from_millis(1));
    let urgent = NewItem {
        priority: 5,
        ..item(busy, OnLost::Requeue)
    };
    let urgent = enqueue(&ctx, urgent).await;
    home.clock.advance(Duration::from_millis(1));
    let late = enqueue(&ctx, item(small, OnLost::Requeue)).await;
    let mut order = Vec::new();
    while let Some(held) = claim(&ctx, "a").await {
        order.push(held.id);
    }
    assert_eq!(order, [urgent, late, first, second]);
}

#[tokio::test]
async fn other_pools_and_later_items_are_not_claimed() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let elsewhere = NewItem {
        pool: "apool-other".to_owned(),
        ..item(organization, OnLost::Requeue)
    };
    enqueue(&ctx, elsewhere).await;
    let later = NewItem {
        run_after: Some(ctx.now().after(MINUTE)),
        ..item(organization, OnLost::Requeue)
    };
    let later = enqueue(&ctx, later).await;
    assert!(claim(&ctx, "a").await.is_none());
    let next = store::next_ready_at(ctx.db.reader(), &["apool-test".to_owned()])
        .await
        .unwrap();
    assert_eq!(next, Some(ctx.now().after(MINUTE)));
    home.clock.advance(MINUTE);
    assert_eq!(claim(&ctx, "a").await.unwrap().id, later);
}

#[tokio::test]
async fn a_commit_wakes_who_waits_and_a_rollback_does_not() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let before = ctx.wakes.count(slipway_kernel::wakes::Topic::Queue);
    let mut tx = ctx.begin().await.unwrap();
    slipway_kernel::queue::enqueue(&mut tx, &ctx, item(organization, OnLost::Requeue))
        .await
        .unwrap();
    drop(tx);
    assert_eq!(ctx.wakes.count(slipway_kernel::wakes::Topic::Queue), before);
    let mut listener = ctx.wakes.listen(slipway_kernel::wakes::Topic::Queue);
    enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    crate::fixture::soon(listener.wait(10 * MINUTE)).await;
}

#[tokio::test]
async fn a_named_lease_has_one_holder_until_it_ends() {
    use slipway_kernel::queue::leases::hold;
    let home = Home::new();
    let ctx = home.start().await;
    assert!(hold(&ctx, "sequencer", "a", MINUTE).await.unwrap());
    assert!(!hold(&ctx, "sequencer", "b", MINUTE).await.unwrap());
    assert!(hold(&ctx, "other", "b", MINUTE).await.unwrap());
    home.clock.advance(MINUTE * 3 / 4);
    assert!(hold(&ctx, "sequencer", "a", MINUTE).await.unwrap(), "holding extends");
    home.clock.advance(MINUTE / 2);
    assert!(!hold(&ctx, "sequencer", "b", MINUTE).await.unwrap());
    home.clock.advance(MINUTE);
    assert!(hold(&ctx, "sequencer", "b", MINUTE).await.unwrap());
    assert!(!hold(&ctx, "sequencer", "a", MINUTE).await.unwrap());
}
