//! Keeping apps as they shall be: driving each by its job, and looking at every cluster now and then.

use std::collections::{BTreeSet, HashMap};
use std::net::SocketAddr;
use std::time::Duration;

use futures::future::join_all;
use slipway_api::Code;
use slipway_api::apps::AppStatus;
use slipway_api::ids::AppId;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::{Ctx, Result, directory};
use tokio::time::Instant;

use super::generation::Generation;
use super::observed::{Look, Observed, Seen};
use super::{leading, routing};
use crate::apps::model::number;
use crate::apps::{App, store as apps, writing};
use crate::clusters::driver::{Driver, Readiness, State, Unit, What};
use crate::clusters::{self, Cluster, service::failed};
use crate::deploys::{self, Deploy};
use crate::versions::{self, AppVersion};
use crate::{commands, images, job_runs, logs, pools, quotas, repositories, uploads};

/// Between two looks at every cluster.
const LOOK: Duration = Duration::from_secs(2);
/// Between two times at which deploys that go on are thought of.
const WAKE: Duration = Duration::from_secs(30);
/// Between two looks at whether requests have ended.
const IDLE_LOOK: Duration = Duration::from_millis(50);
/// A cluster that takes longer to tell how it is counts as away until the next look.
const PATIENCE: Duration = Duration::from_secs(15);
/// A unit that failed, or is deleted, gets so long to end.
const SHORT: Duration = Duration::from_secs(2);

/// Drives the app that is the item's subject.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: AppId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no app", item.subject)))?;
    drive(ctx, id).await.map_err(|error| match error.code() {
        Code::Unavailable | Code::Internal | Code::TooManyRequests | Code::Conflict => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    })
}

/// Takes an app to where it shall be: its deploy to its end, then as many units as are wanted; or all away, when it is being
/// deleted.
///
/// # Errors
///
/// Why that is not possible now.
pub async fn drive(ctx: &Ctx, id: AppId) -> Result<()> {
    let Some(app) = apps::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    if app.status == AppStatus::Deleting && app.deploy_count == 0 {
        // Nothing ever ran: no cluster has to be asked.
        return forget(ctx, &app).await;
    }
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = match clusters::service::driver(ctx, pool.cluster_id).await {
        Ok(driver) => driver,
        Err(error) => {
            deploys::driving::tell_waiting(ctx, &app, &error).await?;
            return Err(error);
        }
    };
    if app.status == AppStatus::Deleting {
        return delete(ctx, &app, &*driver).await;
    }
    deploys::driving::drive(ctx, &app, &*driver).await?;
    let Some(app) = apps::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    converge(ctx, &app, &*driver).await
}

/// As many units of the live deploy as are wanted, and none of others.
async fn converge(ctx: &Ctx, app: &App, driver: &dyn Driver) -> Result<()> {
    let (Some(version), Some(deploy)) = (
        versions::service::live(ctx, app).await?,
        deploys::service::live(ctx, app).await?,
    ) else {
        return look(ctx, app, driver).await;
    };
    let generation = Generation {
        app,
        version: &version,
        deploy: &deploy,
    };
    // First without requests, then away.
    leading::lead(ctx, app, driver).await?;
    let there = driver.units(Some(app.id)).await.map_err(failed)?;
    for desired in generation.desired(ctx).await? {
        let of_process = |unit: &&Unit| unit.process == desired.process && unit.deploy == desired.deploy;
        let is_too_many = |unit: &&Unit| unit.slot.is_some_and(|slot| slot >= desired.units);
        let leaving: Vec<&Unit> = there.iter().filter(of_process).filter(is_too_many).collect();
        take(ctx, driver, &leaving, deploy.port).await?;
        driver.apply(&desired).await.map_err(failed)?;
    }
    take_away_others(ctx, app, &deploy, driver).await?;
    if app.is_stopped {
        driver.leave(app.organization_id).await.map_err(failed)?;
    }
    look(ctx, app, driver).await
}

/// Takes the units of one deploy away: those of a deploy that failed.
///
/// # Errors
///
/// When the cluster does not answer.
pub(crate) async fn take_away(ctx: &Ctx, app: &App, deploy: &Deploy, driver: &dyn Driver) -> Result<()> {
    let cleared = driver.clear(app.id, What::Deploy(number(deploy.number)), SHORT).await;
    cleared.map_err(failed)?;
    look(ctx, app, driver).await
}

