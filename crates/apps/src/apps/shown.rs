//! Apps as they are shown: with what is known of their units, and what the caller may do.

use std::collections::HashMap;

use slipway_api::Resource;
use slipway_api::apps::{App as Wire, AppProcess};
use slipway_api::ids::AppId;
use slipway_api::pools::{AppPlanName, PoolName};
use slipway_kernel::{Ctx, Result};

use super::model::{App, number};
use crate::running::addresses::Addresses;
use crate::running::observed::{Observed, Seen};
use crate::versions::model::Processes;
use crate::{deploys, plans, pools, repositories, versions};

/// One app.
pub(crate) async fn shown(ctx: &Ctx, app: App) -> Result<Resource<Wire>> {
    let mut all = resources(ctx, vec![app]).await?;
    all.pop()
        .ok_or_else(|| slipway_kernel::Error::internal("an app is not shown"))
}

/// Several apps, in their order.
pub(crate) async fn resources(ctx: &Ctx, apps: Vec<App>) -> Result<Vec<Resource<Wire>>> {
    let Some(organization) = apps.first().map(|app| app.organization_id) else {
        return Ok(Vec::new());
    };
    let granted = ctx.granted().await?;
    let pools = pools::store::seen_by(ctx.db.reader(), organization).await?;
    let pools: HashMap<_, _> = pools.into_iter().map(|pool| (pool.id, pool.name)).collect();
    let plans = plans::store::seen_by(ctx.db.reader(), organization).await?;
    let plans: HashMap<_, _> = plans.into_iter().map(|plan| (plan.id, plan.name)).collect();
    let ids: Vec<AppId> = apps.iter().map(|app| app.id).collect();
    let active = deploys::store::active_of(ctx.db.reader(), &ids).await?;
    let active: HashMap<_, _> = active.into_iter().map(|deploy| (deploy.app_id, deploy.id)).collect();
    let versions = versions::store::live_of(ctx.db.reader(), &apps).await?;
    let repositories = repositories::store::of_apps(ctx.db.reader(), &ids).await?;
    let repositories: HashMap<_, _> = repositories.into_iter().collect();
    let mut addresses = Addresses::of(ctx, &ids).await?;
    let observed = ctx.kept.get::<Observed>();
    let mut shown = Vec::with_capacity(apps.len());
    for app in apps {
        let (Some(pool), Some(plan)) = (pools.get(&app.pool_id), plans.get(&app.plan_id)) else {
            continue;
        };
        let live = versions.get(&app.id);
        let takes_requests = live.is_some_and(|version| version.processes.taking_requests().is_some());
        let seen = observed.of(app.id);
        let attributes = Wire {
            name: app.name.clone(),
            description: app.description.clone(),
            labels: app.labels().map(str::to_owned).collect(),
            pool: PoolName {
                id: app.pool_id,
                name: pool.clone(),
            },
            plan: AppPlanName {
                id: app.plan_id,
                name: plan.clone(),
            },
            plan_override: app.plan_override(),
            status: app.status,
            reason: app.reason.clone(),
            urls: addresses.urls(ctx, &app, takes_requests).await?,
            processes: live.map_or_else(Vec::new, |version| processes(&app, &version.processes, Some(&seen))),
            live_version: app.live_version.map(number),
            is_stopped: app.is_stopped,
            active_deploy: active.get(&app.id).copied(),
            permissions: app.permissions(&granted),
            created_at: app.created_at,
            updated_at: app.updated_at,
        };
        let path = format!("/api/v2/apps/{}", app.id);
        let resource = Resource::new(app.id, attributes).with_link("self", path);
        let resource = resource.with("project", "projects", app.project_id);
        shown.push(match repositories.get(&app.id) {
            Some(repository) => resource.with("repository", "repositories", repository),
            None => resource,
        });
    }
    Ok(shown)
}

/// The processes of a version; with numbers of units where it is the live one, of which the units were seen.
pub(crate) fn processes(app: &App, processes: &Processes, seen: Option<&[Seen]>) -> Vec<AppProcess> {
    let ready = |process: &str, seen: &[Seen]| {
        let those = seen.iter().filter(|seen| {
            let unit = &seen.unit;
            unit.process == process && Some(i64::from(unit.deploy)) == app.live_deploy && seen.ready.is_ok()
        });
        u32::try_from(those.count()).unwrap_or(u32::MAX)
    };
    let of_live = |process: &str, seen: &[Seen]| {
        let those = seen
            .iter()
            .filter(|seen| seen.unit.process == process && Some(i64::from(seen.unit.deploy)) == app.live_deploy);
        u32::try_from(those.count()).unwrap_or(u32::MAX)
    };
    let shown = processes.0.iter().map(|process| AppProcess {
        name: process.name.clone(),
        command: process.shown.clone(),
        units: match seen {
            Some(seen) if processes.release() != Some(process) => match app.autoscale_of(&process.name) {
                Some(autoscale) => autoscale.least.max(of_live(&process.name, seen)),
                None => app.units_of(&process.name),
            },
            _ => 0,
        },
        ready: seen.map_or(0, |seen| ready(&process.name, seen)),
        autoscale: seen
            .and_then(|_| app.autoscale_said(&process.name))
            .map(|said| said.shown()),
    });
    shown.collect()
}
