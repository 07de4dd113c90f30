//! Requests, led to the live deploy of an app by whoever takes them.

use slipway_kernel::{Ctx, Result, Tx};

use super::routing;
use crate::apps::model::number;
use crate::apps::{App, writing};
use crate::clusters::driver::{Driver, Host, Route, Routed};
use crate::clusters::service::failed;
use crate::{certificates, deploys, versions};

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
        hosts: hosts(ctx, app).await?,
    }))
}

/// The names of an app with the certificates that are shown for them.
async fn hosts(ctx: &Ctx, app: &App) -> Result<Vec<Host>> {
    let all = certificates::service::list(ctx, app.id).await?;
    let mut hosts = Vec::new();
    for name in routing::hosts(ctx, app).await? {
        let certificate = match certificates::model::chosen(&name, &all, ctx.now()) {
            Some(chosen) => certificates::service::shown(ctx, &name, chosen).await,
            None => None,
        };
        hosts.push(Host { name, certificate });
    }
    Ok(hosts)
}

/// Has an app that answers led to anew, because it has other names or certificates; once this transaction is through.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn again(tx: &mut Tx, ctx: &Ctx, app: &App) -> Result<()> {
    match app.live_deploy {
        Some(_) => writing::wake(tx, ctx, app).await,
        None => Ok(()),
    }
}
