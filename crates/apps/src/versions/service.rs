//! What people and deploys do with versions.

use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

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

/// Refuses to run a version again whose image is gone. The app is held, so that nobody takes it away in between.
///
/// # Errors
///
/// `Conflict`.
pub(crate) async fn require_image(tx: &Tx, app: &App, number: i64) -> Result<()> {
    match store::find(&**tx, app.id, number).await? {
        Some(version) if version.image_removed_at.is_some() => Err(Error::conflict(gone(app, number))),
        _ => Ok(()),
    }
}

/// Why a version cannot be run again.
pub(crate) fn gone(app: &App, number: i64) -> String {
    format!(
        "The image of version {number} of the app \"{}\" is not there any more: images that were built are kept for the newest versions \
         (apps.versions_kept). Deploy its source again.",
        app.name
    )
}
