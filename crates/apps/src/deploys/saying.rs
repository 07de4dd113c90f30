//! What a deploy tells, line by line, into its log.

use bytes::Bytes;
use slipway_api::ids::LogId;
use slipway_kernel::{Ctx, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

/// The log of a deploy, open for writing by whoever drives it.
pub(super) struct Telling {
    lines: UnboundedSender<String>,
    writing: JoinHandle<()>,
}

impl Telling {
    /// Goes on where the log ends, or begins it.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(super) async fn open(ctx: &Ctx, log: LogId) -> Result<Self> {
        let end = ctx.logs.flush(ctx, log).await?;
        let (lines, told) = unbounded_channel();
        let writing = tokio::spawn(write(ctx.clone(), (log, end), told));
        Ok(Self { lines, writing })
    }

    /// Tells a line.
    pub(super) fn say(&self, line: impl Into<String>) {
        // Without a reader the database is away, and the deploy stops by itself.
        self.lines.send(line.into()).ok();
    }

    /// Waits until everything is written.
    pub(super) async fn close(self) {
        drop(self.lines);
        self.writing.await.ok();
    }
}

async fn write(ctx: Ctx, (log, mut end): (LogId, u64), mut told: UnboundedReceiver<String>) {
    let mut many = Vec::new();
    while told.recv_many(&mut many, 1_000).await > 0 {
        let mut text = String::new();
        for line in many.drain(..) {
            text.push_str(&line);
            text.push('\n');
        }
        let bytes = Bytes::from(text);
        let length = u64::try_from(bytes.len()).unwrap_or_default();
        match ctx.logs.append(&ctx, log, end, bytes).await {
            Ok(_) => end = end.saturating_add(length),
            Err(error) => {
                tracing::warn!(%error, log.id = %log, "the log of a deploy cannot be written");
                return;
            }
        }
    }
}
