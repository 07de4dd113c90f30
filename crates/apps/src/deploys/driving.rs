//! Driving a deploy from step to step.

use std::time::Duration;

use serde_json::json;
use slipway_api::deploys::{DeployStatus, DeployStep};
use slipway_api::ids::AppId;
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};
use tokio_util::sync::CancellationToken;

use super::making;
use super::model::Deploy;
use super::{store, waiting};
use crate::apps::model::number;
use crate::apps::{App, store as app_rows, writing};
use crate::clusters::driver::{Desired, Driver};
use crate::running::generation::Generation;
use crate::running::{leading, routing};
use crate::telling::Telling;
use crate::versions::{self, AppVersion};
use crate::{images, quotas};

/// How often a deploy looks whether somebody wants it to stop.
const LOOK: Duration = Duration::from_millis(500);

/// Why a step did not come to its end.
#[derive(Debug)]
pub(super) enum Stop {
    /// What is deployed cannot run.
    Failed(String),
    /// Somebody wanted it.
    Canceled,
    /// Something was away: the step is tried again.
    Later(Error),
}

/// Takes the deploy of an app that goes on to its end.
///
/// # Errors
///
/// Why it cannot be gone on with now: it is tried again from the step where it is.
pub async fn drive(ctx: &Ctx, app: &App, driver: &dyn Driver) -> Result<()> {
    let Some(deploy) = store::active(ctx.db.reader(), app.id).await? else {
        return Ok(());
    };
    let told = Telling::open(ctx, deploy.log_id).await?;
    let cancelled = CancellationToken::new();
    let outcome = tokio::select! {
        biased;
        never = watch(ctx, &deploy, &cancelled) => match never {},
        outcome = steps(ctx, app, deploy.clone(), driver, &told, &cancelled) => outcome,
    };
    match outcome {
        Ok(()) => told.close().await,
        Err(Stop::Later(error)) => {
            told.say(format!("Waiting: {}", error.detail()));
            told.close().await;
            begin_again(ctx, app).await?;
            return Err(error);
        }
        Err(Stop::Failed(reason)) => {
            told.say(format!("==> Failed: {reason}"));
            told.close().await;
            give_up(ctx, app, (DeployStatus::Failed, &reason), driver).await?;
        }
        Err(Stop::Canceled) => {
            told.say("==> Canceled");
            told.close().await;
            give_up(ctx, app, (DeployStatus::Canceled, "Somebody canceled it."), driver).await?;
        }
    }
    ctx.logs.seal(ctx, deploy.log_id).await.map(drop)
}

/// Tells a deploy that goes on why that is not possible now.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn tell_waiting(ctx: &Ctx, app: &App, error: &Error) -> Result<()> {
    if let Some(deploy) = store::active(ctx.db.reader(), app.id).await? {
        let told = Telling::open(ctx, deploy.log_id).await?;
        told.say(format!("Waiting: {}", error.detail()));
        told.close().await;
        begin_again(ctx, app).await?;
    }
    Ok(())
}

/// While the cluster was away nobody could see whether units are ready: they are started again, which changes nothing where they are
/// there, and get all of their time.
async fn begin_again(ctx: &Ctx, app: &App) -> Result<()> {
    match store::active(ctx.db.reader(), app.id).await? {
        Some(deploy) if deploy.step == DeployStep::Health => {
            let tx = ctx.begin().await?;
            store::save(&tx, &deploy.at(DeployStep::Start, ctx.now())).await?;
            tx.commit().await
        }
        _ => Ok(()),
    }
}

/// Tells the deploy when somebody wants it to stop.
async fn watch(ctx: &Ctx, deploy: &Deploy, cancelled: &CancellationToken) -> std::convert::Infallible {
    loop {
        if let Ok(Some(now)) = store::find(ctx.db.reader(), deploy.id).await
            && now.is_cancel_requested
        {
            cancelled.cancel();
            return std::future::pending().await;
        }
        tokio::time::sleep(LOOK).await;
    }
}

