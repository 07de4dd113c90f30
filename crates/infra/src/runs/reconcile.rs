//! Makes runs and the queue agree: phases whose runner was lost, and workspaces that are free while runs wait.

use std::time::Duration;

use slipway_api::ids::LogId;
use slipway_api::runs::UnaccountedResource;
use slipway_kernel::queue::leases::{Holding, Kept};
use slipway_kernel::queue::{WorkItem, store as queue};
use slipway_kernel::wakes::Topic;
use slipway_kernel::{Ctx, Result};
use slipway_tofu::journal::{Journal, JournalRecord, may_exist};
use slipway_tofu::state::StateFile;

use super::service::{progress, turn};
use super::store;
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::states;
use crate::workspaces::store as workspaces;

/// How long one replica keeps this to itself.
const LEASE: Duration = Duration::from_secs(15);
/// How often to look without being woken.
const PATIENCE: Duration = Duration::from_secs(2);

/// Looks after lost work for as long as the process lives.
///
/// A server that was away heard nobody; so it takes nothing from anybody until its runners had the time of one lease to
/// report.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    let grace = Duration::from_secs(ctx.settings.runs.lease_seconds);
    let silent_since = ctx.now();
    let mut listener = ctx.wakes.listen(Topic::Queue);
    let mut lease = Kept::new("runs", holder, LEASE);
    loop {
        if lease.hold(ctx).await? != Holding::No {
            if ctx.now().since(silent_since) >= grace {
                reap(ctx).await?;
            }
            settle_lost(ctx).await?;
        }
        listener.wait(PATIENCE).await;
    }
}

/// Takes items from runners that fell silent.
///
/// # Errors
///
/// Those of the database.
pub async fn reap(ctx: &Ctx) -> Result<usize> {
    let mut tx = ctx.begin().await?;
    let count = queue::reap(&mut tx, ctx.now()).await?;
    if count > 0 {
        tracing::warn!(count, "work was taken from runners that fell silent");
        tx.commit().await?;
    }
    Ok(count)
}

/// Ends the runs whose work was lost and may not be repeated, and says of how many. One that cannot be ended now does not
/// keep the others waiting; the next call tries it again.
///
/// # Errors
///
/// Those of the database.
pub async fn settle_lost(ctx: &Ctx) -> Result<usize> {
    let lost = queue::lost(ctx.db.reader(), &[turn::PLAN, turn::APPLY]).await?;
    let mut settled = 0;
    for item in &lost {
        match settle(ctx, item).await {
            Ok(()) => settled += 1,
            Err(error) => {
                tracing::warn!(work_item.id = %item.id, work_item.subject = item.subject, %error, "a run that lost its runner cannot be ended yet");
            }
        }
    }
    Ok(settled)
}

async fn settle(ctx: &Ctx, item: &WorkItem) -> Result<()> {
    let Some(phase) = phases::find_of_item(ctx.db.reader(), item.id).await? else {
        // Its run is gone, so nobody waits for it.
        let tx = ctx.begin().await?;
        queue::withdraw(&tx, item.id, ctx.now()).await?;
        return tx.commit().await;
    };
    // Whatever arrived of the log must be readable to its end.
    ctx.logs.seal(ctx, phase.log_id).await?;
    ctx.logs.seal(ctx, phase.events_log_id).await?;
    let unaccounted = match phase.kind {
        PhaseKind::Plan => Vec::new(),
        PhaseKind::Apply => unaccounted(ctx, &phase).await?,
    };
    let mut tx = ctx.begin().await?;
    progress::lost(&mut tx, ctx, item, unaccounted).await?;
    tx.commit().await
}

/// All bytes of a log that have arrived.
async fn whole_log(ctx: &Ctx, id: LogId) -> Result<Vec<u8>> {
    const PART: usize = 1 << 20;
    let mut bytes = Vec::new();
    loop {
        let offset = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let part = ctx.logs.read(ctx, id, offset, PART).await?;
        bytes.extend_from_slice(&part.bytes);
        if part.is_end || part.bytes.is_empty() {
            return Ok(bytes);
        }
    }
}

/// What the apply's journal says was begun and is not in the newest state, as far as both have arrived.
///
/// # Errors
///
/// Those of the database and the object store.
pub(crate) async fn unaccounted(ctx: &Ctx, phase: &Phase) -> Result<Vec<UnaccountedResource>> {
    let events = whole_log(ctx, phase.events_log_id).await?;
    let lines = events
        .split(|byte| *byte == b'\n')
        .filter_map(slipway_tofu::events::parse_line);
    let journal: String = lines
        .filter_map(|event| JournalRecord::from_event(&event))
        .map(|record| record.to_line())
        .collect();
    let journal = Journal::parse(journal.as_bytes());
    let run = store::get(ctx.db.reader(), phase.run_id).await?;
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    let state = states::service::current_bytes(ctx, &workspace).await?;
    let state = state.as_deref().and_then(|bytes| StateFile::parse(bytes).ok());
    let summary = match &state {
        Some(StateFile::Clear(state)) => Some(state.summary()),
        Some(StateFile::Encrypted(_)) | None => None,
    };
    let resource = |found: slipway_tofu::journal::MayExist| UnaccountedResource {
        address: found.address,
        resource_id: found.id,
        reason: found.note,
        import_block: found.import_block,
    };
    Ok(may_exist(&journal, summary.as_ref())
        .into_iter()
        .map(resource)
        .collect())
}
