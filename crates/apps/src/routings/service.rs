//! What people say about how requests come to an app.

use serde_json::json;
use slipway_api::domains::{AppRouting, AppRoutingChanges};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Limits;
use super::store;
use crate::apps::{App, service::require_there, writing};
use crate::clusters::places::Places;
use crate::permissions::APP_ROUTING_UPDATE;
use crate::running::routing;

/// What counts for an app.
///
/// # Errors
///
/// Those of the database.
pub async fn show(ctx: &Ctx, app: &App) -> Result<AppRouting> {
    let said = store::find(ctx.db.reader(), app.id).await?;
    shown(ctx, app, said).await
}

async fn shown(ctx: &Ctx, app: &App, said: Option<Limits>) -> Result<AppRouting> {
    let said = said.unwrap_or_else(|| Limits::of(app.id, app.organization_id, ctx.now()));
    Ok(AppRouting {
        redirect: said.redirect,
        most_bytes: u64::try_from(said.most_bytes).unwrap_or_default(),
        patience_seconds: u32::try_from(said.patience_seconds).unwrap_or_default(),
        most_requests: u32::try_from(said.most_requests).unwrap_or_default(),
        hosts: routing::hosts(ctx, app).await?,
    })
}

/// Changes what counts for an app, for requests that begin from now on.
///
/// # Errors
///
/// `Forbidden`; `Invalid`; `Conflict` when the app's cluster takes its requests.
pub async fn change(ctx: &Ctx, app: &App, changes: &AppRoutingChanges) -> Result<AppRouting> {
    ctx.authorize(APP_ROUTING_UPDATE, &app.target()).await?;
    require_there(app)?;
    if !Places::load(ctx).await?.is_routed_here(app.pool_id) {
        let detail = "The app's cluster takes its requests: what it takes is said to its Ingress controller, by those who run the cluster.";
        return Err(Error::conflict(detail));
    }
    let mut tx = ctx.begin().await?;
    writing::hold(&tx, app.id).await?;
    let before = store::find(&*tx, app.id).await?;
    let before = before.unwrap_or_else(|| Limits::of(app.id, app.organization_id, ctx.now()));
    let after = before.changed(changes, ctx.now())?;
    store::put(&tx, &after).await?;
    writing::record(&mut tx, ctx, app, "app.routing-changed", json!(changes)).await?;
    tx.commit().await?;
    routing::changed(ctx).await;
    shown(ctx, app, Some(after)).await
}
