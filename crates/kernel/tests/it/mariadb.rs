//! MariaDB stays possible: the tables, one story of claim and lease, and a log, on a real one.

use std::time::Duration;

use slipway_api::Code;
use slipway_kernel::queue::{OnLost, store};

use crate::fixture::{Home, claim, enqueue, item, organization};
use crate::logs::{append, content, new_log, read_all};

fn home() -> Home {
    let mut home = Home::new();
    home.settings.database.url = Some(slipway_testing::mariadb::database().unwrap());
    home
}

#[tokio::test]
async fn an_item_is_claimed_lost_claimed_again_and_finished() {
    let home = home();
    let (ctx, other) = tokio::join!(home.start(), home.start());
    let organization = organization(&ctx).await;
    let id = enqueue(&ctx, item(organization, OnLost::Requeue)).await;
    let old = claim(&ctx, "a").await.unwrap();
    assert!(claim(&other, "b").await.is_none());
    home.clock.advance(Duration::from_secs(120));
    let mut tx = ctx.begin().await.unwrap();
    assert_eq!(store::reap(&mut tx, ctx.now()).await.unwrap(), 1);
    tx.commit().await.unwrap();
    let new = claim(&other, "b").await.unwrap();
    assert_eq!((new.id, new.fence), (id, old.fence + 1));
    let mut tx = ctx.begin().await.unwrap();
    let late = store::finish(&mut tx, id, old.fence, ctx.now()).await;
    assert_eq!(late.unwrap_err().code(), Code::StaleLease);
    store::finish(&mut tx, id, new.fence, ctx.now()).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_log_goes_through_rows_and_segments() {
    let home = home();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let all = content(700_000);
    append(&ctx, id, 0, &all[..200_000]).await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    append(&ctx, id, 200_000, &all[200_000..]).await;
    ctx.logs.seal(&ctx, id).await.unwrap();
    assert!(read_all(&ctx, id).await == all);
    ctx.logs.merge_ended(&ctx).await.unwrap();
    assert!(read_all(&ctx, id).await == all);
}
