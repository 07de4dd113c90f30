//! Lines of a log: the same numbers wherever its bytes are, found again and searched.

use sea_orm::ConnectionTrait;
use slipway_api::ids::LogId;
use slipway_kernel::Ctx;
use slipway_kernel::logs::{Lines, LogSearch};

use crate::fixture::Home;
use crate::logs::{append, new_log};

/// Lines of many lengths, some empty, some longer than what is kept of one, and a last one without an end.
fn text(lines: usize) -> Vec<u8> {
    let mut text = String::new();
    for number in 1..lines {
        match number % 97 {
            0 => {}
            1 => text.push_str(&format!("needle {number} ")),
            2 if number < 500 => text.push_str(&"x".repeat(70_000)),
            _ => text.push_str(&format!("line {number} of many that are not looked for")),
        }
        text.push('\n');
    }
    text.push_str("needle at the end");
    text.into_bytes()
}

async fn write(ctx: &Ctx, id: LogId, text: &[u8], from: usize, to: usize) {
    for place in (from..to).step_by(300_000) {
        append(ctx, id, place as u64, &text[place..to.min(place + 300_000)]).await;
        ctx.logs.flush(ctx, id).await.unwrap();
    }
}

fn search(text: &str) -> LogSearch {
    LogSearch {
        text: text.to_owned(),
        ignores_case: false,
        first: 1,
        limit: 1_000,
    }
}

/// What each way of asking must say, told from the text itself.
async fn require_lines(ctx: &Ctx, id: LogId, text: &[u8]) {
    let lines: Vec<String> = text
        .split(|byte| *byte == b'\n')
        .map(|line| String::from_utf8_lossy(&line[..line.len().min(64 << 10)]).into_owned())
        .collect();
    let total = lines.len() as u64;
    let last = ctx.logs.lines(ctx, id, Lines::Last(200)).await.unwrap();
    assert_eq!((last.total, last.first), (total, total - 199));
    assert_eq!(last.lines, lines[lines.len() - 200..]);
    assert_eq!(last.end_offset, text.len() as u64);
    for first in [1, 2, 3, 98, 99, 5_000, total - 1, total] {
        let found = ctx.logs.lines(ctx, id, Lines::From(first, 5)).await.unwrap();
        let start = first as usize - 1;
        assert_eq!(found.lines, lines[start..lines.len().min(start + 5)], "from {first}");
        assert_eq!(ctx.logs.line_at(ctx, id, found.offset).await.unwrap(), first);
        let again = ctx.logs.read(ctx, id, found.offset, 4).await.unwrap().bytes;
        assert!(text[found.offset as usize..].starts_with(&again), "from {first}");
    }
    assert_eq!(ctx.logs.lines(ctx, id, Lines::From(99, 1)).await.unwrap().cut, [99]);
    assert!(
        ctx.logs
            .lines(ctx, id, Lines::From(total + 1, 5))
            .await
            .unwrap()
            .lines
            .is_empty()
    );

    let expected: Vec<u64> = (1..)
        .zip(&lines)
        .filter(|(_, line)| line.contains("needle"))
        .map(|(n, _)| n)
        .collect();
    let found = ctx.logs.search(ctx, id, &search("needle")).await.unwrap();
    assert_eq!((found.total, found.searched), (expected.len() as u64, total));
    assert_eq!(found.lines, expected[..expected.len().min(1_000)]);
    let rest = LogSearch {
        first: total - 10,
        ..search("needle")
    };
    assert_eq!(
        *ctx.logs.search(ctx, id, &rest).await.unwrap().lines.last().unwrap(),
        total
    );
}

#[tokio::test]
async fn a_line_has_one_number_in_memory_in_rows_in_segments_and_sealed() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let text = text(100_000);
    let (small, most) = (200_000, text.len() - 100_000);
    append(&ctx, id, 0, &text[..small]).await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    write(&ctx, id, &text, small, most).await;
    append(&ctx, id, most as u64, &text[most..]).await;
    require_lines(&ctx, id, &text).await;
    ctx.logs.flush(&ctx, id).await.unwrap();
    // Another process has nothing in memory.
    let other = home.start().await;
    require_lines(&other, id, &text).await;
    assert!(!other.logs.lines(&other, id, Lines::Last(1)).await.unwrap().is_complete);
    ctx.logs.seal(&ctx, id).await.unwrap();
    require_lines(&ctx, id, &text).await;
    ctx.logs.merge_ended(&ctx).await.unwrap();
    let last = home.start().await;
    require_lines(&last, id, &text).await;
    assert!(last.logs.lines(&last, id, Lines::Last(1)).await.unwrap().is_complete);
}

#[tokio::test]
async fn a_log_from_before_lines_were_counted_has_the_same_lines() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let text = text(20_000);
    write(&ctx, id, &text, 0, text.len()).await;
    ctx.logs.seal(&ctx, id).await.unwrap();
    for table in [
        "UPDATE logs SET stored_lines = NULL",
        "UPDATE log_chunks SET start_line = NULL",
    ] {
        let tx = ctx.begin().await.unwrap();
        tx.execute_unprepared(table).await.unwrap();
        tx.commit().await.unwrap();
    }
    let old = home.start().await;
    old.logs.merge_ended(&old).await.unwrap();
    require_lines(&old, id, &text).await;
}

#[tokio::test]
async fn an_empty_log_has_no_lines() {
    let home = Home::new();
    let ctx = home.start().await;
    let id = new_log(&ctx).await;
    let found = ctx.logs.lines(&ctx, id, Lines::Last(10)).await.unwrap();
    assert_eq!((found.total, found.lines.len(), found.is_complete), (0, 0, false));
    assert_eq!(ctx.logs.search(&ctx, id, &search("x")).await.unwrap().total, 0);
    append(&ctx, id, 0, b"\n").await;
    let found = ctx.logs.lines(&ctx, id, Lines::Last(10)).await.unwrap();
    assert_eq!((found.total, found.lines), (1, vec![String::new()]));
}