/// Takes the units of every other deploy away, once they have ended what they began.
///
/// # Errors
///
/// When the cluster does not answer.
pub(crate) async fn take_away_others(ctx: &Ctx, app: &App, deploy: &Deploy, driver: &dyn Driver) -> Result<()> {
    let units = driver.units(Some(app.id)).await.map_err(failed)?;
    let others: Vec<&Unit> = units
        .iter()
        .filter(|unit| i64::from(unit.deploy) != deploy.number)
        .collect();
    let numbers: BTreeSet<u32> = others.iter().map(|unit| unit.deploy).collect();
    let mut left = SHORT;
    for number in numbers {
        let before = deploys::store::numbered(ctx.db.reader(), app.id, i64::from(number)).await?;
        let those: Vec<&Unit> = others.iter().copied().filter(|unit| unit.deploy == number).collect();
        left = idle(ctx, &those, before.and_then(|deploy| deploy.port)).await;
    }
    // Also where no unit is left: a cluster may know of more than these.
    let what = What::Others(number(deploy.number));
    driver.clear(app.id, what, left).await.map_err(failed)?;
    match others.is_empty() {
        true => Ok(()),
        false => look(ctx, app, driver).await,
    }
}

/// Takes units away that get no requests any more: when those that they have are through, or after the time that they get.
async fn take(ctx: &Ctx, driver: &dyn Driver, units: &[&Unit], port: Option<i64>) -> Result<()> {
    if units.is_empty() {
        return Ok(());
    }
    let left = idle(ctx, units, port).await;
    let removed = join_all(units.iter().map(|unit| driver.remove(unit, left))).await;
    for outcome in removed {
        outcome.map_err(failed)?;
    }
    Ok(())
}

/// Waits until the built-in router has none of their requests any more; gives what is left of the time that units get to end.
async fn idle(ctx: &Ctx, units: &[&Unit], port: Option<i64>) -> Duration {
    let patience = Duration::from_secs(ctx.settings.apps.drain_seconds);
    let end = Instant::now() + patience;
    let port = port.and_then(|port| u16::try_from(port).ok());
    let addresses: Vec<SocketAddr> = port.map_or_else(Vec::new, |port| {
        let addresses = units.iter().filter_map(|unit| unit.address);
        addresses.map(|address| SocketAddr::new(address, port)).collect()
    });
    while routing::is_busy(ctx, &addresses) && Instant::now() < end {
        tokio::time::sleep(IDLE_LOOK).await;
    }
    end.saturating_duration_since(Instant::now()).max(SHORT)
}

/// Everything of an app away, then the app.
async fn delete(ctx: &Ctx, app: &App, driver: &dyn Driver) -> Result<()> {
    if let Some(deploy) = deploys::store::active(ctx.db.reader(), app.id).await? {
        let tx = ctx.begin().await?;
        let ended = deploy.ended(
            slipway_api::deploys::DeployStatus::Canceled,
            "The app was deleted.",
            ctx.now(),
        );
        deploys::store::save(&tx, &ended).await?;
        tx.commit().await?;
    }
    routing::publish(ctx).await?;
    driver.clear(app.id, What::Everything, SHORT).await.map_err(failed)?;
    commands::service::forget_of(ctx, app).await?;
    driver.leave(app.organization_id).await.map_err(failed)?;
    for deploy in deploys::store::of_app(ctx.db.reader(), app.id).await? {
        ctx.logs.seal(ctx, deploy.log_id).await?;
    }
    forget(ctx, app).await
}

/// The app itself away, of which nothing runs any more.
async fn forget(ctx: &Ctx, app: &App) -> Result<()> {
    let mut tx = ctx.begin().await?;
    for deploy in deploys::store::of_app(&*tx, app.id).await? {
        slipway_kernel::logs::remove(&tx, deploy.log_id).await?;
    }
    repositories::service::forget_of(&mut tx, ctx, app.id).await?;
    uploads::service::forget_of(&tx, app.id).await?;
    images::leave(&tx, ctx, app).await?;
    quotas::store::delete(&tx, &app.id.to_string()).await?;
    logs::forget_of(&tx, app.id).await?;
    directory::store::remove(&tx, &app.id.to_string()).await?;
    writing::record(&mut tx, ctx, app, "app.deleted", serde_json::json!({"name": app.name})).await?;
    apps::delete(&tx, app.id).await?;
    tx.commit().await?;
    ctx.kept.get::<Observed>().forget(app.id);
    routing::publish(ctx).await
}

