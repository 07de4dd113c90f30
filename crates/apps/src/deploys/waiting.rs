//! Waiting for new units to be ready, and saying why they are not.

use std::collections::HashMap;
use std::time::Duration;

use futures::StreamExt;
use slipway_kernel::Ctx;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::driving::Stop;
use super::model::Deploy;
use crate::clusters::driver::{Desired, Driver, Readiness, State, Unit};
use crate::running::observed::{Found, Observed};
use crate::telling::Telling;
use crate::versions::AppVersion;

/// Between two looks, at first; each is half as long again as the one before.
const FIRST_LOOK: Duration = Duration::from_millis(40);
/// At most.
const LAST_LOOK: Duration = Duration::from_millis(1_000);
/// A unit that takes no requests and is not asked anything is ready when it ran for so long.
const STEADY: Duration = Duration::from_millis(1_000);
/// Lines of a unit that a failure shows.
const LINES: usize = 20;

/// Waits until every unit is ready.
pub(super) async fn until_ready(
    ctx: &Ctx,
    (deploy, version, port): (&Deploy, &AppVersion, u16),
    desired: &[Desired],
    driver: &dyn Driver,
    told: &Telling,
    cancelled: &CancellationToken,
) -> Result<(), Stop> {
    let patience = version
        .processes
        .running()
        .filter_map(|process| process.health.as_ref());
    let longest = patience
        .map(|asked| asked.deploy_timeout)
        .max()
        .filter(|seconds| *seconds > 0);
    let patience = Duration::from_secs(longest.unwrap_or(ctx.settings.apps.start_seconds));
    // Of what the server that was killed waited, nothing is given back.
    let waited =
        Duration::from_millis(u64::try_from(ctx.now().unix_ms() - deploy.step_at.unix_ms()).unwrap_or_default());
    let end = Instant::now() + patience.saturating_sub(waited);
    let mut running_since: HashMap<String, Instant> = HashMap::new();
    let mut said = None;
    let mut pause = FIRST_LOOK;
    loop {
        let observed = ctx.kept.get::<Observed>();
        let look = observed.begin();
        let units = driver.units(Some(deploy.app_id)).await?;
        let mut found = Vec::with_capacity(units.len());
        let (mut ready, mut why) = (0, String::new());
        for unit in units {
            let is_new = i64::from(unit.deploy) == deploy.number;
            let mut running = version.processes.running();
            let Some(process) = running.find(|process| is_new && process.name == unit.process) else {
                // Those before listen where their own version says, and are asked by who keeps them.
                found.push((unit, None));
                continue;
            };
            broken(driver, &unit).await?;
            let mut answer = driver.ready(&unit, &Readiness::of(process, port)).await;
            if answer.is_ok() && process.health.is_none() && !process.takes_requests {
                let since = running_since.entry(unit.name.clone()).or_insert_with(Instant::now);
                if since.elapsed() < STEADY {
                    answer = Err("it has only begun".to_owned());
                }
            }
            match &answer {
                Ok(()) => ready += 1,
                Err(reason) => why = format!("{}: {reason}", unit.name),
            }
            found.push((unit, Some(answer)));
        }
        // Where the cluster says how many there are, all of them.
        let wanted: u32 = desired
            .iter()
            .map(|process| match process.autoscale {
                Some(autoscale) => autoscale.least.max(made(&found, &process.process)),
                None => process.units,
            })
            .sum();
        let is_short =
            u32::try_from(found.iter().filter(|(_, answer)| answer.is_some()).count()).is_ok_and(|made| made < wanted);
        observed.set(deploy.app_id, look, found);
        if is_short && why.is_empty() {
            why = hindrance(driver, desired).await?;
        }
        if ready >= wanted {
            return Ok(());
        }
        if said != Some(ready) {
            told.say(format!("{ready} of {wanted} units are ready"));
            said = Some(ready);
        }
        if Instant::now() >= end {
            return Err(late((deploy, driver), patience, &why).await);
        }
        tokio::select! {
            () = cancelled.cancelled() => return Err(Stop::Canceled),
            () = tokio::time::sleep(pause) => {}
        }
        pause = (pause * 3 / 2).min(LAST_LOOK);
    }
}

/// How many units of a process of the deploy are there.
fn made(found: &[Found], process: &str) -> u32 {
    let those = found
        .iter()
        .filter(|(unit, answer)| answer.is_some() && unit.process == process);
    u32::try_from(those.count()).unwrap_or(u32::MAX)
}

/// What keeps units from being made at all.
async fn hindrance(driver: &dyn Driver, desired: &[Desired]) -> Result<String, Stop> {
    for process in desired {
        if let Some(reason) = driver.hindrance(process).await? {
            return Ok(format!("{}: {reason}", process.process));
        }
    }
    Ok(String::new())
}

/// A unit that ended before it was ready will not be ready by being started again.
async fn broken(driver: &dyn Driver, unit: &Unit) -> Result<(), Stop> {
    let reason = match &unit.state {
        State::Crashing(reason) | State::Ended(reason, _) => reason.clone(),
        State::Running if unit.restarts > 0 => {
            let ended = driver.ended(unit).await?;
            ended.unwrap_or_else(|| "It ended and was started again.".to_owned())
        }
        State::Starting(_) | State::Running | State::Unready => return Ok(()),
    };
    let lines = last_lines(driver, unit).await;
    Err(Stop::Failed(format!("{} was not ready: {reason}{lines}", unit.name)))
}

async fn late((deploy, driver): (&Deploy, &dyn Driver), patience: Duration, why: &str) -> Stop {
    let mut reason = format!("Not every unit was ready within {} s", patience.as_secs());
    if why.is_empty() {
        reason.push('.');
    } else {
        reason.push_str(&format!(" ({why})."));
    }
    let name = why.split(':').next().unwrap_or_default();
    let units = driver.units(Some(deploy.app_id)).await.unwrap_or_default();
    if let Some(unit) = units.iter().find(|unit| unit.name == name) {
        reason.push_str(&last_lines(driver, unit).await);
    }
    Stop::Failed(reason)
}

/// What a unit wrote last, to go on behind a sentence.
async fn last_lines(driver: &dyn Driver, unit: &Unit) -> String {
    let mut lines = Vec::new();
    let mut log = driver.log(unit, LINES, false);
    while let Some(Ok(line)) = log.next().await {
        lines.push(String::from_utf8_lossy(&line.text).into_owned());
    }
    match lines.is_empty() {
        true => " It wrote nothing.".to_owned(),
        false => format!(" It wrote last:\n{}", lines.join("\n")),
    }
}