async fn steps(
    ctx: &Ctx,
    app: &App,
    mut deploy: Deploy,
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<(), Stop> {
    loop {
        if cancelled.is_cancelled() && deploy.step < DeployStep::Drain {
            return Err(Stop::Canceled);
        }
        deploy = match deploy.step {
            DeployStep::Build => build(ctx, app, deploy, driver, told, cancelled).await?,
            DeployStep::Release => release(ctx, app, deploy, driver, told, cancelled).await?,
            DeployStep::Start => start(ctx, app, deploy, driver, told).await?,
            DeployStep::Health => health(ctx, app, deploy, driver, told, cancelled).await?,
            DeployStep::Route => route(ctx, deploy, told).await?,
            // What takes the requests is not failed any more: what goes wrong here is tried again.
            DeployStep::Drain => {
                return drain(ctx, deploy, driver, told).await.map_err(|stop| match stop {
                    Stop::Failed(reason) => Stop::Later(Error::unavailable(reason)),
                    other => other,
                });
            }
        };
    }
}

async fn build(
    ctx: &Ctx,
    app: &App,
    deploy: Deploy,
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<Deploy, Stop> {
    let made = making::made(ctx, (app, &deploy), driver, told, cancelled).await?;
    let tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    let mut next = deploy.at(DeployStep::Release, ctx.now());
    match making::version(ctx, (&held, &deploy), made)? {
        Some((counted, version)) => {
            if images::is_leaving(&tx, ctx, app.id, &version.image).await? {
                return Err(Stop::Later(Error::unavailable(
                    "The same image was made for an old version, and the registry is just deleting it: it is made again in a minute.",
                )));
            }
            told.say(format!("==> Version {}: {}", version.number, version.image));
            versions::store::insert(&tx, &version).await?;
            let mut counted = counted;
            let units = counted.units_in_all(&version.processes).max(counted.units);
            quotas::service::reserve(&tx, &mut counted, units).await?;
            app_rows::note_deploy(&tx, &counted).await?;
            next.app_version = Some(version.number);
        }
        None => next.app_version = held.live_version,
    }
    store::save(&tx, &next).await?;
    tx.commit().await?;
    Ok(next)
}

async fn release(
    ctx: &Ctx,
    app: &App,
    deploy: Deploy,
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<Deploy, Stop> {
    let version = version(ctx, &deploy).await?;
    let Some(process) = version.processes.release() else {
        return saved(ctx, deploy.at(DeployStep::Start, ctx.now())).await;
    };
    told.say(format!("==> Release: {}", process.shown));
    let desired = of(app, &version, &deploy).of(ctx, process, 1).await?;
    let hear = |line| told.say(line);
    let code = driver.run_once(&desired.once(), cancelled, &hear).await?;
    if code != 0 {
        return Err(Stop::Failed(format!(
            "The release command ended with exit code {code}."
        )));
    }
    saved(ctx, deploy.at(DeployStep::Start, ctx.now())).await
}

/// Takes away what ran before the units, once it is written how the deploy ended: until then it says that it ran, and is not run
/// again.
async fn forget_release(ctx: &Ctx, app: &App, deploy: &Deploy, driver: &dyn Driver) -> Result<(), Stop> {
    if deploy.app_version.is_none() {
        return Ok(());
    }
    let version = version(ctx, deploy).await?;
    if let Some(process) = version.processes.release() {
        let desired = of(app, &version, deploy).of(ctx, process, 1).await?;
        driver.forget_once(&desired.once()).await?;
    }
    Ok(())
}

async fn start(ctx: &Ctx, app: &App, mut deploy: Deploy, driver: &dyn Driver, told: &Telling) -> Result<Deploy, Stop> {
    let (version, desired) = desired(ctx, app, &deploy).await?;
    let shown: Vec<String> = desired
        .iter()
        .map(|process| format!("{} x {}", process.process, process.units))
        .collect();
    told.say(format!("==> Start {}", shown.join(", ")));
    let web = version.processes.taking_requests();
    let web = web.and_then(|web| desired.iter().find(|process| process.process == web.name));
    deploy.port = web.map(|web| i64::from(web.readiness.port));
    for process in &desired {
        driver.apply(process).await?;
    }
    saved(ctx, deploy.at(DeployStep::Health, ctx.now())).await
}

async fn health(
    ctx: &Ctx,
    app: &App,
    deploy: Deploy,
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<Deploy, Stop> {
    let (version, desired) = desired(ctx, app, &deploy).await?;
    let port = deploy
        .port
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or_default();
    // Who was killed while starting them may not have started all.
    for process in &desired {
        driver.apply(process).await?;
    }
    waiting::until_ready(ctx, (&deploy, &version, port), &desired, driver, told, cancelled).await?;
    saved(ctx, deploy.at(DeployStep::Route, ctx.now())).await
}

/// From the row that is written here on, the new units take the requests.
async fn route(ctx: &Ctx, deploy: Deploy, told: &Telling) -> Result<Deploy, Stop> {
    let mut tx = ctx.begin().await?;
    let mut app = writing::hold(&tx, deploy.app_id).await?;
    // Somebody may have wanted it to stop at the last moment: that counts until here.
    let now = store::find(&*tx, deploy.id).await?;
    if now.is_some_and(|now| now.is_cancel_requested) {
        return Err(Stop::Canceled);
    }
    app.live_deploy = Some(deploy.number);
    app.live_version = deploy.app_version;
    let next = deploy.at(DeployStep::Drain, ctx.now());
    app_rows::note_deploy(&tx, &app).await?;
    store::save(&tx, &next).await?;
    let changes = json!({"deploy": deploy.id, "number": deploy.number, "version": deploy.app_version});
    writing::record(&mut tx, ctx, &app, "app.deployed", changes).await?;
    tx.commit().await?;
    told.say(format!(
        "==> Version {} takes the requests",
        number(deploy.app_version.unwrap_or_default())
    ));
    Ok(next)
}

/// Takes the units of deploys before away, once they have ended what they began. Nothing that goes wrong here fails the deploy.
async fn drain(ctx: &Ctx, deploy: Deploy, driver: &dyn Driver, told: &Telling) -> Result<(), Stop> {
    let app = app_rows::find(ctx.db.reader(), deploy.app_id).await?;
    let app = app.ok_or_else(|| Stop::Failed("The app is gone.".to_owned()))?;
    leading::lead(ctx, &app, driver).await?;
    crate::running::keeping::take_away_others(ctx, &app, &deploy, driver).await?;
    let version = version(ctx, &deploy).await?;
    let urls = routing::urls(ctx, &app, version.processes.taking_requests().is_some()).await?;
    match urls.first() {
        Some(url) => told.say(format!("==> Deployed: {url}")),
        None => told.say("==> Deployed"),
    }
    let tx = ctx.begin().await?;
    let ended = deploy.ended(DeployStatus::Deployed, "", ctx.now());
    store::save(&tx, &ended).await?;
    settle_units(&tx, app.id).await?;
    tx.commit().await?;
    left_behind(forget_release(ctx, &app, &ended, driver).await);
    Ok(())
}

/// The deploy is over: what could not be taken away is told to who runs the server, and to nobody else.
fn left_behind(outcome: Result<(), Stop>) {
    if let Err(stop) = outcome {
        tracing::warn!(?stop, "what a release command left could not be taken away");
    }
}

/// Takes what a deploy started away, and writes why it ended. What ran before was never touched.
async fn give_up(ctx: &Ctx, app: &App, (status, reason): (DeployStatus, &str), driver: &dyn Driver) -> Result<()> {
    let Some(deploy) = store::active(ctx.db.reader(), app.id).await? else {
        return Ok(());
    };
    crate::running::keeping::take_away(ctx, app, &deploy, driver).await?;
    let mut tx = ctx.begin().await?;
    settle_units(&tx, app.id).await?;
    let ended = deploy.ended(status, reason, ctx.now());
    if store::save(&tx, &ended).await? {
        let action = match status {
            DeployStatus::Canceled => "app.deploy-canceled",
            _ => "app.deploy-failed",
        };
        let changes = json!({"deploy": deploy.id, "number": deploy.number, "step": deploy.step, "reason": reason});
        writing::record(&mut tx, ctx, app, action, changes).await?;
    }
    tx.commit().await?;
    left_behind(forget_release(ctx, app, &ended, driver).await);
    Ok(())
}

/// What was taken of quotas for a deploy that is over becomes what runs.
async fn settle_units(tx: &Tx, id: AppId) -> Result<()> {
    let app = writing::hold(tx, id).await?;
    let live = versions::store::find(&**tx, id, app.live_version.unwrap_or_default()).await?;
    let units = live.map_or(0, |live| app.units_in_all(&live.processes));
    app_rows::note_units(tx, id, units).await
}

async fn saved(ctx: &Ctx, deploy: Deploy) -> Result<Deploy, Stop> {
    let tx = ctx.begin().await?;
    store::save(&tx, &deploy).await?;
    tx.commit().await?;
    Ok(deploy)
}

async fn version(ctx: &Ctx, deploy: &Deploy) -> Result<AppVersion, Stop> {
    let number = deploy.app_version.unwrap_or_default();
    let found = versions::store::find(ctx.db.reader(), deploy.app_id, number).await?;
    found.ok_or_else(|| Stop::Failed(format!("The version {number} is not there any more.")))
}

fn of<'a>(app: &'a App, version: &'a AppVersion, deploy: &'a Deploy) -> Generation<'a> {
    Generation { app, version, deploy }
}

/// What a deploy starts: as many units as the app has now, for it may have been scaled since the deploy began.
async fn desired(ctx: &Ctx, app: &App, deploy: &Deploy) -> Result<(AppVersion, Vec<Desired>), Stop> {
    let version = version(ctx, deploy).await?;
    let app = app_rows::find(ctx.db.reader(), app.id)
        .await?
        .unwrap_or_else(|| app.clone());
    let desired = of(&app, &version, deploy).desired(ctx).await?;
    Ok((version, desired))
}