/// Looks at the units of one app, notes how it is, and has requests go where they can.
///
/// # Errors
///
/// When the cluster does not answer.
pub(crate) async fn look(ctx: &Ctx, app: &App, driver: &dyn Driver) -> Result<()> {
    let look = ctx.kept.get::<Observed>().begin();
    let units = driver.units(Some(app.id)).await.map_err(failed)?;
    if observe(ctx, app, driver, (look, units)).await? {
        routing::publish(ctx).await?;
    }
    Ok(())
}

/// Asks the units that take the requests of an app whether they are ready, and notes how the app is; says whether anything is other
/// than before. Those of a deploy that goes on are asked by who drives it.
async fn observe(ctx: &Ctx, app: &App, driver: &dyn Driver, (look, units): (Look, Vec<Unit>)) -> Result<bool> {
    let version = versions::service::live(ctx, app).await?;
    let port = deploys::service::live_port(ctx, app).await?.unwrap_or_default();
    let found = join_all(units.into_iter().map(|unit| {
        let version = version.as_ref();
        async move {
            let process = version.and_then(|version| {
                let is_live = Some(i64::from(unit.deploy)) == app.live_deploy;
                version
                    .processes
                    .running()
                    .find(|process| is_live && process.name == unit.process)
            });
            let answer = match process {
                Some(process) => Some(driver.ready(&unit, &Readiness::of(process, port)).await),
                None => None,
            };
            (unit, answer)
        }
    }))
    .await;
    let observed = ctx.kept.get::<Observed>();
    let is_new = observed.set(app.id, look, found);
    let (status, reason) = how(app, version.as_ref(), &observed.of(app.id));
    if (status, &reason) != (app.status, &app.reason) {
        let tx = ctx.begin().await?;
        if apps::note_status(&tx, app.id, status, &reason).await? {
            directory::store::set_status(&tx, &app.id.to_string(), status.as_str()).await?;
        }
        tx.commit().await?;
    }
    Ok(is_new)
}

/// How an app is, with the reason.
fn how(app: &App, version: Option<&AppVersion>, seen: &[Seen]) -> (AppStatus, String) {
    let Some(version) = version else {
        return (AppStatus::New, String::new());
    };
    if app.is_stopped {
        return (AppStatus::Stopped, String::new());
    }
    let of_live: Vec<&Seen> = seen
        .iter()
        .filter(|seen| Some(i64::from(seen.unit.deploy)) == app.live_deploy)
        .collect();
    let wanted: u32 = version
        .processes
        .running()
        .map(|process| app.units_of(&process.name).max(counting(app, &process.name, &of_live)))
        .sum();
    let ready = of_live.iter().filter(|seen| seen.ready.is_ok()).count();
    let ready = u32::try_from(ready).unwrap_or(u32::MAX);
    if ready >= wanted {
        return (AppStatus::Running, String::new());
    }
    let why = of_live.iter().find_map(|seen| match &seen.ready {
        Ok(()) => None,
        Err(reason) => Some(format!("{}: {reason}", seen.unit.name)),
    });
    let why = why.unwrap_or_else(|| "the others are not there".to_owned());
    let reason = slipway_kernel::text::sentence(&format!("{ready} of {wanted} units are ready; {why}"));
    match ready {
        0 => (AppStatus::Down, reason),
        _ => (AppStatus::Degraded, reason),
    }
}

/// How many units of a process count where its cluster says how many there are: those that it only begins with are not missing yet.
fn counting(app: &App, process: &str, of_live: &[&Seen]) -> u32 {
    if app.autoscale_of(process).is_none() {
        return 0;
    }
    let is_counted = |seen: &&&Seen| {
        let is_broken = matches!(seen.unit.state, State::Crashing(_) | State::Ended(..));
        seen.unit.process == process && (seen.ready.is_ok() || is_broken)
    };
    u32::try_from(of_live.iter().filter(is_counted).count()).unwrap_or(u32::MAX)
}

