//! A chain as JSON lines, in pieces as they are read: head, events, checkpoints where they belong, a last checkpoint.

use std::collections::VecDeque;

use futures::Stream;
use serde_json::json;
use slipway_api::audit::{AuditLine, Checkpoint, ExportHead, FORMAT};

use super::chain::{self, Chain};
use super::checkpoints;
use super::model::{Event, NewEvent};
use super::record;
use super::signing::Signer;
use crate::ctx::Ctx;
use crate::errors::{Error, Result};

/// Events read at once.
const BATCH: u64 = 1_000;

/// Records that somebody exports the audit log; whoever reads all of it should be seen in it.
///
/// # Errors
///
/// Those of the database.
pub async fn note(ctx: &Ctx, chain: Chain, name: &str, after: i64) -> Result<()> {
    let event = NewEvent {
        action: "audit.exported",
        organization: chain,
        project: None,
        object_kind: if chain.is_some() { "organization" } else { "site" },
        object_id: chain::text(chain),
        object_name: name.to_owned(),
        access_id: None,
        changes: json!({ "after": after }),
    };
    let mut tx = ctx.begin().await?;
    record(&mut tx, ctx, event).await?;
    tx.commit().await
}

/// How far an export is.
struct Progress {
    ctx: Ctx,
    chain: Chain,
    signer: Signer,
    /// Those that are still to come in between.
    stored: VecDeque<Checkpoint>,
    position: i64,
    hash: String,
    /// The last position when it began: what comes later belongs to the next export.
    last: i64,
    is_finished: bool,
}

/// The pieces of an export of `chain`, called `name`, from after a position on. Every piece is whole lines.
///
/// # Errors
///
/// Those of the database, also in the middle: the export has no last checkpoint then, which who verifies it notices.
pub async fn pieces(
    ctx: Ctx,
    chain: Chain,
    name: String,
    after: i64,
) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + 'static> {
    let signer = Signer::load(&ctx).await?;
    let reader = ctx.db.reader();
    let last = chain::last_until(reader, chain, i64::MAX)
        .await?
        .map_or(0, |(last, _)| last);
    let beginning = checkpoints::beginning(reader, chain).await?;
    let start = match beginning {
        Some(row) if row.position >= after => Checkpoint::from(row),
        _ => checkpoints::sign(&ctx, &signer, chain, after).await?,
    };
    let head = ExportHead {
        format: FORMAT,
        organization: chain::text(chain),
        name,
        after,
        public_key: signer.public_key().to_owned(),
        exported_at: ctx.now(),
    };
    let mut first = line(&AuditLine::Export(head))?;
    let (position, hash) = (start.position, start.hash.clone());
    if position > 0 {
        first.extend(line(&AuditLine::Checkpoint(start))?);
    }
    let stored = checkpoints::after(reader, chain, position).await?;
    let progress = Progress {
        stored: stored.into_iter().map(Checkpoint::from).collect(),
        ctx,
        chain,
        signer,
        position,
        hash,
        last,
        is_finished: false,
    };
    let rest = futures::stream::try_unfold(progress, |progress| async move { progress.next().await });
    Ok(futures::StreamExt::chain(
        futures::stream::once(std::future::ready(Ok(first))),
        rest,
    ))
}

impl Progress {
    async fn next(mut self) -> Result<Option<(Vec<u8>, Self)>> {
        if self.is_finished {
            return Ok(None);
        }
        let events = chain::after(self.ctx.db.reader(), self.chain, self.position, BATCH).await?;
        let mut piece = Vec::with_capacity(events.len() * 640);
        let last = Some(self.last);
        for event in events.into_iter().filter(|event| event.position <= last) {
            self.event(event, &mut piece)?;
        }
        if piece.is_empty() {
            self.end(&mut piece).await?;
        }
        Ok(Some((piece, self)))
    }

    fn event(&mut self, event: Event, piece: &mut Vec<u8>) -> Result<()> {
        let (Some(position), Some(hash)) = (event.position, event.hash.clone()) else {
            return Ok(());
        };
        self.stored_until(position - 1, piece)?;
        if let Some(record) = event.record(Some(std::mem::replace(&mut self.hash, hash))) {
            piece.extend(line(&AuditLine::Event(Box::new(record)))?);
        }
        self.position = position;
        Ok(())
    }

    /// The stored checkpoints up to a position, each where it stands.
    fn stored_until(&mut self, position: i64, piece: &mut Vec<u8>) -> Result<()> {
        while self
            .stored
            .front()
            .is_some_and(|checkpoint| checkpoint.position <= position)
        {
            if let Some(checkpoint) = self.stored.pop_front() {
                piece.extend(line(&AuditLine::Checkpoint(checkpoint))?);
            }
        }
        Ok(())
    }

    async fn end(&mut self, piece: &mut Vec<u8>) -> Result<()> {
        // One that speaks of events which are not there any more is shown, too: that is how it is noticed.
        self.stored_until(i64::MAX, piece)?;
        let last = checkpoints::sign(&self.ctx, &self.signer, self.chain, self.last).await?;
        piece.extend(line(&AuditLine::Checkpoint(last))?);
        self.is_finished = true;
        Ok(())
    }
}

fn line(line: &AuditLine) -> Result<Vec<u8>> {
    let mut text = serde_json::to_vec(line).map_err(Error::internal)?;
    text.push(b'\n');
    Ok(text)
}
