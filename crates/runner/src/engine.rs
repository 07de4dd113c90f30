//! Starting the engine for one command of an item, under the item's orders and what is left of its time.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use slipway_tofu::commands::{Complaint, Failure, Surroundings, classify, environment};
use slipway_tofu::events::{Event, Progress, parse_line};
use slipway_tofu::process::{Confinement, Ended, Graces, Invocation, Order, Rung, Supervision, spawn, supervise};
use slipway_tofu::sandbox::{Policy, trust_files};
use tokio::sync::mpsc;

use crate::item::{Stop, Work};
use crate::prepare::Prepared;

/// Where a command's output goes.
pub(crate) struct Output {
    /// stdout.
    pub(crate) output: PathBuf,
    /// stderr.
    pub(crate) errors: PathBuf,
    /// The file for `-json-into`, which the engine must be able to open.
    pub(crate) events: Option<PathBuf>,
    /// Whether somebody waits for it; otherwise everything else on the machine comes first.
    pub(crate) is_awaited: bool,
}

/// A command that ended.
pub(crate) struct Finished {
    pub(crate) ended: Ended,
    /// What its events add up to.
    pub(crate) progress: Progress,
}

impl Finished {
    /// Why it failed.
    pub(crate) fn failure(&self, command: &str) -> Failure {
        let complaints: Vec<Complaint<'_>> = self
            .progress
            .diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == slipway_tofu::events::Severity::Error)
            .map(|diagnostic| Complaint {
                summary: &diagnostic.summary,
                file: diagnostic.range.as_ref().map(|range| range.filename.as_str()),
            })
            .collect();
        classify(command, &self.ended, &complaints)
    }
}

/// Runs a command that people follow: its output is the item's log, its events the item's events.
pub(crate) async fn run(
    work: &Work,
    prepared: &Prepared,
    arguments: Vec<String>,
    events: &str,
) -> Result<Finished, Stop> {
    let aside = prepared.engine.kind.writes_events_aside(&prepared.engine.version);
    let events = work.spool.file(events);
    let log = work.spool.file("log.raw");
    let is_init = arguments.first().is_some_and(|command| command == "init");
    let output = Output {
        // An engine that cannot do both gives its events for plan and apply; `init` stays readable.
        output: if aside || is_init { log.clone() } else { events.clone() },
        errors: log,
        events: Some(events.clone()),
        is_awaited: true,
    };
    let ended = start(work, prepared, arguments, output).await?;
    let progress = progress(&events);
    if !aside && !is_init {
        narrate(work, &events);
    }
    Ok(Finished { ended, progress })
}

/// Starts the engine and waits for its end.
pub(crate) async fn start(
    work: &Work,
    prepared: &Prepared,
    arguments: Vec<String>,
    output: Output,
) -> Result<Ended, Stop> {
    if *work.orders.borrow() > Order::Continue {
        return Err(Stop::canceled("the run was canceled before the engine was started"));
    }
    let Some(left) = work.deadline.checked_duration_since(Instant::now()) else {
        return Err(Stop::timed_out(
            "the time of this phase was over before the engine was started",
        ));
    };
    let running = spawn(&invocation(work, prepared, arguments, output))
        .await
        .map_err(|error| Stop::failed(&error))?;
    work.mark_engine_start();
    let (steps, mut taken) = mpsc::unbounded_channel();
    let grace = Duration::from_millis(work.claim.context.stop_grace_ms);
    let supervision = Supervision {
        timeout: Some(left),
        graces: Graces {
            interrupt: grace,
            terminate: grace,
        },
        orders: work.orders.clone(),
        steps,
    };
    let say = async {
        while let Some(rung) = taken.recv().await {
            work.spool.say(&words(rung, grace));
        }
    };
    let (ended, ()) = tokio::join!(supervise(running, supervision), say);
    let ended = ended.map_err(|error| Stop::failed(&error))?;
    work.add_usage(&ended.exit);
    Ok(ended)
}

fn words(rung: Rung, grace: Duration) -> String {
    let seconds = grace.as_secs();
    match rung {
        Rung::Interrupted => format!("\n[stopping: the engine was interrupted and has {seconds} s to save and end]"),
        Rung::Terminated => format!("\n[stopping: the engine was told to terminate and has {seconds} s to end]"),
        Rung::Killed => "\n[stopping: the engine was killed]".to_owned(),
    }
}

fn invocation(work: &Work, prepared: &Prepared, arguments: Vec<String>, output: Output) -> Invocation {
    let config = &work.machine.config;
    let cli_config = work.spool.file("cli.tfrc");
    let mut policy = Policy::new(prepared.engine.path.clone(), Vec::new());
    policy.demand = config.sandbox_demand;
    policy.limits = config.limits.clone();
    policy.gives_way = !output.is_awaited;
    policy.execute.extend(prepared.stores.iter().cloned());
    policy.read.push(cli_config.clone());
    policy.read.extend(trust_files(&config.environment));
    policy.write.extend(prepared.directory.writable());
    policy.write.extend(prepared.private.clone());
    policy.write.extend(output.events);
    policy.record = Some(work.spool.folder().to_path_buf());
    policy.stop_grace_ms = work.claim.context.stop_grace_ms;
    Invocation {
        program: prepared.engine.path.clone(),
        arguments,
        environment: environment(Surroundings {
            directory: &prepared.directory,
            cli_config: &cli_config,
            workspace: &work.claim.context.engine_workspace,
            operator: &config.environment,
            variables: &prepared.environment,
            is_small: prepared.is_small,
        }),
        directory: prepared.directory.path().join(&prepared.module),
        output: output.output,
        errors: output.errors,
        confinement: Some(Confinement {
            helper: config.sandbox_helper.clone(),
            policy_file: work.spool.file("policy.json"),
            policy,
        }),
    }
}

/// What the events in a file add up to. The file is the work of a stranger: lines are as long as they are, but each is
/// read alone and a broken one changes nothing.
pub(crate) fn progress(events: &std::path::Path) -> Progress {
    let mut progress = Progress::default();
    for event in read_events(events) {
        progress.record(&event);
    }
    progress
}

pub(crate) fn read_events(events: &std::path::Path) -> impl Iterator<Item = Event> {
    let reader = fs::File::open(events).map(io::BufReader::new).ok();
    let lines = reader.into_iter().flat_map(|reader| io::BufRead::split(reader, b'\n'));
    lines.map_while(Result::ok).filter_map(|line| parse_line(&line))
}

/// The log of an engine that only gave events: their messages, and diagnostics with their code.
fn narrate(work: &Work, events: &std::path::Path) {
    for event in read_events(events) {
        match event {
            Event::Diagnostic(diagnostic) => work.spool.say(&diagnostic.render()),
            Event::Log { message } => work.spool.say(&message),
            Event::Other(value) => {
                if let Some(message) = value.get("@message").and_then(serde_json::Value::as_str) {
                    work.spool.say(message);
                }
            }
            Event::ApplyStart(hook) => work.spool.say(&format!("{}: {}...", hook.resource.addr, hook.action)),
            Event::ApplyComplete(hook) => work.spool.say(&format!("{}: {} done", hook.resource.addr, hook.action)),
            Event::ApplyErrored(hook) => work
                .spool
                .say(&format!("{}: {} failed", hook.resource.addr, hook.action)),
            _ => {}
        }
    }
}

/// Environment variables of a workspace as a map; later ones win.
pub(crate) fn pairs(of: &[(String, String)]) -> BTreeMap<String, String> {
    of.iter().cloned().collect()
}
