//! Schedules fire once, whoever looks and however late.

use std::time::Duration;

use serde_json::json;
use slipway_api::ids::ScheduleId;
use slipway_kernel::Ctx;
use slipway_kernel::blobs::Owner;
use slipway_kernel::queue::{Lease, claim};
use slipway_kernel::schedules::{self, Dialect, Fired, NewSchedule, Timing, fire_due};

use crate::fixture::{Home, organization};

const HOUR: Duration = Duration::from_secs(3_600);
const KINDS: &[&str] = &["run.scheduled"];

async fn hourly(ctx: &Ctx) -> ScheduleId {
    let organization = organization(ctx).await;
    let tx = ctx.begin().await.unwrap();
    let new = NewSchedule {
        organization: Some(organization),
        owner: Owner::new("workspace", "ws-1"),
        kind: "run.scheduled",
        payload: json!({ "plan-only": true }),
        timing: Timing::cron("0 * * * *", Dialect::Unix, "UTC").unwrap(),
    };
    let id = schedules::create(&tx, ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn claimed(ctx: &Ctx) -> Vec<(String, serde_json::Value)> {
    let mut items = Vec::new();
    loop {
        let tx = ctx.begin().await.unwrap();
        let lease = Lease {
            pools: &["server".to_owned()],
            owner: "test".to_owned(),
            duration: HOUR,
            token_hash: None,
        };
        let item = claim(&tx, ctx.now(), &lease).await.unwrap();
        tx.commit().await.unwrap();
        match item {
            Some(item) => items.push((item.subject, item.payload)),
            None => return items,
        }
    }
}

#[tokio::test]
async fn a_due_schedule_enqueues_its_work_and_moves_on() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = hourly(&ctx).await;
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
    home.clock.advance(HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
    let [(subject, payload)] = &claimed(&ctx).await[..] else {
        panic!("one item")
    };
    assert_eq!(*subject, id.to_string());
    let fired: Fired = serde_json::from_value(payload.clone()).unwrap();
    assert_eq!(fired.payload, json!({ "plan-only": true }));
    assert!(fired.due_at <= fired.fired_at && fired.fired_at.since(fired.due_at) < HOUR);
    home.clock.advance(HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
}

#[tokio::test]
async fn times_that_were_missed_fire_once_in_all() {
    let home = Home::new();
    let ctx = home.start().await;
    hourly(&ctx).await;
    home.clock.advance(50 * HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
}

#[tokio::test]
async fn two_replicas_that_look_at_once_fire_it_once() {
    let home = Home::new();
    let (first, second) = (home.start().await, home.start().await);
    hourly(&first).await;
    for _ in 0..10 {
        home.clock.advance(HOUR);
        let (one, other) = tokio::join!(fire_due(&first, KINDS), fire_due(&second, KINDS));
        assert_eq!(one.unwrap() + other.unwrap(), 1);
    }
    assert_eq!(claimed(&first).await.len(), 10);
}

#[tokio::test]
async fn a_paused_schedule_does_not_fire_and_does_not_catch_up() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = hourly(&ctx).await;
    let tx = ctx.begin().await.unwrap();
    schedules::pause(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(5 * HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
    let tx = ctx.begin().await.unwrap();
    schedules::resume(&tx, &ctx, id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
    home.clock.advance(HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
}

#[tokio::test]
async fn other_times_count_from_now_and_a_paused_one_stays_so() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = hourly(&ctx).await;
    let tx = ctx.begin().await.unwrap();
    let never = Timing::cron("0 0 31 2 *", Dialect::Unix, "UTC").unwrap();
    let refused = schedules::reschedule(&tx, &ctx, id, never).await.unwrap_err();
    assert!(refused.detail().contains("31 February"), "{}", refused.detail());
    let at = ctx.now().after(HOUR / 2);
    schedules::reschedule(&tx, &ctx, id, Timing::Once { at }).await.unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(HOUR / 2);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
    let kept = schedules::of_ids(ctx.db.reader(), &[id]).await.unwrap();
    assert_eq!((kept[0].next_at, kept[0].fired_at), (None, Some(at)));
    let tx = ctx.begin().await.unwrap();
    schedules::pause(&tx, id).await.unwrap();
    let at = ctx.now().after(HOUR);
    schedules::reschedule(&tx, &ctx, id, Timing::Once { at }).await.unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(2 * HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
}

#[tokio::test]
async fn a_schedule_of_work_that_this_version_does_not_know_waits() {
    let home = Home::new();
    let ctx = home.start().await;
    hourly(&ctx).await;
    home.clock.advance(HOUR);
    assert_eq!(fire_due(&ctx, &["other"]).await.unwrap(), 0);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
}

#[tokio::test]
async fn a_moment_fires_once_and_one_that_is_past_is_refused() {
    let home = Home::new();
    let ctx = home.start().await;
    let new = |timing| NewSchedule {
        organization: None,
        owner: Owner::new("workspace", "ws-1"),
        kind: "run.scheduled",
        payload: json!(null),
        timing,
    };
    let tx = ctx.begin().await.unwrap();
    let past = schedules::create(&tx, &ctx, new(Timing::Once { at: ctx.now() })).await;
    assert!(past.unwrap_err().detail().contains("never fire"));
    let at = ctx.now().after(HOUR);
    let id = schedules::create(&tx, &ctx, new(Timing::Once { at })).await.unwrap();
    tx.commit().await.unwrap();
    home.clock.advance(HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 1);
    home.clock.advance(100 * HOUR);
    assert_eq!(fire_due(&ctx, KINDS).await.unwrap(), 0);
    let kept = schedules::of_owner(ctx.db.reader(), &Owner::new("workspace", "ws-1"))
        .await
        .unwrap();
    assert_eq!((kept[0].id, kept[0].next_at, kept[0].fired_at), (id, None, Some(at)));
}
