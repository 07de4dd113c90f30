//! Changes that nobody looked at for long, because what told of them was lost: looked at again.

use std::time::Duration;

use slipway_kernel::{Ctx, Result};

use super::{store, waking};

/// A change that goes on by itself is looked at again when nothing happened to it for so long.
const QUIET: Duration = Duration::from_secs(600);

/// Has them looked at; to be called now and then. Nothing happens to what is as it should be.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for change in store::quiet_since(ctx.db.reader(), ctx.now().before(QUIET)).await? {
        let mut tx = ctx.begin().await?;
        waking::look(&mut tx, ctx, &change).await?;
        tx.commit().await?;
    }
    Ok(())
}
