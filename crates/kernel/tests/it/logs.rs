//! Logs: what was stored is never lost, readers see bytes at once, and in the end all is on the object store.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use slipway_api::Code;
use slipway_api::ids::LogId;
use slipway_kernel::Ctx;
use slipway_kernel::blobs::{self, Owner};
use slipway_kernel::logs::{self, LogState};

use crate::fixture::{Home, organization, soon};

pub async fn new_log(ctx: &Ctx) -> LogId {
    let organization = organization(ctx).await;
    let tx = ctx.begin().await.unwrap();
    let id = ctx
        .logs
        .create(&tx, ctx, organization, &Owner::new("run", "run-1"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

pub async fn append(ctx: &Ctx, id: LogId, offset: u64, bytes: &[u8]) -> slipway_api::runner::Accepted {
    ctx.logs
        .append(ctx, id, offset, Bytes::copy_from_slice(bytes))
        .await
        .unwrap()
}

pub async fn read_all(ctx: &Ctx, id: LogId) -> Vec<u8> {
    ctx.logs.read(ctx, id, 0, usize::MAX).await.unwrap().bytes.to_vec()
}

/// Bytes that do not compress to nothing and differ everywhere.
pub fn content(length: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test]
async fn bytes_are_readable_at_once_and_durable_after_a_flush() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let accepted = append(&ctx, id, 0, b"hello ").await;
    assert_eq!((accepted.received, accepted.stored), (6, 0));
    append(&ctx, id, 6, b"world").await;
    assert_eq!(read_all(&ctx, id).await, b"hello world");
    assert_eq!(ctx.logs.flush(&ctx, id).await.unwrap(), 11);
    let accepted = append(&ctx, id, 6, b"world").await;
    assert_eq!((accepted.received, accepted.stored), (11, 11));
    let again = home.start().await;
    assert_eq!(read_all(&again, id).await, b"hello world");
}

#[tokio::test]
async fn the_background_task_stores_and_seals_by_itself() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let work = async {
        append(&ctx, id, 0, b"hello").await;
        while append(&ctx, id, 0, b"hello").await.stored < 5 {
            tokio::task::yield_now().await;
        }
        ctx.logs.seal(&ctx, id).await.unwrap();
        while logs::get(ctx.db.reader(), id).await.unwrap().state != LogState::Sealed {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = logs::run(&ctx) => panic!("it runs for ever"),
        () = soon(work) => {}
    }
    assert_eq!(read_all(&ctx, id).await, b"hello");
}

#[tokio::test]
async fn the_unknown_log_is_not_found() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = ctx.new_id().unwrap();
    let appended = ctx.logs.append(&ctx, id, 0, Bytes::from_static(b"x")).await;
    assert_eq!(appended.unwrap_err().code(), Code::NotFound);
    assert_eq!(ctx.logs.read(&ctx, id, 0, 1).await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn a_log_is_the_same_in_memory_in_rows_in_segments_and_sealed() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let all = content(1_500_000);
    // Small parts become rows, the large one a segment; the last stays in memory.
    let cuts = [0, 10, 100_000, 100_001, 1_200_000, 1_200_100, 1_499_000, 1_500_000];
    for (index, pair) in cuts.windows(2).enumerate() {
        append(&ctx, id, pair[0] as u64, &all[pair[0]..pair[1]]).await;
        if index < cuts.len() - 2 {
            ctx.logs.flush(&ctx, id).await.unwrap();
        }
    }
    assert!(read_all(&ctx, id).await == all, "while it grows");
    for offset in [0, 9, 10, 99_999, 100_000, 700_000, 1_200_050, 1_499_999] {
        let part = ctx.logs.read(&ctx, id, offset as u64, 70_000).await.unwrap();
        let end = (offset + 70_000).min(all.len());
        assert!(part.bytes == all[offset..end], "from {offset}");
        assert!(!part.is_end, "it has not ended");
    }
    assert_eq!(ctx.logs.seal(&ctx, id).await.unwrap(), all.len() as u64);
    assert!(read_all(&ctx, id).await == all, "after its end");
    ctx.logs.merge_ended(&ctx).await.unwrap();
    assert_eq!(logs::get(ctx.db.reader(), id).await.unwrap().state, LogState::Sealed);
    for ctx in [ctx, home.start().await] {
        assert!(read_all(&ctx, id).await == all, "when it is sealed");
        let part = ctx.logs.read(&ctx, id, 1_499_990, 100).await.unwrap();
        assert!(part.is_end && part.bytes == all[1_499_990..]);
    }
}

#[tokio::test]
async fn a_sealed_log_takes_what_it_has_and_nothing_else() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    append(&ctx, id, 0, b"hello").await;
    assert_eq!(ctx.logs.seal(&ctx, id).await.unwrap(), 5);
    assert_eq!(ctx.logs.seal(&ctx, id).await.unwrap(), 5, "twice is once");
    ctx.logs.merge_ended(&ctx).await.unwrap();
    for ctx in [ctx, home.start().await] {
        assert_eq!(append(&ctx, id, 0, b"hello").await.stored, 5);
        for (offset, bytes) in [(0, b"jello".as_slice()), (5, b"x"), (0, b"hello!")] {
            let refused = ctx.logs.append(&ctx, id, offset, Bytes::copy_from_slice(bytes)).await;
            assert_eq!(refused.unwrap_err().code(), Code::Conflict);
        }
        let gap = ctx.logs.append(&ctx, id, 6, Bytes::from_static(b"x")).await;
        assert_eq!(gap.unwrap_err().meta()["expected"], 5);
    }
}

#[tokio::test]
async fn bytes_that_left_memory_long_ago_are_still_compared() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let all = content(2_000_000);
    append(&ctx, id, 0, &all).await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    append(&ctx, id, 0, &all).await;
    let mut other = all[..100].to_vec();
    other[50] ^= 1;
    let refused = ctx.logs.append(&ctx, id, 0, other.into()).await;
    assert_eq!(refused.unwrap_err().code(), Code::Conflict);
}

