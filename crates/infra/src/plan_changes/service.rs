//! Keeping what a runner brings, and reading it.

use bytes::Bytes;
use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{PlanId, WorkItemId};
use slipway_kernel::blobs::BlobAddress;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::{WorkItem, store as queue};
use slipway_kernel::{Ctx, Error, Result, Tx, blobs};
use slipway_tofu::digest::sha256_hex;

use super::model::{Pack, is_complete};
use super::{packed, store};
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::{runs, work, workspaces};

/// Keeps the details of the changes from `first` on. The same again are a success.
///
/// # Errors
///
/// `Malformed` and `TooLarge` for what is no such pack; those of the caller's access and of the object store.
pub async fn store_pack(ctx: &Ctx, id: WorkItemId, first: u32, bytes: Bytes) -> Result<()> {
    let (item, phase) = held(ctx, id).await?;
    let first = i64::from(first);
    let content = bytes.clone();
    let count = on_worker(move || packed::count(&content, first)).await?;
    let address = ctx.blobs.put(ctx, phase.organization_id, bytes).await?;
    let pack = Pack {
        phase_id: phase.id.clone(),
        fence: item.fence,
        first_change: first,
        change_count: count,
        address,
    };
    let tx = ctx.begin().await?;
    queue::last_held(&*tx, item.id, item.fence).await?;
    blobs::store::refer(&tx, ctx, phase.organization_id, &pack.address, &phase.owner()).await?;
    store::put(&tx, pack).await?;
    tx.commit().await
}

/// Keeps the index, after all packs: from now on readers find both. The same again is a success.
///
/// # Errors
///
/// `Conflict` when packs are missing; `Malformed` and `TooLarge` for what is no index; those of the caller's access and
/// of the object store.
pub async fn store_index(ctx: &Ctx, id: WorkItemId, bytes: Bytes) -> Result<()> {
    let (item, phase) = held(ctx, id).await?;
    let content = bytes.clone();
    let total = on_worker(move || packed::total(&content)).await?;
    let address = ctx.blobs.put(ctx, phase.organization_id, bytes).await?;
    let mut tx = ctx.begin().await?;
    queue::last_held(&*tx, item.id, item.fence).await?;
    let packs = store::of_claim(&*tx, &phase.id, item.fence).await?;
    let held: Vec<_> = packs
        .iter()
        .map(|pack| (pack.first_change, pack.change_count))
        .collect();
    if !is_complete(&held, total) {
        return Err(Error::conflict(
            "The details of some changes are missing. Bring them first, then the index.",
        ));
    }
    store::remove_others(&tx, &phase.id, item.fence).await?;
    blobs::store::refer(&tx, ctx, phase.organization_id, &address, &phase.owner()).await?;
    let phase = phases::of_item(&*tx, item.id).await?;
    let is_news = phase.is_final() && phase.changes_address.is_none();
    let changed = Phase {
        changes_address: Some(address),
        ..phase
    };
    phases::update(&tx, &changed).await?;
    // What comes before the plan's end is told with it.
    if is_news {
        tell(&mut tx, ctx, &changed).await?;
    }
    tx.commit().await
}

async fn tell(tx: &mut Tx, ctx: &Ctx, phase: &Phase) -> Result<()> {
    let run = runs::store::get(&**tx, phase.run_id).await?;
    let workspace = workspaces::store::get(&**tx, run.workspace_id).await?;
    let plan: PlanId = phase.run_id.counterpart();
    let event = NewEvent {
        action: "plan.changes-available",
        organization: Some(workspace.organization_id),
        project: Some(workspace.project_id),
        object_kind: "plan",
        object_id: plan.to_string(),
        object_name: format!("plan of {}", workspace.name),
        access_id: Some(workspace.id.to_string()),
        changes: json!({ "run": phase.run_id }),
    };
    events::record(tx, ctx, event).await
}

/// The item and its plan, also after the item's end: nobody waits for this to confirm or to apply.
async fn held(ctx: &Ctx, id: WorkItemId) -> Result<(WorkItem, Phase)> {
    let item = work::service::last_held(ctx, id).await?;
    let phase = phases::of_item(ctx.db.reader(), id).await?;
    match phase.kind {
        PhaseKind::Plan => Ok((item, phase)),
        PhaseKind::Apply => Err(Error::conflict("Only a plan has changes.")),
    }
}

/// The index of a plan that the caller may see: gzipped JSON, and what tells it from another.
pub(super) struct Found {
    pub(super) packed: Bytes,
    pub(super) tag: String,
}

/// What tells a plan's changes from other ones, without reading them.
pub(super) fn tag(phase: &Phase) -> Result<String> {
    Ok(tag_of(address(phase)?))
}

fn tag_of(address: &BlobAddress) -> String {
    // Not the address itself, which is computed with a key.
    let mut tag = sha256_hex(address.to_string().as_bytes());
    tag.truncate(32);
    tag
}

fn address(phase: &Phase) -> Result<&BlobAddress> {
    phase.changes_address.as_ref().ok_or_else(|| not_there(phase))
}

fn not_there(phase: &Phase) -> Error {
    let detail = if phase.is_final() {
        "There is no list of this plan's changes: it failed or was stopped, its runner could not make one, it is about to \
         come (an event says so), or retention removed it. The log has what the engine said."
    } else {
        "There is no list of this plan's changes yet: it is not finished."
    };
    Error::new(Code::NotFound, detail)
}

/// The index of a plan that the caller may see.
pub(super) async fn index(ctx: &Ctx, phase: &Phase) -> Result<Found> {
    let address = address(phase)?;
    Ok(Found {
        packed: ctx.blobs.get(ctx, phase.organization_id, address).await?,
        tag: tag_of(address),
    })
}

/// The details of one change of a plan that the caller may see.
pub(super) async fn details(ctx: &Ctx, phase: &Phase, number: u32) -> Result<Bytes> {
    address(phase)?;
    let number = i64::from(number);
    let pack = store::with_change(ctx.db.reader(), &phase.id, number)
        .await?
        .ok_or_else(|| Error::not_found("change of the plan", number))?;
    let packed = ctx.blobs.get(ctx, phase.organization_id, &pack.address).await?;
    let place = usize::try_from(number - pack.first_change).map_err(Error::internal)?;
    on_worker(move || packed::line(&packed, place)).await
}

/// An index as JSON, for who does not take gzip.
pub(super) async fn unpacked(packed: Bytes) -> Result<Bytes> {
    on_worker(move || packed::index(&packed)).await
}

async fn on_worker<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::internal)?
}
