//! What people and deploys do with what is said about processes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use slipway_api::Code;
use slipway_api::app_processes::{AppAutoscale, AppProcessChanges, AppProcessSettings};
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppId, AppPlanId};
use slipway_api::pools::{AppPlanName, ClusterDriver};
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};

use super::autoscale::Autoscale;
use super::kept::KeptUnits;
use super::model::{Kept, ProcessSettings};
use super::store;
use crate::apps::{App, service as apps, writing};
use crate::permissions::{APP_READ, APP_SCALE, APP_UPDATE};
use crate::plans::{self, AppPlan, Plan};
use crate::pool_constraints::placing;
use crate::processes::is_process_name;
use crate::running::observed::Observed;
use crate::versions::model::RELEASE;
use crate::{clusters, deploys, pools, versions};

/// What is said about every process of an app, and about those that it may have one day.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, app: AppId) -> Result<Vec<AppProcessSettings>> {
    let app = apps::load(ctx, app, APP_READ).await?;
    let rows = store::of_app(ctx.db.reader(), app.id).await?;
    let mut names = names(ctx, &app).await?;
    names.extend(
        rows.iter()
            .filter(|row| !row.is_nothing())
            .map(|row| row.process.clone()),
    );
    names.extend(app.autoscale.iter().flat_map(|all| all.0.keys().cloned()));
    let mut rows: BTreeMap<String, ProcessSettings> = rows.into_iter().map(|row| (row.process.clone(), row)).collect();
    let mut shown = Vec::with_capacity(names.len());
    for name in names {
        let row = rows.remove(&name);
        let row = row.unwrap_or_else(|| ProcessSettings::nothing(app.id, &name, ctx.now()));
        shown.push(self::shown(ctx, &app, &row).await?);
    }
    Ok(shown)
}

/// What is said about one process of an app, with the version of that.
///
/// # Errors
///
/// `NotFound`.
pub async fn get(ctx: &Ctx, app: &App, process: &str) -> Result<(AppProcessSettings, i64)> {
    let row = store::find(ctx.db.reader(), app.id, process).await?;
    let is_said = row.as_ref().is_some_and(|row| !row.is_nothing()) || app.autoscale_said(process).is_some();
    if !is_said && !names(ctx, app).await?.contains(process) {
        return Err(Error::not_found("process", process));
    }
    let row = row.unwrap_or_else(|| ProcessSettings::nothing(app.id, process, ctx.now()));
    Ok((shown(ctx, app, &row).await?, row.version))
}

