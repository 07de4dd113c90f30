//! The audit log taken elsewhere: exports that prove themselves, also after old events went, and what tampering does.

use std::time::Duration;

use futures::TryStreamExt;
use sea_orm::ConnectionTrait;
use slipway_api::audit::verify::{Broken, Verified, Verifier};
use slipway_api::ids::OrganizationId;
use slipway_kernel::Ctx;
use slipway_kernel::events::sequencer::place_batch;
use slipway_kernel::events::{NewEvent, export, record, retention};

use crate::fixture::{Home, organization};

pub async fn happen(ctx: &Ctx, organization: Option<OrganizationId>, object: &str) {
    ctx.clock.advance(Duration::from_millis(1));
    let mut tx = ctx.begin().await.unwrap();
    let event = NewEvent {
        action: "workspace.created",
        organization,
        project: None,
        object_kind: "workspace",
        object_id: object.to_owned(),
        object_name: object.to_owned(),
        access_id: None,
        changes: serde_json::json!({ "name": object, "auto-apply": true, "b": { "z": 1, "a": [2.5, null] } }),
    };
    record(&mut tx, ctx, event).await.unwrap();
    tx.commit().await.unwrap();
}

pub async fn place(ctx: &Ctx) {
    while place_batch(ctx).await.unwrap() > 0 {}
}

async fn exported(ctx: &Ctx, chain: Option<OrganizationId>, after: i64) -> String {
    let pieces = export::pieces(ctx.clone(), chain, "acme".to_owned(), after)
        .await
        .unwrap();
    let pieces: Vec<Vec<u8>> = pieces.try_collect().await.unwrap();
    String::from_utf8(pieces.concat()).unwrap()
}

fn verify(text: &str) -> Result<Verified, Broken> {
    let mut verifier = Verifier::new(None);
    text.lines().try_for_each(|line| verifier.line(line.as_bytes()))?;
    verifier.finish()
}

/// Two organizations and the site, with 30 events each, mixed.
async fn busy(ctx: &Ctx) -> [Option<OrganizationId>; 3] {
    let chains = [Some(organization(ctx).await), Some(organization(ctx).await), None];
    for number in 0..90 {
        happen(ctx, chains[number % 3], &format!("ws{number:02}")).await;
    }
    place(ctx).await;
    chains
}

async fn sql(ctx: &Ctx, statement: &str) {
    let tx = ctx.begin().await.unwrap();
    tx.execute_unprepared(statement).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_export_proves_itself_and_may_be_continued() {
    let home = Home::new();
    let ctx = home.start().await;
    let chains = busy(&ctx).await;
    for chain in chains {
        let text = exported(&ctx, chain, 0).await;
        let verified = verify(&text).unwrap();
        assert_eq!((verified.events, verified.count, verified.after), (30, 30, 0));
    }
    let first = exported(&ctx, chains[0], 0).await;
    happen(&ctx, chains[0], "later").await;
    place(&ctx).await;
    // Another replica has the same key.
    let ctx = home.start().await;
    let second = exported(&ctx, chains[0], verify(&first).unwrap().position).await;
    assert_eq!(verify(&second).unwrap().events, 1);
    assert_eq!(verify(&(first + &second)).unwrap().events, 31);
    let empty = exported(&ctx, Some(organization(&ctx).await), 0).await;
    assert_eq!(verify(&empty).unwrap().events, 0);
}

#[tokio::test]
async fn what_was_tampered_with_in_the_database_is_named() {
    let home = Home::new();
    let ctx = home.start().await;
    let [ours, ..] = busy(&ctx).await;
    retention::sweep(&ctx).await.unwrap();
    assert!(verify(&exported(&ctx, ours, 0).await).is_ok(), "vouched for by day");

    sql(&ctx, "UPDATE events SET actor_name = 'mallory' WHERE position = 40").await;
    assert_eq!(verify(&exported(&ctx, ours, 0).await), Err(Broken::Changed(40)));
    sql(&ctx, "UPDATE events SET actor_name = 'Slipway' WHERE position = 40").await;
    assert!(verify(&exported(&ctx, ours, 0).await).is_ok());

    // The last ones are cut off, behind what the site vouched for.
    sql(&ctx, "DELETE FROM events WHERE position > 80").await;
    assert_eq!(
        verify(&exported(&ctx, ours, 0).await),
        Err(Broken::Missing { after: 79, before: 89 })
    );
    sql(&ctx, "DELETE FROM events WHERE position < 10").await;
    assert_eq!(verify(&exported(&ctx, ours, 0).await), Err(Broken::Changed(10)));
}

#[tokio::test]
async fn old_events_go_behind_a_checkpoint_and_the_newest_stays() {
    let mut home = Home::new();
    home.settings.retention.event_days = 30;
    let ctx = home.start().await;
    let chains = busy(&ctx).await;
    ctx.clock.advance(Duration::from_secs(20 * 86_400));
    for number in 0..3_000 {
        happen(&ctx, chains[0], &format!("new{number}")).await;
    }
    place(&ctx).await;
    ctx.clock.advance(Duration::from_secs(12 * 86_400));
    let before = exported(&ctx, chains[0], 0).await;
    retention::sweep(&ctx).await.unwrap();
    let verified = verify(&exported(&ctx, chains[0], 0).await).unwrap();
    assert_eq!((verified.events, verified.count, verified.after), (3_000, 3_030, 88));
    for (chain, last) in [(chains[1], 89), (chains[2], 90)] {
        let verified = verify(&exported(&ctx, chain, 0).await).unwrap();
        assert_eq!((verified.events, verified.count, verified.position), (1, 30, last));
    }
    // What was exported before goes on with what is left.
    let last = verify(&before).unwrap().position;
    place(&ctx).await;
    happen(&ctx, chains[0], "after").await;
    place(&ctx).await;
    let whole = before + &exported(&ctx, chains[0], last).await;
    assert_eq!(verify(&whole).unwrap().count, 3_031);

    // All of it is old by now: the newest of each stays, and positions go on.
    ctx.clock.advance(Duration::from_secs(60 * 86_400));
    retention::sweep(&ctx).await.unwrap();
    let verified = verify(&exported(&ctx, chains[0], 0).await).unwrap();
    assert_eq!((verified.events, verified.count), (1, 3_031));
    happen(&ctx, chains[0], "much later").await;
    place(&ctx).await;
    assert_eq!(verify(&exported(&ctx, chains[0], 0).await).unwrap().count, 3_032);
}

#[tokio::test]
async fn a_removal_that_was_killed_leaves_a_log_that_passes() {
    let mut home = Home::new();
    home.settings.retention.event_days = 1;
    let ctx = home.start().await;
    let chains = busy(&ctx).await;
    ctx.clock.advance(Duration::from_secs(3 * 86_400));
    happen(&ctx, chains[0], "new").await;
    place(&ctx).await;
    retention::sweep(&ctx).await.unwrap();
    // As if only the checkpoint and a part of the removal had been committed: a row that should have gone is there again.
    sql(
        &ctx,
        "INSERT INTO events (id, organization_id, action, actor_kind, actor_name, object_kind, object_id, object_name, \
         access_id, changes, created_at, position, hash) SELECT 'evt-0000000000000000', organization_id, action, actor_kind, \
         actor_name, object_kind, object_id, object_name, access_id, changes, created_at, 1, hash FROM events \
         WHERE object_name = 'new'",
    )
    .await;
    let verified = verify(&exported(&ctx, chains[0], 0).await).unwrap();
    assert_eq!((verified.events, verified.after), (1, 88));
}
