//! What a runner brings: logs, events, states, plans, heartbeats, the end.

use bytes::Bytes;
use serde_json::json;
use slipway_api::ids::WorkItemId;
use slipway_api::runner::{Accepted, Completion, Directive, Heartbeat, HeartbeatAnswer, Outcome};
use slipway_kernel::queue::{NewItem, WorkItem, model::Stop, store as queue};
use slipway_kernel::{Ctx, Error, Result, blobs};
use slipway_tofu::digest::sha256_hex;

use super::{access, claim};
use crate::jobs::SEAL_LOGS;
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::service::progress;
use crate::runs::store as runs;
use crate::states;
use crate::work::model::Reported;
use crate::work::store;
use crate::workspaces::store as workspaces;

/// Which of a phase's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// What the engine says to people.
    Log,
    /// What it says to programs, as JSON lines.
    Events,
}

/// Takes bytes of a stream at an offset. The same bytes again are a success.
///
/// # Errors
///
/// `OffsetGap` when bytes are missing before them; those of the caller's access.
pub async fn append(ctx: &Ctx, id: WorkItemId, stream: Stream, offset: u64, bytes: Bytes) -> Result<Accepted> {
    let (item, phase) = held(ctx, id).await?;
    let log = match stream {
        Stream::Log => phase.log_id,
        Stream::Events => {
            // Only an engine has events.
            access::begin(ctx, &item).await?;
            phase.events_log_id
        }
    };
    ctx.logs.append(ctx, log, offset, bytes).await
}

/// Makes a state that the run brought the workspace's current one. From a run that lost its item it is kept as evidence.
///
/// Returns whether it is current.
///
/// # Errors
///
/// Those of the caller's access, and a state that cannot be one.
pub async fn store_state(ctx: &Ctx, id: WorkItemId, bytes: Bytes) -> Result<bool> {
    let fence = access::own(ctx, id)?;
    let phase = phases::of_item(ctx.db.reader(), id).await?;
    let run = runs::get(ctx.db.reader(), phase.run_id).await?;
    let workspace = workspaces::get(ctx.db.reader(), run.workspace_id).await?;
    let Ok(item) = queue::held(ctx.db.reader(), id, fence).await else {
        states::service::keep_as_evidence(
            ctx,
            &workspace,
            run.id,
            "The runner had lost the work item when it came.",
            bytes,
        )
        .await?;
        return Ok(false);
    };
    access::begin(ctx, &item).await?;
    states::service::accept_from_run(ctx, &workspace, run.id, bytes).await?;
    Ok(true)
}

/// Keeps the bundle with the plan file. Whether it arrived whole is proved when the item completes, which names its
/// digest.
///
/// # Errors
///
/// Those of the caller's access and of the object store.
pub async fn store_plan(ctx: &Ctx, id: WorkItemId, bytes: Bytes) -> Result<()> {
    let (item, phase) = held(ctx, id).await?;
    let content = bytes.clone();
    let digest = tokio::task::spawn_blocking(move || sha256_hex(&content))
        .await
        .map_err(Error::internal)?;
    let address = ctx.blobs.put(ctx, phase.organization_id, bytes).await?;
    keep(ctx, &item, |phase| {
        phase.bundle_address = Some(address);
        phase.bundle_digest = Some(digest);
    })
    .await
}

/// Keeps the plan's JSON form. It may come after the item's end: nobody waits for it.
///
/// # Errors
///
/// `Invalid` when it is no JSON; those of the caller's access and of the object store.
pub async fn store_plan_json(ctx: &Ctx, id: WorkItemId, bytes: Bytes) -> Result<()> {
    let item = queue::last_held(ctx.db.reader(), id, access::own(ctx, id)?).await?;
    let phase = phases::of_item(ctx.db.reader(), id).await?;
    serde_json::from_slice::<serde::de::IgnoredAny>(&bytes)
        .map_err(|error| Error::malformed(format!("The plan is not valid JSON: {error}.")))?;
    let address = ctx.blobs.put(ctx, phase.organization_id, bytes).await?;
    keep(ctx, &item, |phase| phase.plan_json_address = Some(address)).await
}