/// The version of what is said about a process; zero before anybody said anything.
///
/// # Errors
///
/// Those of the database.
pub async fn version(ctx: &Ctx, app: &App, process: &str) -> Result<i64> {
    let row = store::find(ctx.db.reader(), app.id, process).await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Changes what is said about the units of a process, and has them replaced by one deploy unless the change is staged.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with everything at fault; `PreconditionFailed` when it is not any more of the version `seen`; `Conflict` while
/// a deploy goes on, unless the change is staged.
pub async fn change(ctx: &Ctx, app: &App, process: &str, wanted: AppProcessChanges) -> Result<AppProcessSettings> {
    ctx.authorize(APP_UPDATE, &app.target()).await?;
    apps::require_there(app)?;
    require_known(ctx, app, process).await?;
    let seen = store::find(ctx.db.reader(), app.id, process).await?;
    let seen = seen.unwrap_or_else(|| ProcessSettings::nothing(app.id, process, ctx.now()));
    let plan = match &wanted.plan {
        Some(Some(name)) => {
            let of = (app.organization_id, app.pool_id, seen.plan_id.unwrap_or(app.plan_id));
            Some(Some(placing::other_plan(ctx, of, name).await?.id))
        }
        Some(None) => Some(None),
        None => None,
    };
    let next = seen.changed(plan, &wanted, ctx.now())?;
    if next == seen {
        return shown(ctx, app, &seen).await;
    }
    if let Some(autoscale) = app.autoscale_said(process) {
        require_measured(&autoscale, process, &plan_of(ctx, app, &next).await?)?;
    }
    let plans = [plan_name(ctx, seen.plan_id).await?, plan_name(ctx, next.plan_id).await?];
    let told = json!({
        "process": process,
        "plan": plans,
        "labels": [seen.labels, next.labels],
        "annotations": [seen.annotations, next.annotations],
        "staged": wanted.staged,
    });
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    let now = store::find(&*tx, app.id, process).await?;
    if now.map_or(0, |now| now.version) != seen.version {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the process at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    store::put(&tx, &next).await?;
    writing::record(&mut tx, ctx, &held, "app.process-updated", told).await?;
    if !wanted.staged && held.live_version.is_some() {
        let message = format!("What is said of {process} changed.");
        deploys::service::again(&mut tx, ctx, &held, DeployKind::Restart, &message).await?;
    }
    tx.commit().await?;
    shown(ctx, &held, &next).await
}

/// Has the cluster say how many units of a process run, from now on.
///
/// # Errors
///
/// `Forbidden`; `Invalid` with the field, and on a cluster that cannot; `Conflict` when a quota has no room for as many units as there may
/// be.
pub async fn set_autoscale(ctx: &Ctx, app: AppId, process: &str, wanted: AppAutoscale) -> Result<AppProcessSettings> {
    let seen = apps::load(ctx, app, APP_SCALE).await?;
    apps::require_there(&seen)?;
    require_known(ctx, &seen, process).await?;
    if process == RELEASE {
        let detail =
            format!("\"{RELEASE}\" runs once before each deploy's units are started: there is nothing of it to scale.");
        return Err(Error::invalid("/data/attributes/min-units", detail));
    }
    let autoscale = Autoscale::of(&wanted)?;
    require_cluster(ctx, &seen).await?;
    let row = store::find(ctx.db.reader(), seen.id, process).await?;
    let row = row.unwrap_or_else(|| ProcessSettings::nothing(seen.id, process, ctx.now()));
    require_measured(&autoscale, process, &plan_of(ctx, &seen, &row).await?)?;
    let before = seen.autoscale_said(process);
    if before == Some(autoscale) {
        return shown(ctx, &seen, &row).await;
    }
    let told = json!({
        "process": process,
        "autoscale": [before.map(|before| before.shown()), autoscale.shown()],
    });
    let app = seen.autoscaled(process, autoscale, ctx.now());
    let app = apps::write_scaled(ctx, app, ("app.autoscale-set", told)).await?;
    shown(ctx, &app, &row).await
}

/// Has people say again how many units of a process run; as many as there are stay until somebody does.
///
/// # Errors
///
/// `Forbidden`; `NotFound` for a process that is not there.
pub async fn unset_autoscale(ctx: &Ctx, app: AppId, process: &str) -> Result<AppProcessSettings> {
    let seen = apps::load(ctx, app, APP_SCALE).await?;
    apps::require_there(&seen)?;
    let Some(autoscale) = seen.autoscale_said(process) else {
        return Ok(get(ctx, &seen, process).await?.0);
    };
    let units = autoscale.within(there(ctx, &seen, process));
    let told = json!({"process": process, "autoscale": autoscale.shown(), "units": units});
    let app = seen.not_autoscaled(process, units, ctx.now());
    let app = apps::write_scaled(ctx, app, ("app.autoscale-unset", told)).await?;
    let row = store::find(ctx.db.reader(), app.id, process).await?;
    let row = row.unwrap_or_else(|| ProcessSettings::nothing(app.id, process, ctx.now()));
    shown(ctx, &app, &row).await
}

/// How many units of a process of what is live were seen last.
#[must_use]
pub(crate) fn there(ctx: &Ctx, app: &App, process: &str) -> u32 {
    let seen = ctx.kept.get::<Observed>().of(app.id);
    let those = seen
        .iter()
        .filter(|seen| seen.unit.process == process && Some(i64::from(seen.unit.deploy)) == app.live_deploy);
    u32::try_from(those.count()).unwrap_or(u32::MAX)
}

/// What units of a deploy that begins now have; within the transaction that begins it.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn kept(tx: &Tx, app: &App) -> Result<Kept> {
    let plan = async |id: AppPlanId| {
        let found = plans::store::find(&**tx, id).await?;
        found.ok_or_else(|| Error::not_found("plan", id))
    };
    let own = plan(app.plan_id).await?;
    let mut said = Vec::new();
    for row in store::of_app(&**tx, app.id).await? {
        let plan = match row.plan_id {
            Some(id) => Some(plan(id).await?),
            None => None,
        };
        said.push((row, plan));
    }
    Ok(put_together(app, &own, &said))
}

/// What units of a deploy have that began before that was kept.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn of_now(ctx: &Ctx, app: &App) -> Result<Kept> {
    let own = plans::service::get(ctx, app.plan_id).await?;
    let mut said = Vec::new();
    for row in store::of_app(ctx.db.reader(), app.id).await? {
        let plan = match row.plan_id {
            Some(id) => Some(plans::service::get(ctx, id).await?),
            None => None,
        };
        said.push((row, plan));
    }
    Ok(put_together(app, &own, &said))
}

