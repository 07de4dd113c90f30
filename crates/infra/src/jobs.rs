//! This domain's work that the server does itself, later and repeatably.

use futures::FutureExt;
use slipway_kernel::queue::jobs::{Job, JobError};

use crate::phases::store as phases;

/// Moves the logs of a phase that has ended to the object store. Subject: the phase.
pub const SEAL_LOGS: &str = "infra.seal-logs";

/// Every job of this domain.
#[must_use]
pub fn jobs() -> Vec<Job> {
    vec![Job {
        kind: SEAL_LOGS,
        run: |ctx, item| {
            async move {
                let Some(phase) = phases::find(ctx.db.reader(), &item.subject).await? else {
                    return Ok(());
                };
                ctx.logs.seal(ctx, phase.log_id).await?;
                ctx.logs.seal(ctx, phase.events_log_id).await?;
                Ok::<(), JobError>(())
            }
            .boxed()
        },
    }]
}
