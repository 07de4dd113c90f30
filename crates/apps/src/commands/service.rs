//! Where a command runs, how it begins, and what is told of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::app_commands::NewAppCommand;
use slipway_api::ids::AppId;
use slipway_kernel::{Ctx, Error, Result};

use super::store::{self, Model};
use crate::apps::{App, store as apps, writing};
use crate::clusters::attach::{Attach, Attached, Place};
use crate::clusters::driver::{Desired, Readiness, State, Unit};
use crate::clusters::{self, service::failed};
use crate::env::Given;
use crate::process_settings::Marks;
use crate::running::generation::Generation;
use crate::running::observed::Observed;
use crate::{deploys, env, pools, versions};

/// Commands of one app at the same time, in one process of the server.
const MOST: usize = 20;
/// Of a command this much is told in the audit log, in characters.
const TOLD: usize = 1_000;
/// Values that are shorter are found in too much.
const SHORTEST_SECRET: usize = 6;
/// A unit at which nobody was for so long goes.
const LEFT: Duration = Duration::from_secs(90);
/// Between two looks for such units.
const LOOK: Duration = Duration::from_secs(30);
/// What runs where nobody says what: the better shell of those that are there.
const SHELL: &str = "command -v bash > /dev/null && exec bash -l || exec sh -l";

/// Where a command shall run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// In a unit that runs.
    Inside,
    /// In one that is made for it.
    Alone,
}

/// How many commands go on, by app.
#[derive(Default)]
struct AtWork(Mutex<HashMap<AppId, usize>>);

/// A place among those that may go on at the same time.
struct Turn {
    all: Arc<AtWork>,
    app: AppId,
}

impl Turn {
    fn take(ctx: &Ctx, app: AppId) -> Result<Self> {
        let all = ctx.kept.get::<AtWork>();
        let mut counts = all.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(app).or_default();
        if *count >= MOST {
            return Err(Error::new(
                Code::TooManyRequests,
                format!("{MOST} commands of this app go on already: wait until one ends."),
            ));
        }
        *count += 1;
        drop(counts);
        Ok(Self { all, app })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut counts = self.all.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.app) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.app);
            }
        }
    }
}

/// A command that has begun.
pub(super) struct Begun {
    pub(super) app: App,
    /// The unit that it runs in.
    pub(super) unit: String,
    pub(super) attached: Attached,
    /// What was made for it.
    pub(super) made: Option<Model>,
    _turn: Turn,
}

/// Begins a command, and tells of it.
pub(super) async fn begin(ctx: &Ctx, app: &App, place: Where, wanted: NewAppCommand) -> Result<Begun> {
    let turn = Turn::take(ctx, app.id)?;
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await?;
    let (unit, place, made) = match place {
        Where::Inside => {
            let units = driver.units(Some(app.id)).await.map_err(failed)?;
            let unit = chosen(ctx, app, units, &wanted).await?;
            (unit.name.clone(), Place::In(unit), None)
        }
        Where::Alone => {
            let desired = alone(ctx, app, &wanted).await?;
            let made = Model {
                app_id: app.id,
                process: desired.process.clone(),
                deploy: i64::from(desired.deploy),
                app_version: i64::from(desired.version),
                seen_at: ctx.now(),
            };
            let unit = format!("{}-{}-0", desired.process, desired.deploy);
            (unit, Place::Alone(Box::new(desired)), Some(made))
        }
    };
    let command = match (wanted.command.is_empty(), &place) {
        (false, _) => wanted.command,
        (true, Place::In(_)) => ["/bin/sh", "-c", SHELL].map(str::to_owned).to_vec(),
        (true, Place::Alone(_)) => {
            return Err(Error::malformed("Say what shall run: a program with its arguments."));
        }
    };
    let told = json!({
        "unit": unit,
        "command": told(ctx, app, &command).await?,
        "own-unit": made.is_some(),
    });
    // First told, then begun: nothing runs of which nobody knows.
    let mut tx = ctx.begin().await?;
    if let Some(made) = &made {
        store::insert(&tx, made).await?;
    }
    writing::record(&mut tx, ctx, app, "app.command-started", told).await?;
    tx.commit().await?;
    let attach = Attach {
        place,
        command,
        terminal: wanted.terminal.map(|size| (size.columns, size.rows)),
        reads: wanted.reads,
    };
    match driver.attach(&attach).await.map_err(failed) {
        Ok(attached) => Ok(Begun {
            app: app.clone(),
            unit,
            attached,
            made,
            _turn: turn,
        }),
        Err(error) => {
            let how = json!({"unit": unit, "reason": error.detail()});
            end(ctx, app, made.as_ref(), how).await?;
            Err(error)
        }
    }
}

