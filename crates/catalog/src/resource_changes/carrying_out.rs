//! Taking a change as far as it can go: the server's job.
//!
//! It asks what is known and does the next step, until nothing can be done. Every step is one transaction that looks again
//! whether the change is as it was, so that it does not matter how often this is called, or where it was killed.

use slipway_api::Code;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::text::sentence;
use slipway_kernel::{Ctx, Error, Result};

use super::decide::{Step, decide};
use super::facts::{self, Known};
use super::{confirming, ending, recording, starting, store, succeeding};
use crate::resource_imports;

/// A change does not go through more steps than this at once.
const MOST_STEPS: usize = 8;

/// Does it. What cannot be done fails with the reason, and so does a run that was tried to be started in vain: then people
/// decide. What a run did is noted in the end, however long that takes: [`super::sweeping`] asks again.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: ResourceChangeId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no change", item.subject)))?;
    let error = match carry_out(ctx, id).await {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if may_pass(&error) && (item.attempt < item.max_attempts || has_run(ctx, id).await?) {
        return Err(JobError::Retry(error.to_string()));
    }
    Ok(ending::fail(ctx, id, &sentence(&error.in_words())).await?)
}

/// Takes a change as far as it can go now.
///
/// # Errors
///
/// `Conflict` when somebody else was faster; what a step needs and is not there.
pub async fn carry_out(ctx: &Ctx, id: ResourceChangeId) -> Result<()> {
    for _ in 0..MOST_STEPS {
        let Some(known) = facts::of(ctx, id).await? else {
            return resource_imports::leave(ctx, id).await;
        };
        match decide(&known.facts) {
            Step::Rest => return Ok(()),
            Step::Hold(reason) => return hold(ctx, known, &reason).await,
            Step::Start => starting::start(ctx, &known).await?,
            Step::Present => present(ctx, &known).await?,
            Step::Confirm => confirming::confirm(ctx, &known, "").await.map(|_| ())?,
            Step::Succeed => succeeding::succeed(ctx, &known).await?,
            Step::Fail(reason) => {
                let reason = reason.unwrap_or_else(|| of_run(&known));
                return ending::fail(ctx, id, &reason).await;
            }
            Step::Cancel => return ending::end(ctx, &known, (ResourceChangeStatus::Canceled, of_run(&known))).await,
            Step::Reject => return ending::end(ctx, &known, (ResourceChangeStatus::Rejected, of_run(&known))).await,
        }
    }
    Err(Error::internal(format!("{id} does not come to rest")))
}

async fn has_run(ctx: &Ctx, id: ResourceChangeId) -> Result<bool> {
    let change = store::find(ctx.db.reader(), id).await?;
    Ok(change.is_some_and(|change| change.run_id.is_some()))
}

/// Something was away, or somebody else was faster.
fn may_pass(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Unavailable
            | Code::Internal
            | Code::Conflict
            | Code::AlreadyExists
            | Code::PreconditionFailed
            | Code::TooManyRequests
    )
}

/// Why its run ended, in a sentence.
fn of_run(known: &Known) -> String {
    let said = known.run.as_ref().and_then(|run| run.error_message.clone());
    said.map_or_else(
        || "Its run ended without being applied.".to_owned(),
        |said| sentence(&said),
    )
}

/// Says why it does not go on.
async fn hold(ctx: &Ctx, known: Known, reason: &str) -> Result<()> {
    if known.change.detail.as_deref() == Some(reason) {
        return Ok(());
    }
    let mut change = known.change;
    change.detail = Some(reason.to_owned());
    change.touch(ctx.now());
    let tx = ctx.begin().await?;
    recording::write(&tx, &change).await?;
    tx.commit().await
}

/// Lets people see the plan, and decide.
async fn present(ctx: &Ctx, known: &Known) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    change.status = ResourceChangeStatus::Waiting;
    change.detail = None;
    change.touch(ctx.now());
    recording::save(&mut tx, ctx, (&resource, &change), "resource-change.planned").await?;
    tx.commit().await
}
