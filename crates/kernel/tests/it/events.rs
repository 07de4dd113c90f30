//! Events: recorded with their change, placed once in one order, chained, and delivered to everybody in that order.

use std::sync::Mutex;

use futures::FutureExt;
use sea_orm::{ConnectionTrait, Statement};
use slipway_api::Code;
use slipway_api::ids::OrganizationId;
use slipway_kernel::events::consumers::{Consumer, begin, deliver_batch};
use slipway_kernel::events::sequencer::place_batch;
use slipway_kernel::events::store::{Filter, after, all_after};
use slipway_kernel::events::{NewEvent, record};
use slipway_kernel::{Ctx, Error};

use crate::fixture::{Home, organization};

fn event(organization: OrganizationId, object: &str) -> NewEvent {
    NewEvent {
        action: "workspace.created",
        organization: Some(organization),
        project: None,
        object_kind: "workspace",
        object_id: object.to_owned(),
        object_name: object.to_owned(),
        access_id: None,
        changes: serde_json::json!({ "name": object, "auto-apply": true, "terms": [1, 2.5, null] }),
    }
}

async fn happen(ctx: &Ctx, organization: OrganizationId, object: &str) {
    // Events of one millisecond have no order among them.
    ctx.clock.advance(std::time::Duration::from_millis(1));
    let mut tx = ctx.begin().await.unwrap();
    record(&mut tx, ctx, event(organization, object)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn names(ctx: &Ctx) -> Vec<String> {
    let events = all_after(ctx.db.reader(), 0, 1_000).await.unwrap();
    events.into_iter().map(|event| event.object_name).collect()
}

#[tokio::test]
async fn no_change_no_event() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let mut tx = ctx.begin().await.unwrap();
    record(&mut tx, &ctx, event(organization, "lost")).await.unwrap();
    drop(tx);
    assert_eq!(place_batch(&ctx).await.unwrap(), 0);
}

#[tokio::test]
async fn events_get_positions_without_gaps_and_a_chain_per_organization() {
    let home = Home::new();
    let ctx = home.start().await;
    let (ours, theirs) = (organization(&ctx).await, organization(&ctx).await);
    for number in 0..6 {
        let organization = if number % 2 == 0 { ours } else { theirs };
        happen(&ctx, organization, &format!("ws{number}")).await;
        if number == 2 {
            place_batch(&ctx).await.unwrap();
        }
    }
    assert_eq!(place_batch(&ctx).await.unwrap(), 3);
    assert_eq!(place_batch(&ctx).await.unwrap(), 0, "each is placed once");
    let events = all_after(ctx.db.reader(), 0, 100).await.unwrap();
    let positions: Vec<_> = events.iter().map(|event| event.position.unwrap()).collect();
    assert_eq!(positions, [1, 2, 3, 4, 5, 6]);
    for organization in [ours, theirs] {
        let filter = Filter {
            organization: Some(organization),
            ..Filter::default()
        };
        let mut previous = String::new();
        let chain = after(ctx.db.reader(), &filter, 0, 100).await.unwrap();
        assert_eq!(chain.len(), 3);
        for event in chain {
            let expected = event.chained_hash(event.position.unwrap(), &previous);
            assert_eq!(event.hash.as_deref(), Some(expected.as_str()));
            previous = expected;
        }
    }
}

#[tokio::test]
async fn a_changed_event_breaks_the_chain() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    happen(&ctx, organization, "ws1").await;
    place_batch(&ctx).await.unwrap();
    let mut event = all_after(ctx.db.reader(), 0, 1).await.unwrap().remove(0);
    let hash = event.hash.clone().unwrap();
    assert_eq!(event.chained_hash(1, ""), hash);
    event.actor_name = "somebody else".to_owned();
    assert_ne!(event.chained_hash(1, ""), hash);
}

#[tokio::test]
async fn two_sequencers_at_once_place_each_event_once() {
    let home = Home::new();
    let (first, second) = (home.start().await, home.start().await);
    let organization = organization(&first).await;
    for number in 0..30 {
        happen(&first, organization, &format!("ws{number:02}")).await;
    }
    // The lease keeps them apart; should both believe that they hold it, the database decides.
    let (one, other) = tokio::join!(place_batch(&first), place_batch(&second));
    assert!(one.is_ok() || other.is_ok());
    while place_batch(&first).await.unwrap() > 0 {}
    let events = all_after(first.db.reader(), 0, 100).await.unwrap();
    assert_eq!(events.len(), 30);
    let mut previous = String::new();
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.position, Some(index as i64 + 1));
        previous = event.chained_hash(index as i64 + 1, &previous);
        assert_eq!(event.hash.as_deref(), Some(previous.as_str()), "position {}", index + 1);
    }
}

#[tokio::test]
async fn readers_by_position_skip_no_event_that_committed_late() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    if home.is_sqlite() {
        return; // One writer: nothing commits late.
    }
    let mut late = ctx.begin().await.unwrap();
    record(&mut late, &ctx, event(organization, "late")).await.unwrap();
    happen(&ctx, organization, "early").await;
    place_batch(&ctx).await.unwrap();
    assert_eq!(names(&ctx).await, ["early"]);
    late.commit().await.unwrap();
    place_batch(&ctx).await.unwrap();
    let missed = all_after(ctx.db.reader(), 1, 10).await.unwrap();
    assert_eq!(missed[0].object_name, "late");
}