impl Begun {
    /// Tells how it ended: its exit code, or why it has none.
    pub(super) async fn ended(self, ctx: &Ctx, how: std::result::Result<i64, String>) -> Result<()> {
        let how = match how {
            Ok(code) => json!({"unit": self.unit, "exit-code": code}),
            Err(reason) => json!({"unit": self.unit, "reason": reason}),
        };
        // What was made for it goes on its own when nobody is there any more, unless the program is killed meanwhile.
        drop(self.attached);
        end(ctx, &self.app, self.made.as_ref(), how).await
    }
}

/// Notes that somebody is at what was made for a command.
pub(super) async fn seen(ctx: &Ctx, made: &Model) -> Result<()> {
    let tx = ctx.begin().await?;
    store::seen(&tx, made, ctx.now()).await?;
    tx.commit().await
}

async fn end(ctx: &Ctx, app: &App, made: Option<&Model>, how: Value) -> Result<()> {
    if let Some(made) = made {
        take_away(ctx, app, made).await?;
    }
    let mut tx = ctx.begin().await?;
    if let Some(made) = made
        && !store::delete(&tx, made).await?
    {
        // Somebody else took it away, and told of it.
        return Ok(());
    }
    writing::record(&mut tx, ctx, app, "app.command-ended", how).await?;
    tx.commit().await
}

/// The unit that was made for a command away; one that is gone is fine.
async fn take_away(ctx: &Ctx, app: &App, made: &Model) -> Result<()> {
    let pool = pools::service::get(ctx, app.pool_id).await?;
    let driver = clusters::service::driver(ctx, pool.cluster_id).await?;
    let number = |number: i64| u32::try_from(number).unwrap_or_default();
    let desired = Desired {
        organization: app.organization_id,
        app: made.app_id,
        deploy: number(made.deploy),
        version: number(made.app_version),
        process: made.process.clone(),
        units: 1,
        image: String::new(),
        registry: None,
        command: Vec::new(),
        env: BTreeMap::new(),
        memory: 0,
        processor: 0,
        processor_kept: 0,
        readiness: Readiness::default(),
        mounts: Vec::new(),
        marks: Marks::default(),
        autoscale: None,
    };
    driver.forget_once(&desired.once()).await.map_err(failed)
}

/// The unit that is meant: of those that run.
async fn chosen(ctx: &Ctx, app: &App, units: Vec<Unit>, wanted: &NewAppCommand) -> Result<Unit> {
    let running = units
        .into_iter()
        .filter(|unit| matches!(unit.state, State::Running | State::Unready));
    if let Some(name) = &wanted.unit {
        let found = running.into_iter().find(|unit| unit.name == *name);
        return found.ok_or_else(|| {
            Error::conflict(format!(
                "No unit \"{name}\" of {} runs: `slipway app units {}` lists those that do.",
                app.name, app.name
            ))
        });
    }
    let process = match &wanted.process {
        Some(process) => Some(process.clone()),
        None => first_process(ctx, app).await?,
    };
    let observed = ctx.kept.get::<Observed>().of(app.id);
    let is_ready = |unit: &Unit| {
        let seen = observed.iter().find(|seen| seen.unit.name == unit.name);
        seen.is_some_and(|seen| seen.ready.is_ok())
    };
    let mut those: Vec<Unit> = running
        .filter(|unit| process.as_ref().is_none_or(|process| *process == unit.process))
        .collect();
    // Of the live deploy before others, ready before others, then the first.
    those.sort_by_key(|unit| {
        let is_live = Some(i64::from(unit.deploy)) == app.live_deploy;
        (!is_live, !is_ready(unit), unit.slot)
    });
    those.into_iter().next().ok_or_else(|| {
        let what = process.map_or_else(String::new, |process| format!(" of its process \"{process}\""));
        Error::conflict(format!(
            "No unit{what} of {} runs. `slipway app run` runs a command in a unit of its own.",
            app.name
        ))
    })
}

