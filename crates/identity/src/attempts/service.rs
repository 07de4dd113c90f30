//! Counting attempts, and refusing those that come too fast.

use std::time::Duration;

use slipway_api::Code;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::Subject;
use super::store;

/// An attempt that was counted. What becomes of it is told with `succeeded`; otherwise it has failed.
pub struct Counted {
    subjects: Vec<Subject>,
}

/// Counts an attempt on each of `subjects`, before it is looked at.
///
/// # Errors
///
/// `TooManyRequests`, with `retry-after-seconds`, when one of them has to wait; the attempt is then not counted.
pub async fn count(ctx: &Ctx, mut subjects: Vec<Subject>) -> Result<Counted> {
    // One order for all, so that no two transactions wait for each other.
    subjects.sort_by_key(Subject::key);
    let now = ctx.now();
    let tx = ctx.begin().await?;
    let mut wait = Duration::ZERO;
    for subject in &subjects {
        let key = subject.key();
        let attempts = store::hold(&tx, &key, now).await?;
        let count = if attempts.is_forgotten(now) { 0 } else { attempts.count };
        wait = wait.max(attempts.wait(subject.allowance(), now));
        store::set(&tx, &key, count.saturating_add(1), now).await?;
    }
    if !wait.is_zero() {
        return Err(too_many(wait));
    }
    tx.commit().await?;
    Ok(Counted { subjects })
}

/// Forgets what was tried on the account before, and this attempt of the address: one who knows his password starts
/// afresh, but does not clean the address for somebody who guesses others'.
pub(crate) async fn succeeded(tx: &Tx, counted: &Counted) -> Result<()> {
    for subject in &counted.subjects {
        match subject {
            Subject::Address(_) => store::forgive(tx, &subject.key()).await?,
            _ => store::delete(tx, &subject.key()).await?,
        }
    }
    Ok(())
}

/// Takes this attempt back, and leaves what was tried before.
pub(crate) async fn forgive(tx: &Tx, counted: &Counted) -> Result<()> {
    for subject in &counted.subjects {
        store::forgive(tx, &subject.key()).await?;
    }
    Ok(())
}

/// Removes what does not count any more.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    let tx = ctx.begin().await?;
    store::delete_before(&*tx, ctx.now().before(super::model::FORGOTTEN)).await?;
    tx.commit().await
}

/// The address that the caller comes from, as something that attempts are counted for.
pub(crate) fn address(ctx: &Ctx) -> Option<Subject> {
    let text = ctx.origin().remote_address.as_deref()?;
    text.parse().ok().map(Subject::Address)
}

fn too_many(wait: Duration) -> Error {
    let seconds = wait.as_secs().max(1);
    let words = match seconds {
        1..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", seconds.div_ceil(60)),
    };
    Error::new(
        Code::TooManyRequests,
        format!("There were too many attempts. Wait {words}, then try again."),
    )
    .with_meta("retry-after-seconds", seconds)
}
