//! Hears what happened to repositories and to runs, and leaves the work to jobs.

use futures::FutureExt;
use serde_json::json;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Result};

use crate::jobs::REPOSITORY_EVENT;
use crate::reports;

/// What of repositories starts something here.
const ACTIONS: [&str; 4] = [
    "repository.pushed",
    "pull-request.changed",
    "pull-request.commented",
    "release.published",
];
/// How often it is tried while the forge is away: for more than a day.
const ATTEMPTS: i64 = 200;
/// Higher than other jobs: somebody waits for the run.
const PRIORITY: i64 = 20;

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "infra.commits",
    object_kinds: &["repository", "run"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    if event.object_kind == "run" {
        return reports::service::run_changed(ctx, &event.object_id).await;
    }
    if !ACTIONS.contains(&event.action.as_str()) {
        return Ok(());
    }
    let payload = json!({"action": event.action, "position": event.position, "changes": event.changes});
    let item = NewItem {
        organization: event.organization_id,
        priority: PRIORITY,
        max_attempts: ATTEMPTS,
        ..NewItem::job(REPOSITORY_EVENT, &event.object_id, payload)
    };
    let mut tx = ctx.begin().await?;
    enqueue(&mut tx, ctx, item).await?;
    tx.commit().await
}