/// What the app changes of its plan is not said of a plan that a process has of its own.
fn put_together(app: &App, own: &AppPlan, said: &[(ProcessSettings, Option<AppPlan>)]) -> Kept {
    let usual = own.plan().with(&app.plan_override());
    let processes = said.iter().filter(|(row, _)| !row.is_nothing()).map(|(row, plan)| {
        let plan = plan.as_ref().map_or_else(|| usual.clone(), AppPlan::plan);
        (row.process.clone(), KeptUnits::new(&plan, row.marks()))
    });
    Kept {
        processes: processes.collect(),
        usual: KeptUnits::new(&usual, super::Marks::default()),
    }
}

/// Refuses an app's plan under which processes cannot be counted by what their units take; those with a plan of their own are not asked.
///
/// # Errors
///
/// `Invalid`.
pub(crate) async fn require_all_measured(ctx: &Ctx, app: &App, plan: &Plan) -> Result<()> {
    for (process, autoscale) in app.autoscale.iter().flat_map(|all| &all.0) {
        let row = store::find(ctx.db.reader(), app.id, process).await?;
        if row.is_none_or(|row| row.plan_id.is_none()) {
            require_measured(autoscale, process, plan)?;
        }
    }
    Ok(())
}

fn require_measured(autoscale: &Autoscale, process: &str, plan: &Plan) -> Result<()> {
    match autoscale.lacks(process, plan) {
        Some(lack) => Err(Error::invalid("/data/attributes/plan", lack)),
        None => Ok(()),
    }
}

/// Refuses what only some clusters can.
async fn require_cluster(ctx: &Ctx, app: &App) -> Result<()> {
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let cluster = clusters::store::find(ctx.db.reader(), pool.cluster_id).await?;
    match cluster.map(|cluster| cluster.driver) {
        Some(ClusterDriver::Kubernetes) => Ok(()),
        _ => Err(Error::invalid(
            "/data/attributes/min-units",
            format!(
                "The pool \"{}\" is a Docker Engine, where nothing says by itself how many units run: that is for pools on Kubernetes. Say how many \
                 shall run: `slipway app scale`.",
                pool.name
            ),
        )),
    }
}

/// Refuses a process that neither what runs nor what is being deployed has; before the first deploy any may be named.
async fn require_known(ctx: &Ctx, app: &App, process: &str) -> Result<()> {
    let names = names(ctx, app).await?;
    let is_known = match names.is_empty() {
        true => is_process_name(process),
        false => names.contains(process),
    };
    if is_known {
        return Ok(());
    }
    let names: Vec<String> = names.into_iter().collect();
    Err(Error::not_found("process", process).with_meta("processes", names.join(", ")))
}

/// The processes of what runs and of what is being deployed.
async fn names(ctx: &Ctx, app: &App) -> Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let active = deploys::store::active(ctx.db.reader(), app.id).await?;
    let numbers = [app.live_version, active.and_then(|deploy| deploy.app_version)];
    for number in numbers.into_iter().flatten() {
        let version = versions::store::find(ctx.db.reader(), app.id, number).await?;
        names.extend(
            version
                .iter()
                .flat_map(|version| version.processes.0.iter().map(|process| process.name.clone())),
        );
    }
    Ok(names)
}

/// How much units of a process may take from the next deploy on.
async fn plan_of(ctx: &Ctx, app: &App, row: &ProcessSettings) -> Result<Plan> {
    match row.plan_id {
        Some(id) => Ok(plans::service::get(ctx, id).await?.plan()),
        None => {
            let plan = plans::service::get(ctx, app.plan_id).await?;
            Ok(plan.plan().with(&app.plan_override()))
        }
    }
}

async fn plan_name(ctx: &Ctx, id: Option<AppPlanId>) -> Result<Option<String>> {
    match id {
        Some(id) => Ok(Some(plans::service::get(ctx, id).await?.name.to_string())),
        None => Ok(None),
    }
}

async fn shown(ctx: &Ctx, app: &App, row: &ProcessSettings) -> Result<AppProcessSettings> {
    let live = deploys::service::live(ctx, app).await?;
    let runs = live.and_then(|deploy| deploy.kept);
    let is_pending = match runs {
        Some(kept) => *kept.of(&row.process) != KeptUnits::new(&plan_of(ctx, app, row).await?, row.marks()),
        None => false,
    };
    let plan = match row.plan_id {
        Some(id) => Some(plans::service::get(ctx, id).await?),
        None => None,
    };
    Ok(AppProcessSettings {
        process: row.process.clone(),
        plan: plan.map(|plan| AppPlanName {
            id: plan.id,
            name: plan.name,
        }),
        labels: row.labels.0.clone(),
        annotations: row.annotations.0.clone(),
        autoscale: app.autoscale_said(&row.process).map(|autoscale| autoscale.shown()),
        is_pending,
    })
}