#[tokio::test]
async fn a_follower_gets_every_byte_once_and_in_order_while_the_log_moves_under_it() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let all = content(3_000_000);
    let follow = |offset: u64| {
        let stream = ctx.logs.follow(&ctx, id, offset);
        async move {
            let parts: Vec<Bytes> = stream.map(Result::unwrap).collect().await;
            parts.concat()
        }
    };
    let write = async {
        let mut offset = 0;
        for length in [1usize, 10, 300_000, 5, 70_000, 1_000_000].into_iter().cycle() {
            let end = (offset + length).min(all.len());
            append(&ctx, id, offset as u64, &all[offset..end]).await;
            offset = end;
            if length == 5 {
                ctx.logs.flush(&ctx, id).await.unwrap();
            }
            if offset == all.len() {
                break;
            }
            tokio::task::yield_now().await;
        }
        ctx.logs.seal(&ctx, id).await.unwrap();
        ctx.logs.merge_ended(&ctx).await.unwrap();
    };
    let ((), whole, rest) = soon(async { tokio::join!(write, follow(0), follow(1_234_567)) }).await;
    assert!(whole == all);
    assert!(rest == all[1_234_567..]);
    assert!(soon(follow(0)).await == all, "and again when it is over");
}

#[tokio::test]
async fn a_follower_is_told_and_does_not_poll() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let mut stream = ctx.logs.follow(&ctx, id, 0);
    let mut slowest = Duration::ZERO;
    for number in 0..20u8 {
        let next = stream.next();
        let write = async {
            tokio::task::yield_now().await;
            append(&ctx, id, u64::from(number), &[number]).await;
            tokio::time::Instant::now()
        };
        let (bytes, written_at) = soon(async { tokio::join!(next, write) }).await;
        slowest = slowest.max(written_at.elapsed());
        assert_eq!(bytes.unwrap().unwrap(), Bytes::from(vec![number]));
    }
    assert!(slowest < Duration::from_millis(200), "{slowest:?}");
}

#[tokio::test]
async fn a_log_over_its_limit_is_cut_says_so_and_lets_its_writer_finish() {
    let mut home = Home::new();
    home.settings.limits.log_bytes = 1_000;
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let all = content(3_000);
    append(&ctx, id, 0, &all[..900]).await;
    append(&ctx, id, 900, &all[900..2_000]).await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    let accepted = append(&ctx, id, 2_000, &all[2_000..]).await;
    assert_eq!(
        (accepted.received, accepted.stored),
        (3_000, 3_000),
        "the writer may forget it all"
    );
    let again = home.start().await;
    let accepted = append(&again, id, 500, &all[500..]).await;
    assert_eq!(accepted.stored, 3_000, "also after a restart");
    again.logs.seal(&again, id).await.unwrap();
    let log = read_all(&again, id).await;
    assert_eq!(&log[..1_000], &all[..1_000]);
    assert!(String::from_utf8_lossy(&log[1_000..]).contains("the rest is left out"));
}

#[tokio::test]
async fn a_removed_log_lets_go_of_its_segments() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    append(&ctx, id, 0, &content(600_000)).await;
    ctx.logs.seal(&ctx, id).await.unwrap();
    ctx.logs.merge_ended(&ctx).await.unwrap();
    let hour = Duration::from_secs(3_600);
    home.clock.advance(2 * hour);
    assert_eq!(blobs::collect(&ctx, hour).await.unwrap().blobs, 0, "the log keeps it");
    let tx = ctx.begin().await.unwrap();
    logs::remove(&tx, id).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(blobs::collect(&ctx, hour).await.unwrap().blobs, 1);
}
