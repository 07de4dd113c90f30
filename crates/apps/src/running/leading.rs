//! Requests, led to the live deploy of an app by whoever takes them.

use slipway_kernel::{Ctx, Result};

use super::routing;
use crate::apps::App;
use crate::apps::model::number;
use crate::clusters::driver::{Driver, Route, Routed};
use crate::clusters::service::failed;
use crate::{deploys, versions};

/// Has requests go to the live deploy of an app and to no other, before units of others are taken away.
///
/// # Errors
///
/// When the cluster does not answer or refuses it; those of the database.
pub(crate) async fn lead(ctx: &Ctx, app: &App, driver: &dyn Driver) -> Result<()> {
    let route = wanted(ctx, app).await?;
    match driver.route(app.id, route.as_ref()).await.map_err(failed)? {
        Routed::ByRouter => routing::publish_first(ctx).await,
        Routed::ByCluster { .. } => Ok(()),
    }
}

/// Where requests shall go; nothing for an app that takes none.
async fn wanted(ctx: &Ctx, app: &App) -> Result<Option<Route>> {
    let Some(version) = versions::service::live(ctx, app).await? else {
        return Ok(None);
    };
    let port = deploys::service::live_port(ctx, app).await?;
    let (Some(web), Some(port), Some(deploy)) = (version.processes.taking_requests(), port, app.live_deploy) else {
        return Ok(None);
    };
    Ok(Some(Route {
        process: web.name.clone(),
        deploy: number(deploy),
        port,
        hosts: routing::hosts(ctx, app).await?,
    }))
}