/// The process that is meant when nobody names one.
async fn first_process(ctx: &Ctx, app: &App) -> Result<Option<String>> {
    let Some(version) = versions::service::live(ctx, app).await? else {
        return Ok(None);
    };
    let processes = &version.processes;
    let first = processes.taking_requests().or_else(|| processes.running().next());
    Ok(first.map(|process| process.name.clone()))
}

/// A unit of its own: what one of a process would be, with another command.
async fn alone(ctx: &Ctx, app: &App, wanted: &NewAppCommand) -> Result<Desired> {
    let (Some(version), Some(deploy)) = (
        versions::service::live(ctx, app).await?,
        deploys::service::live(ctx, app).await?,
    ) else {
        return Err(Error::conflict(format!(
            "Nothing of {} was deployed yet, so there is no image to run a command with.",
            app.name
        )));
    };
    let name = match &wanted.process {
        Some(name) => Some(name.clone()),
        None => first_process(ctx, app).await?,
    };
    let mut running = version.processes.running();
    let process = running
        .find(|process| Some(&process.name) == name.as_ref())
        .ok_or_else(|| {
            Error::conflict(format!(
                "{} has no process \"{}\" whose variables the command could see.",
                app.name,
                name.unwrap_or_default()
            ))
        })?;
    let generation = Generation {
        app,
        version: &version,
        deploy: &deploy,
    };
    let mut desired = generation.of(ctx, process, 1).await?;
    desired.process = format!("run-{:08x}", ctx.random.number()? >> 32);
    Ok(desired)
}

/// A command as the audit log has it: without values of private variables, and not without end.
async fn told(ctx: &Ctx, app: &App, command: &[String]) -> Result<String> {
    let environment = env::service::load(ctx, app, app.env_number).await?;
    let mut text = command.join(" ");
    for variable in environment.0.values().flat_map(BTreeMap::values) {
        match &variable.given {
            Given::Value(value) if variable.is_private && value.len() >= SHORTEST_SECRET => {
                text = text.replace(value.as_str(), "***");
            }
            _ => {}
        }
    }
    Ok(text.chars().take(TOLD).collect())
}

/// Takes away what was made for commands at which nobody is any more, for as long as the process lives: the server that had them was
/// killed.
///
/// # Errors
///
/// Those of the database.
pub async fn run(ctx: &Ctx) -> Result<()> {
    loop {
        clear(ctx).await?;
        tokio::time::sleep(LOOK).await;
    }
}

/// One look for them.
///
/// # Errors
///
/// Those of the database.
pub async fn clear(ctx: &Ctx) -> Result<()> {
    for made in store::left(ctx.db.reader(), ctx.now().before(LEFT)).await? {
        let Some(app) = apps::find(ctx.db.reader(), made.app_id).await? else {
            continue;
        };
        let how = json!({
            "unit": format!("{}-{}-0", made.process, made.deploy),
            "reason": "The server was ended while it ran.",
        });
        if let Err(error) = end(ctx, &app, Some(&made), how).await {
            tracing::warn!(%error, app = %app.id, "a unit stays that was made for a command");
        }
    }
    Ok(())
}

/// Everything that was made for commands of an app away, before the app goes.
///
/// # Errors
///
/// When the cluster does not answer.
pub(crate) async fn forget_of(ctx: &Ctx, app: &App) -> Result<()> {
    for made in store::of_app(ctx.db.reader(), app.id).await? {
        take_away(ctx, app, &made).await?;
    }
    Ok(())
}
