//! What happens to runs, heard by the changes that started them; and to integrations, heard by those that sign in with them.

use futures::FutureExt;
use slipway_api::ids::{IntegrationId, RunId};
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

/// What hears of integrations, to be kept running by the server.
pub const OF_INTEGRATIONS: Consumer = Consumer {
    name: "catalog.integrations",
    object_kinds: &["integration"],
    consume: |ctx, event| consume_of_integration(ctx, event).boxed(),
};

/// Has the changes looked at that sign in with it: what was turned off may be on again, and what is gone is not waited for.
async fn consume_of_integration(ctx: &Ctx, event: &Event) -> Result<()> {
    let (Ok(id), Some(organization)) = (event.object_id.parse::<IntegrationId>(), event.organization_id) else {
        return Ok(());
    };
    let mut open = store::open_of_organization(ctx.db.reader(), organization).await?;
    open.retain(|change| change.specification.0.integrations.contains(&id));
    if open.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    for change in &open {
        waking::look(&mut tx, ctx, change).await?;
    }
    tx.commit().await
}
