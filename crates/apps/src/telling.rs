//! What a deploy or a run of a job tells, line by line, into its log.

use bytes::Bytes;
use slipway_api::ids::LogId;
use slipway_kernel::{Ctx, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

/// A log, open for writing by whoever drives what it is of.
pub(crate) struct Telling {
    lines: UnboundedSender<String>,
    /// Ends with this: whoever goes on writes from where the log ends then.
    writing: JoinSet<()>,
}

impl Telling {
    /// Goes on where the log ends, or begins it.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(crate) async fn open(ctx: &Ctx, log: LogId) -> Result<Self> {
        let end = ctx.logs.flush(ctx, log).await?;
        let (lines, told) = unbounded_channel();
        let mut writing = JoinSet::new();
        writing.spawn(write(ctx.clone(), (log, end), told));
        Ok(Self { lines, writing })
    }

    /// Tells a line.
    pub(crate) fn say(&self, line: impl Into<String>) {
        // Without a reader the database is away, and what is told of stops by itself.
        self.lines.send(line.into()).ok();
    }

    /// Waits until everything is written.
    pub(crate) async fn close(mut self) {
        drop(self.lines);
        self.writing.join_next().await;
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
                tracing::warn!(%error, log.id = %log, "a log cannot be written");
                return;
            }
        }
    }
}
