//! Who is behind a run token, and whether the item is still theirs.

use std::sync::Arc;

use slipway_api::ids::{RunnerPoolId, WorkItemId};
use slipway_kernel::queue::{WorkItem, store as queue};
use slipway_kernel::{Actor, Ctx, Error, Kernel, Result, ctx, tokens};

use crate::work::store;

/// The actor behind a run token. The token of an item that was lost still tells who speaks: what it may do then is
/// decided by the fence.
///
/// # Errors
///
/// `Unauthenticated` when nobody was given this token.
pub async fn authenticate(kernel: &Arc<Kernel>, token: &str) -> Result<Actor> {
    let attempt = store::find(kernel.db.reader(), &tokens::hash(token)).await?;
    let attempt = attempt.ok_or_else(ctx::unauthenticated)?;
    Ok(Actor::Run {
        work_item: attempt.work_item_id,
        fence: attempt.fence,
    })
}

/// Refuses everybody but who has the token of `id`, also when its lease has ended.
///
/// # Errors
///
/// `NotFound` for everybody else.
pub fn require_own(ctx: &Ctx, id: WorkItemId) -> Result<()> {
    own(ctx, id).map(drop)
}

/// The item and fence that the caller's token is for, when it is the token of `id`.
///
/// # Errors
///
/// `NotFound` for everybody else.
pub(super) fn own(ctx: &Ctx, id: WorkItemId) -> Result<i64> {
    match ctx.actor() {
        Actor::Run { work_item, fence } if *work_item == id => Ok(*fence),
        Actor::Anonymous => Err(ctx::unauthenticated()),
        _ => Err(Error::not_found("work item", id)),
    }
}

/// The item, while it is still the caller's.
///
/// # Errors
///
/// `NotFound` for foreign tokens, `StaleLease` when the lease has ended.
pub(super) async fn held(ctx: &Ctx, id: WorkItemId) -> Result<WorkItem> {
    let fence = own(ctx, id)?;
    queue::held(ctx.db.reader(), id, fence).await
}

/// The item whose last holder the caller is, also after its end.
///
/// # Errors
///
/// `NotFound` for foreign tokens, `StaleLease` when somebody else had it since.
pub(crate) async fn last_held(ctx: &Ctx, id: WorkItemId) -> Result<WorkItem> {
    let fence = own(ctx, id)?;
    queue::last_held(ctx.db.reader(), id, fence).await
}

/// Notes that the holder of `item` has begun, unless it is known. From then on it may do what cannot be repeated: it
/// waits for the answer to a heartbeat before.
///
/// # Errors
///
/// `StaleLease` when the lease has ended.
pub(super) async fn begin(ctx: &Ctx, item: &WorkItem) -> Result<()> {
    if item.begun_at.is_some() {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    queue::begin(&tx, item.id, item.fence, ctx.now()).await?;
    tx.commit().await
}

/// The pool whose token the caller has.
///
/// # Errors
///
/// `Forbidden` for callers that are no runners.
pub(super) fn pool(ctx: &Ctx) -> Result<RunnerPoolId> {
    match ctx.actor() {
        Actor::Runner { pool } => Ok(*pool),
        Actor::Anonymous => Err(ctx::unauthenticated()),
        _ => Err(Error::new(
            slipway_api::Code::Forbidden,
            "Only a runner can do this, with the token of its pool. `slipway runner-pool token create` makes one.",
        )),
    }
}
