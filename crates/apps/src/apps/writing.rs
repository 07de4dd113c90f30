//! Writing apps in a transaction: what goes with a row, and what is told of it.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::AppId;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::{NewItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{App, KIND};
use super::store;
use crate::work::APP;

/// Writes the next version of one, with what is told of it.
///
/// # Errors
///
/// `PreconditionFailed` when somebody changed it since.
pub(crate) async fn update(tx: &mut Tx, ctx: &Ctx, app: &App, (action, told): (&'static str, Value)) -> Result<()> {
    if !store::update(tx, app).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the app at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    directory::store::put(tx, &app.object()).await?;
    record(tx, ctx, app, action, told).await
}

/// The app as it is in this transaction, in which it stays so.
///
/// # Errors
///
/// `NotFound`.
pub(crate) async fn hold(tx: &Tx, id: AppId) -> Result<App> {
    store::hold(tx, id).await?.ok_or_else(|| Error::not_found(KIND, id))
}

/// Has the app driven to where it shall be, once this transaction is through.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn wake(tx: &mut Tx, ctx: &Ctx, app: &App) -> Result<()> {
    let item = NewItem {
        organization: Some(app.organization_id),
        ..NewItem::job(APP, app.id.to_string(), json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

pub(crate) async fn record(tx: &mut Tx, ctx: &Ctx, app: &App, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(app.organization_id),
        project: Some(app.project_id),
        object_kind: KIND,
        object_id: app.id.to_string(),
        object_name: app.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
