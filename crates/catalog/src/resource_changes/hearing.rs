//! What happens to runs, heard by the changes that started them.

use futures::FutureExt;
use slipway_api::ids::RunId;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::{Ctx, Result};

use super::{store, waking};
use crate::resource_imports::store as imports;

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "catalog.runs",
    object_kinds: &["run"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

/// Has the change of the run looked at. The event says only that something happened, so that it may come twice, late, or not
/// at all: then [`super::sweeping`] looks.
async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    let Ok(run) = event.object_id.parse::<RunId>() else {
        return Ok(());
    };
    let change = match store::open_of_run(ctx.db.reader(), run).await? {
        Some(change) => Some(change),
        None => imports::leaving_of_run(ctx.db.reader(), run).await?,
    };
    let Some(change) = change else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    waking::look(&mut tx, ctx, &change).await?;
    tx.commit().await
}