static DELIVERED: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[tokio::test]
async fn a_consumer_gets_every_event_in_order_and_again_after_it_failed() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let consumer = Consumer {
        name: "test",
        object_kinds: &["workspace"],
        consume: |_ctx, event| {
            async move {
                let mut delivered = DELIVERED.lock().unwrap();
                delivered.push(event.object_name.clone());
                // Fails the first time that it sees this one.
                let times = delivered.iter().filter(|name| **name == "ws3").count();
                if event.object_name == "ws3" && times == 1 {
                    return Err(Error::unavailable("the world is away"));
                }
                Ok(())
            }
            .boxed()
        },
    };
    begin(&ctx, &consumer).await.unwrap();
    for number in 1..=5 {
        happen(&ctx, organization, &format!("ws{number}")).await;
    }
    assert_eq!(
        deliver_batch(&ctx, &consumer).await.unwrap(),
        0,
        "nothing without a position is delivered"
    );
    place_batch(&ctx).await.unwrap();
    assert_eq!(
        deliver_batch(&ctx, &consumer).await.unwrap_err().code(),
        Code::Unavailable
    );
    // Another process goes on where this one stopped.
    let ctx = home.start().await;
    assert_eq!(deliver_batch(&ctx, &consumer).await.unwrap(), 3);
    assert_eq!(deliver_batch(&ctx, &consumer).await.unwrap(), 0);
    assert_eq!(*DELIVERED.lock().unwrap(), ["ws1", "ws2", "ws3", "ws3", "ws4", "ws5"]);
}

/// Where a consumer's row says that it is.
async fn place(ctx: &Ctx, consumer: &str) -> i64 {
    let reader = ctx.db.reader();
    let sql = format!("SELECT position FROM event_consumers WHERE name = '{consumer}'");
    let row = reader
        .query_one_raw(Statement::from_string(reader.get_database_backend(), sql))
        .await
        .unwrap();
    row.unwrap().try_get("", "position").unwrap()
}

static SEEN: Mutex<Vec<(String, i64)>> = Mutex::new(Vec::new());

/// Notes each event with the place that was written down by then; fails at those that are called so.
const NOTING: Consumer = Consumer {
    name: "noting",
    object_kinds: &["workspace"],
    consume: |ctx, event| {
        async move {
            let place = place(ctx, "noting").await;
            if event.object_name == "bad" {
                return Err(Error::unavailable("the world is away"));
            }
            SEEN.lock().unwrap().push((event.object_name.clone(), place));
            Ok(())
        }
        .boxed()
    },
};

#[tokio::test]
async fn a_new_consumer_begins_behind_what_was_and_writes_its_place_once_for_many() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    for number in 1..=3 {
        happen(&ctx, organization, &format!("old{number}")).await;
    }
    place_batch(&ctx).await.unwrap();
    assert_eq!(
        deliver_batch(&ctx, &NOTING).await.unwrap(),
        0,
        "what was before is passed over"
    );
    for name in ["one", "two", "bad", "three"] {
        happen(&ctx, organization, name).await;
    }
    place_batch(&ctx).await.unwrap();
    deliver_batch(&ctx, &NOTING).await.unwrap_err();
    assert_eq!(
        *SEEN.lock().unwrap(),
        [("one".to_owned(), 3), ("two".to_owned(), 3)],
        "nothing is written in the middle of a batch"
    );
    assert_eq!(place(&ctx, "noting").await, 5, "what was done before the error is done");
    // Beginning again changes nothing.
    begin(&ctx, &NOTING).await.unwrap();
    assert_eq!(place(&ctx, "noting").await, 5);
}

#[tokio::test]
async fn events_that_a_consumer_does_not_want_cost_it_nothing() {
    let home = Home::new();
    let ctx = home.start().await;
    let organization = organization(&ctx).await;
    let consumer = Consumer {
        name: "choosy",
        object_kinds: &["repository"],
        consume: |_ctx, event| {
            async move {
                assert_eq!(event.object_name, "wanted");
                Ok(())
            }
            .boxed()
        },
    };
    begin(&ctx, &consumer).await.unwrap();
    let many = async |count: usize| {
        let mut tx = ctx.begin().await.unwrap();
        for _ in 0..count {
            record(&mut tx, &ctx, event(organization, "unwanted")).await.unwrap();
        }
        tx.commit().await.unwrap();
        while place_batch(&ctx).await.unwrap() > 0 {}
    };
    many(100).await;
    assert_eq!(deliver_batch(&ctx, &consumer).await.unwrap(), 0);
    assert_eq!(place(&ctx, "choosy").await, 0, "a few are not worth a write");
    many(500).await;
    assert_eq!(deliver_batch(&ctx, &consumer).await.unwrap(), 0);
    assert_eq!(place(&ctx, "choosy").await, 600, "they are not read again for ever");
    let mut tx = ctx.begin().await.unwrap();
    let wanted = NewEvent {
        object_kind: "repository",
        ..event(organization, "wanted")
    };
    record(&mut tx, &ctx, wanted).await.unwrap();
    tx.commit().await.unwrap();
    place_batch(&ctx).await.unwrap();
    assert_eq!(deliver_batch(&ctx, &consumer).await.unwrap(), 1);
    assert_eq!(place(&ctx, "choosy").await, 601);
}
