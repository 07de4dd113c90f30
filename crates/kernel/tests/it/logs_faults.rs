//! Logs when processes die, replicas take turns, and the object store is away.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use slipway_api::Code;
use slipway_kernel::blobs::Blobs;
use slipway_kernel::logs::{self, LogState};

use crate::fixture::{Home, soon};
use crate::logs::{append, content, new_log, read_all};
use crate::store::{Mood, Moody};

#[tokio::test]
async fn a_killed_process_loses_only_what_it_never_called_stored() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    append(&ctx, id, 0, b"stored ").await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    append(&ctx, id, 7, b"received").await;
    drop(ctx);
    let ctx = home.start().await;
    let gap = ctx
        .logs
        .append(&ctx, id, 15, Bytes::from_static(b"!"))
        .await
        .unwrap_err();
    assert_eq!(
        (gap.code(), gap.meta()["expected"].as_u64()),
        (Code::OffsetGap, Some(7))
    );
    append(&ctx, id, 7, b"received!").await;
    assert_eq!(read_all(&ctx, id).await, b"stored received!");
}

#[tokio::test]
async fn two_replicas_that_take_turns_make_one_log() {
    let home = Home::new();
    let replicas = [home.start().await, home.start().await];
    let id = new_log(&replicas[0]).await;
    let all = content(600_000);
    let mut stored = 0;
    let mut offset = 0;
    let mut turn = 0;
    // As a runner does it: what is stored is forgotten, after a gap it goes on from where it is told.
    while stored < all.len() {
        turn += 1;
        let ctx = &replicas[usize::from(turn % 3 == 0)];
        let end = (offset + 7_919 * (1 + turn % 5)).min(all.len());
        assert!(offset >= stored, "a replica asked for what was stored");
        match ctx
            .logs
            .append(ctx, id, offset as u64, Bytes::copy_from_slice(&all[offset..end]))
            .await
        {
            Ok(accepted) => {
                offset = accepted.received as usize;
                stored = stored.max(accepted.stored as usize);
            }
            Err(error) if error.code() == Code::OffsetGap => {
                offset = error.meta()["expected"].as_u64().unwrap() as usize;
            }
            Err(error) => panic!("{error}"),
        }
        if turn % 4 == 0 || end == all.len() {
            ctx.logs.flush(ctx, id).await.unwrap();
        }
        assert!(turn < 10_000, "no progress");
    }
    for ctx in &replicas {
        assert!(read_all(ctx, id).await == all);
    }
    assert_eq!(replicas[1].logs.seal(&replicas[1], id).await.unwrap(), all.len() as u64);
    let part = replicas[0]
        .logs
        .read(&replicas[0], id, all.len() as u64, 10)
        .await
        .unwrap();
    assert!(part.is_end, "the other replica knows that it ended");
}

#[tokio::test]
async fn both_replicas_may_merge_the_same_log() {
    let home = Home::new();
    let (first, second) = (home.start().await, home.start().await);
    let id = new_log(&first).await;
    let all = content(200_000);
    for (index, part) in all.chunks(10_000).enumerate() {
        append(&first, id, index as u64 * 10_000, part).await;
        first.logs.flush(&first, id).await.unwrap();
    }
    first.logs.seal(&first, id).await.unwrap();
    let (one, other) = tokio::join!(first.logs.merge_ended(&first), second.logs.merge_ended(&second));
    one.unwrap();
    other.unwrap();
    assert_eq!(logs::get(first.db.reader(), id).await.unwrap().state, LogState::Sealed);
    assert!(read_all(&second, id).await == all);
}

#[tokio::test]
async fn a_log_goes_on_while_the_object_store_is_away() {
    let home = Home::new();
    let store = Moody::default();
    let objects = Arc::new(store.clone());
    let ctx = home
        .start_with(|kernel| kernel.blobs = Blobs::new(objects, Duration::from_millis(100)))
        .await;
    let id = new_log(&ctx).await;
    let all = content(12 << 20);
    store.set(Mood::Refuses);
    append(&ctx, id, 0, &all[..100_000]).await;
    assert_eq!(
        ctx.logs.flush(&ctx, id).await.unwrap(),
        100_000,
        "a little needs no object store"
    );
    let mut offset = 100_000;
    let away = loop {
        let end = (offset + (1 << 20)).min(all.len());
        let bytes = Bytes::copy_from_slice(&all[offset..end]);
        match soon(ctx.logs.append(&ctx, id, offset as u64, bytes)).await {
            Ok(_) => offset = end,
            Err(error) => break error,
        }
        assert!(offset < 10 << 20, "memory must not grow for ever");
    };
    assert_eq!(away.code(), Code::Unavailable);
    assert_eq!(ctx.logs.seal(&ctx, id).await.unwrap_err().code(), Code::Unavailable);
    store.set(Mood::Well);
    append(&ctx, id, offset as u64, &all[offset..]).await;
    assert_eq!(ctx.logs.seal(&ctx, id).await.unwrap(), all.len() as u64);
    store.set(Mood::Hangs);
    assert!(ctx.logs.merge_ended(&ctx).await.is_err(), "rows wait");
    store.set(Mood::Well);
    ctx.logs.merge_ended(&ctx).await.unwrap();
    assert!(read_all(&ctx, id).await == all);
}

#[tokio::test]
async fn a_log_that_is_removed_while_it_is_written_is_forgotten() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    append(&ctx, id, 0, b"hello").await;
    let tx = ctx.begin().await.unwrap();
    logs::remove(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    ctx.logs.flush(&ctx, id).await.unwrap();
    let gone = ctx.logs.append(&ctx, id, 5, Bytes::from_static(b"x")).await;
    assert_eq!(gone.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_burst_in_one_log_does_not_delay_the_others() {
    let home = Home::new();
    let store = Moody::default();
    let objects = Arc::new(store.clone());
    let ctx = home
        .start_with(|kernel| kernel.blobs = Blobs::new(objects, Duration::from_secs(20)))
        .await;
    let (noisy, quiet) = (new_log(&ctx).await, new_log(&ctx).await);
    store.set(Mood::Hangs);
    let work = async {
        append(&ctx, noisy, 0, &content(1 << 20)).await;
        append(&ctx, quiet, 0, b"hello").await;
        while append(&ctx, quiet, 0, b"hello").await.stored < 5 {
            tokio::task::yield_now().await;
        }
        assert_eq!(append(&ctx, noisy, 0, b"").await.stored, 0, "the burst still hangs");
    };
    tokio::select! {
        _ = logs::run(&ctx) => panic!("it runs for ever"),
        () = async { tokio::time::timeout(Duration::from_secs(10), work).await.unwrap() } => {}
    }
}
