//! What people and deploys do with versions.

use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Result};

use super::model::AppVersion;
use super::store;
use crate::apps::App;

/// A page of an app's versions, the newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, app: &App, page: &Page) -> Result<Listed<AppVersion>> {
    store::list(ctx.db.reader(), app.id, page).await
}

/// What runs of an app; nothing before the first deploy.
///
/// # Errors
///
/// Those of the database.
pub async fn live(ctx: &Ctx, app: &App) -> Result<Option<AppVersion>> {
    match app.live_version {
        Some(number) => store::find(ctx.db.reader(), app.id, number).await,
        None => Ok(None),
    }
}