/// Changes the phase of a held item and refers to the blobs it then has.
async fn keep(ctx: &Ctx, item: &WorkItem, change: impl FnOnce(&mut Phase)) -> Result<()> {
    let tx = ctx.begin().await?;
    queue::last_held(&*tx, item.id, item.fence).await?;
    let mut phase = phases::of_item(&*tx, item.id).await?;
    change(&mut phase);
    phases::update(&tx, &phase).await?;
    for address in [&phase.bundle_address, &phase.plan_json_address].into_iter().flatten() {
        blobs::store::refer(&tx, ctx, phase.organization_id, address, &phase.owner()).await?;
    }
    tx.commit().await
}

/// The runner is still here; the answer says whether to go on.
///
/// # Errors
///
/// `StaleLease` when the item is not the caller's any more.
pub async fn heartbeat(ctx: &Ctx, id: WorkItemId, _: &Heartbeat) -> Result<HeartbeatAnswer> {
    let mut item = access::held(ctx, id).await?;
    access::begin(ctx, &item).await?;
    let lease = claim::lease(ctx);
    // A runner asks every second, to hear of a cancel in time; its lease is written only when a third of it is gone.
    if item
        .lease_until
        .is_none_or(|until| until < ctx.now().after(lease * 2 / 3))
    {
        let tx = ctx.begin().await?;
        item = queue::heartbeat(&tx, id, item.fence, ctx.now().after(lease)).await?;
        tx.commit().await?;
    }
    let directive = match item.stop {
        Stop::No => Directive::Continue,
        Stop::Cancel => Directive::Cancel,
        Stop::Kill => Directive::Kill,
    };
    Ok(HeartbeatAnswer {
        directive,
        lease_until: item.lease_until.unwrap_or_else(|| ctx.now()),
    })
}

/// The end of the item. Repeating it is a success.
///
/// # Errors
///
/// `OffsetGap` when not all of the log arrived, `StaleLease` when the item is not the caller's any more.
pub async fn complete(ctx: &Ctx, id: WorkItemId, completion: Completion) -> Result<()> {
    let fence = access::own(ctx, id)?;
    let attempt = store::of_fence(ctx.db.reader(), id, fence)
        .await?
        .ok_or_else(queue::stale)?;
    let reported = Reported(completion.clone());
    if attempt.completion.as_ref() == Some(&reported) {
        return Ok(());
    }
    let (item, phase) = held(ctx, id).await?;
    require_all(ctx, &phase, &completion).await?;
    require_plan(&phase, &completion)?;
    let mut tx = ctx.begin().await?;
    let run = progress::completed(&mut tx, ctx, &item, &completion).await?;
    store::complete(&tx, &attempt.token_hash, reported).await?;
    let seal = NewItem::job(SEAL_LOGS, &phase.id, json!({}));
    slipway_kernel::queue::enqueue(&mut tx, ctx, seal).await?;
    tx.commit().await?;
    tracing::info!(run.id = %run.id, run.status = run.status.as_str(), "phase completed");
    Ok(())
}

/// Everything that the runner sent is durable before the item ends.
async fn require_all(ctx: &Ctx, phase: &Phase, completion: &Completion) -> Result<()> {
    for (log, sent) in [
        (phase.log_id, completion.log_bytes),
        (phase.events_log_id, completion.event_bytes),
    ] {
        let stored = ctx.logs.flush(ctx, log).await?;
        if stored < sent {
            let missing = format!(
                "{} bytes of the log have not arrived. Send them, then complete again.",
                sent - stored
            );
            return Err(Error::new(slipway_api::Code::OffsetGap, missing).with_meta("expected", stored));
        }
    }
    Ok(())
}

/// A plan that succeeded has a bundle, and it is the one that the runner made.
fn require_plan(phase: &Phase, completion: &Completion) -> Result<()> {
    let needs_plan = phase.kind == PhaseKind::Plan && completion.outcome == Outcome::Succeeded;
    if !needs_plan || (completion.plan_digest.is_some() && completion.plan_digest == phase.bundle_digest) {
        return Ok(());
    }
    Err(Error::invalid(
        "/plan-digest",
        "The plan bundle that arrived is not the one that this digest is of. Send it again, then complete again.",
    ))
}

async fn held(ctx: &Ctx, id: WorkItemId) -> Result<(WorkItem, Phase)> {
    let item = access::held(ctx, id).await?;
    let phase = phases::of_item(ctx.db.reader(), item.id).await?;
    Ok((item, phase))
}