/// Looks at every cluster for as long as the process lives: notes how apps are, has requests go where they can, and has apps put
/// right of which units are missing.
///
/// # Errors
///
/// Those of the database.
pub async fn run(ctx: &Ctx) -> Result<()> {
    let mut woken_at = None::<Instant>;
    loop {
        look_at_all(ctx).await?;
        if woken_at.is_none_or(|at| at.elapsed() >= WAKE) {
            wake_deploys(ctx).await?;
            job_runs::driving::wake_all(ctx).await?;
            woken_at = Some(Instant::now());
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Has deploys gone on with whose item gave up, because their cluster was away for long.
async fn wake_deploys(ctx: &Ctx) -> Result<()> {
    for deploy in deploys::store::all_active(ctx.db.reader()).await? {
        if let Some(app) = apps::find(ctx.db.reader(), deploy.app_id).await? {
            let mut tx = ctx.begin().await?;
            writing::wake(&mut tx, ctx, &app).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// One look at every cluster.
///
/// # Errors
///
/// Those of the database.
pub async fn look_at_all(ctx: &Ctx) -> Result<()> {
    let clusters = clusters::service::looked_at(ctx).await?;
    if clusters.is_empty() {
        return Ok(());
    }
    let look = ctx.kept.get::<Observed>().begin();
    let pools = pools::store::all(ctx.db.reader()).await?;
    let apps = apps::with_units(ctx.db.reader()).await?;
    let looks = clusters.iter().map(|cluster| {
        let here = pools.iter().filter(|pool| pool.cluster_id == cluster.id);
        let here: Vec<_> = here.map(|pool| pool.id).collect();
        let apps: Vec<&App> = apps.iter().filter(|app| here.contains(&app.pool_id)).collect();
        async move {
            // One that is slow holds no other up.
            let looked = tokio::time::timeout(PATIENCE, look_at(ctx, cluster, look, &apps)).await;
            looked.unwrap_or(Ok(None)).map(|is_new| (cluster, is_new))
        }
    });
    let (mut is_new, mut is_complete) = (false, clusters.iter().any(Cluster::is_routed_here));
    for looked in join_all(looks).await {
        let (cluster, seen) = looked?;
        is_new |= seen.unwrap_or(false);
        is_complete &= seen.is_some() || !cluster.is_routed_here();
    }
    let observed = ctx.kept.get::<Observed>();
    if is_complete && !observed.is_complete() {
        observed.complete();
        is_new = true;
    }
    match is_new {
        true => routing::publish(ctx).await,
        false => Ok(()),
    }
}

/// One look at a cluster with its apps: whether anything is new. Nothing where it is away: what was seen last stays, for what runs
/// there still does, as far as anybody knows.
async fn look_at(ctx: &Ctx, cluster: &Cluster, look: Look, apps: &[&App]) -> Result<Option<bool>> {
    clusters::service::check(ctx, cluster).await?;
    let Ok(driver) = clusters::service::driver(ctx, cluster.id).await else {
        return Ok(None);
    };
    let (Ok(units), Ok(changed)) = (driver.units(None).await, driver.changed().await) else {
        return Ok(None);
    };
    let mut by_app: HashMap<AppId, Vec<Unit>> = HashMap::new();
    for unit in units {
        by_app.entry(unit.app).or_default().push(unit);
    }
    let mut is_new = false;
    for app in apps {
        let units = by_app.remove(&app.id).unwrap_or_default();
        let is_right = is_right(ctx, app, &units).await? && !changed.contains(&app.id);
        is_new |= observe(ctx, app, &*driver, (look, units)).await?;
        if !is_right {
            let mut tx = ctx.begin().await?;
            writing::wake(&mut tx, ctx, app).await?;
            tx.commit().await?;
        }
    }
    Ok(Some(is_new))
}

/// Whether there are as many units of the live deploy as are wanted, and no others while no deploy goes on.
async fn is_right(ctx: &Ctx, app: &App, units: &[Unit]) -> Result<bool> {
    if app.status == AppStatus::Deleting {
        return Ok(false);
    }
    let Some(version) = versions::service::live(ctx, app).await? else {
        return Ok(true);
    };
    let count = |process: &str| {
        let those = units
            .iter()
            .filter(|unit| unit.process == process && Some(i64::from(unit.deploy)) == app.live_deploy);
        u32::try_from(those.filter(|unit| !is_over(unit)).count()).unwrap_or(u32::MAX)
    };
    let mut processes = version.processes.running();
    let is_enough = processes.all(|process| app.is_enough(&process.name, count(&process.name)));
    let is_alone = units.iter().all(|unit| Some(i64::from(unit.deploy)) == app.live_deploy);
    if is_enough && is_alone {
        return Ok(true);
    }
    // A deploy that goes on puts it right itself.
    Ok(deploys::store::active(ctx.db.reader(), app.id).await?.is_some())
}

fn is_over(unit: &Unit) -> bool {
    matches!(unit.state, State::Ended(..))
}
