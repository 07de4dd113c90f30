//! Deliveries that are old enough go.

use std::time::Duration;

use slipway_kernel::blobs::{self, Owner};
use slipway_kernel::{Ctx, Result};

use super::{receiving, store};

/// Deliveries removed in one transaction.
const BATCH: u64 = 500;

/// Removes them; to be called now and then.
pub(crate) async fn sweep(ctx: &Ctx) -> Result<()> {
    let days = ctx.settings.retention.delivery_days;
    if days == 0 {
        return Ok(());
    }
    let before = ctx.now().before(Duration::from_secs(u64::from(days) * 86_400));
    loop {
        let old = store::older(ctx.db.reader(), before, BATCH).await?;
        if old.is_empty() {
            return Ok(());
        }
        let tx = ctx.begin().await?;
        for id in &old {
            blobs::release(&tx, &Owner::new(receiving::OWNER, id)).await?;
        }
        store::remove_deliveries(&tx, &old).await?;
        tx.commit().await?;
    }
}
