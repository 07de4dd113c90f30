//! Apps, their units, versions and deploys, as tables and fields.

use std::time::Duration;

use slipway_api::apps::{App, AppProcess, AppStatus, AppUnit, UnitStatus};
use slipway_api::deploys::{AppVersion, Deploy, DeployKind, DeployStatus};
use slipway_api::{Resource, Timestamp};

use super::super::amounts::{burst, memory, processor};
use super::metrics::usage;
use super::steps;
use crate::context::Context;
use crate::environment::now;
use crate::output::{Table, Tone, age, elapsed, one_line};

/// How much of an image's digest tells it from others.
const SHORT_DIGEST: usize = 12;

pub(super) fn apps(apps: &[Resource<App>]) -> Table {
    let mut table = Table::new(&["name", "status", "units", "version", "pool", "plan", "age", "address"]);
    for resource in apps {
        let app = &resource.attributes;
        table.toned_row(vec![
            (app.name.to_string(), None),
            (status(app), Some(tone(app.status))),
            (units_of(&app.processes), None),
            (number(app.live_version), None),
            (app.pool.name.to_string(), None),
            (app.plan.name.to_string(), None),
            (age(app.created_at, now()), Some(Tone::Quiet)),
            (app.urls.first().cloned().unwrap_or_default(), None),
        ]);
    }
    table
}

fn status(app: &App) -> String {
    match app.active_deploy {
        Some(_) => format!("{}, deploying", app.status.as_str()),
        None => app.status.as_str().to_owned(),
    }
}

const fn tone(status: AppStatus) -> Tone {
    match status {
        AppStatus::Running => Tone::Good,
        AppStatus::Degraded => Tone::Attention,
        AppStatus::Down => Tone::Bad,
        AppStatus::Deleting => Tone::Active,
        AppStatus::New | AppStatus::Stopped => Tone::Quiet,
    }
}

/// Those that are ready, of all that shall run.
fn units_of(processes: &[AppProcess]) -> String {
    if processes.is_empty() {
        return String::new();
    }
    let sum = |count: fn(&AppProcess) -> u32| processes.iter().map(count).sum::<u32>();
    format!("{}/{}", sum(|process| process.ready), sum(|process| process.units))
}

fn number(number: Option<u32>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// `web 2/3  serve --port 8080`, a line each.
fn processes(processes: &[AppProcess]) -> String {
    let lines = processes.iter().map(|process| {
        let counts = format!("{} {}/{}", process.name, process.ready, process.units);
        match process.command.is_empty() {
            true => counts,
            false => format!("{counts}  {}", one_line(&process.command, 60)),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub(super) fn app(context: &Context, app: &Resource<App>, units: &[Resource<AppUnit>]) -> anyhow::Result<()> {
    context.output.one(app, |resource| {
        let app = &resource.attributes;
        vec![
            ("Name", app.name.to_string()),
            ("Id", resource.id.clone()),
            ("Status", status(app)),
            ("Why", app.reason.clone()),
            ("Address", app.urls.join("\n")),
            ("Processes", processes(&app.processes)),
            ("Units", short_units(units)),
            ("Version", number(app.live_version)),
            ("Pool", app.pool.name.to_string()),
            ("Plan", plan(app)),
            ("Description", app.description.clone()),
            ("Labels", app.labels.join(", ")),
            ("Age", age(app.created_at, now())),
        ]
    })
}

/// `web-12-0 ready  0.25 cpu, 61.2 MB (24%)`, a line each.
fn short_units(units: &[Resource<AppUnit>]) -> String {
    let lines = units.iter().map(|resource| {
        let unit = &resource.attributes;
        let [processor, memory] = usage(unit);
        let (status, _) = unit_status(unit.status);
        match memory.is_empty() {
            true => format!("{} {status}", unit.name),
            false => format!("{} {status}  {processor} cpu, {memory}", unit.name),
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

const fn unit_status(status: UnitStatus) -> (&'static str, Tone) {
    match status {
        UnitStatus::Starting => ("starting", Tone::Active),
        UnitStatus::Ready => ("ready", Tone::Good),
        UnitStatus::NotReady => ("not ready", Tone::Attention),
        UnitStatus::Crashing => ("crashing", Tone::Bad),
        UnitStatus::Ended => ("ended", Tone::Quiet),
    }
}

pub(super) fn units(units: &[Resource<AppUnit>]) -> Table {
    let mut table = Table::new(&[
        "unit", "status", "version", "restarts", "started", "cpu", "memory", "address", "why",
    ]);
    for resource in units {
        let unit = &resource.attributes;
        let (status, tone) = unit_status(unit.status);
        let [processor, memory] = usage(unit);
        table.toned_row(vec![
            (unit.name.clone(), None),
            (status.to_owned(), Some(tone)),
            (unit.app_version.to_string(), None),
            (unit.restarts.to_string(), None),
            (since(unit.started_at.as_deref()), Some(Tone::Quiet)),
            (processor, None),
            (memory, None),
            (unit.address.clone().unwrap_or_default(), None),
            (one_line(&unit.reason, 60), None),
        ]);
    }
    table
}

fn since(moment: Option<&str>) -> String {
    let Some(text) = moment else { return String::new() };
    match text.parse::<Timestamp>() {
        Ok(moment) => age(moment, now()),
        Err(_) => text.to_owned(),
    }
}

pub(super) fn versions(versions: &[Resource<AppVersion>]) -> Table {
    let mut table = Table::new(&["version", "", "image", "processes", "by", "age", "origin"]);
    for resource in versions {
        let version = &resource.attributes;
        let names: Vec<&str> = version.processes.iter().map(|process| process.name.as_str()).collect();
        let live = match (version.is_live, version.image_removed_at) {
            (true, _) => ("live".to_owned(), Some(Tone::Good)),
            (false, Some(_)) => ("image gone".to_owned(), Some(Tone::Quiet)),
            (false, None) => (String::new(), None),
        };
        table.toned_row(vec![
            (version.number.to_string(), None),
            live,
            (short_image(&version.image), None),
            (names.join(" "), None),
            (version.created_by.clone(), None),
            (age(version.created_at, now()), Some(Tone::Quiet)),
            (one_line(&version.origin, 60), None),
        ]);
    }
    table
}

/// `name@sha256:0123456789ab` of a digest that is five times as long.
fn short_image(image: &str) -> String {
    match image.split_once("sha256:") {
        Some((before, digest)) => format!("{before}sha256:{}", digest.get(..SHORT_DIGEST).unwrap_or(digest)),
        None => image.to_owned(),
    }
}

pub(super) fn deploys(deploys: &[Resource<Deploy>]) -> Table {
    let mut table = Table::new(&[
        "deploy", "status", "step", "kind", "version", "by", "age", "took", "what",
    ]);
    for resource in deploys {
        let deploy = &resource.attributes;
        // What was said about it tells more than where it came from.
        let what = [&deploy.message, &deploy.origin]
            .into_iter()
            .find(|text| !text.is_empty());
        table.toned_row(vec![
            (deploy.number.to_string(), None),
            (deploy.status.as_str().to_owned(), Some(deploy_tone(deploy.status))),
            (step(deploy), None),
            (kind(deploy.kind).to_owned(), None),
            (number(deploy.app_version), None),
            (deploy.started_by.clone(), None),
            (age(deploy.created_at, now()), Some(Tone::Quiet)),
            (took(deploy).map(elapsed).unwrap_or_default(), Some(Tone::Quiet)),
            (what.map(|text| one_line(text, 60)).unwrap_or_default(), None),
        ]);
    }
    table
}

pub(super) fn deploy(context: &Context, deploy: &Resource<Deploy>) -> anyhow::Result<()> {
    context.output.one(deploy, |resource| {
        let deploy = &resource.attributes;
        vec![
            ("Deploy", deploy.number.to_string()),
            ("Id", resource.id.clone()),
            ("Status", deploy.status.as_str().to_owned()),
            ("Step", step(deploy)),
            ("Why", deploy.reason.clone()),
            ("Kind", kind(deploy.kind).to_owned()),
            ("Origin", deploy.origin.clone()),
            ("Message", deploy.message.clone()),
            ("Version", number(deploy.app_version)),
            ("Version before", number(deploy.previous_version)),
            ("Variables", restored(deploy)),
            ("Started by", deploy.started_by.clone()),
            ("Age", age(deploy.created_at, now())),
            ("Took", took(deploy).map(elapsed).unwrap_or_default()),
        ]
    })
}

/// The variables that came back with its version; nothing where it took those of then.
fn restored(deploy: &Deploy) -> String {
    let Some(restored) = &deploy.restored_env else {
        return String::new();
    };
    match restored.left_out.is_empty() {
        true => format!("those of number {}", restored.number),
        false => format!(
            "those of number {}, without {}",
            restored.number,
            restored.left_out.join(", ")
        ),
    }
}

/// The step that it is at or ended at; nothing of one that went through all.
fn step(deploy: &Deploy) -> String {
    match deploy.status {
        DeployStatus::Deployed => String::new(),
        DeployStatus::Running if deploy.is_cancel_requested => format!("{}, canceling", steps::word(deploy.step)),
        _ => steps::word(deploy.step).to_owned(),
    }
}

fn took(deploy: &Deploy) -> Option<Duration> {
    Some(deploy.ended_at?.since(deploy.created_at))
}

const fn kind(kind: DeployKind) -> &'static str {
    match kind {
        DeployKind::Image => "image",
        DeployKind::Source => "source",
        DeployKind::Rollback => "rollback",
        DeployKind::Env => "env",
        DeployKind::Restart => "restart",
    }
}

const fn deploy_tone(status: DeployStatus) -> Tone {
    match status {
        DeployStatus::Running => Tone::Active,
        DeployStatus::Deployed => Tone::Good,
        DeployStatus::Failed => Tone::Bad,
        DeployStatus::Canceled => Tone::Quiet,
    }
}

/// The plan, with what the app has in place of its amounts.
fn plan(app: &App) -> String {
    let own = &app.plan_override;
    let parts = [
        own.memory.map(|bytes| format!("memory {}", memory(bytes))),
        own.processor.map(|parts| format!("processor {}", processor(parts))),
        own.burst.map(|parts| format!("burst {}", burst(parts))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    match parts.is_empty() {
        true => app.plan.name.to_string(),
        false => format!("{} with {}", app.plan.name, parts.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::steps::tests::example;
    use super::*;

    #[test]
    fn an_image_is_told_by_the_beginning_of_its_digest() {
        let digest = "0123456789abcdef".repeat(4);
        assert_eq!(
            short_image(&format!("registry.test/web@sha256:{digest}")),
            "registry.test/web@sha256:0123456789ab"
        );
        assert_eq!(short_image("sha256:0123"), "sha256:0123");
        assert_eq!(short_image("nginx:1.29"), "nginx:1.29");
    }

    #[test]
    fn units_are_those_ready_of_all() {
        let process = |name: &str, ready, units| AppProcess {
            autoscale: None,
            name: name.to_owned(),
            command: "run --fast".to_owned(),
            units,
            ready,
        };
        let both = [process("web", 2, 3), process("worker", 1, 1)];
        assert_eq!(units_of(&both), "3/4");
        assert_eq!(units_of(&[]), "");
        assert_eq!(processes(&both), "web 2/3  run --fast\nworker 1/1  run --fast");
    }

    #[test]
    fn a_deploy_says_its_step_while_that_matters() {
        assert_eq!(step(&example("running", "health")), "health");
        assert_eq!(step(&example("failed", "build")), "build");
        assert_eq!(step(&example("deployed", "drain")), "");
        let canceling = Deploy {
            is_cancel_requested: true,
            ..example("running", "build")
        };
        assert_eq!(step(&canceling), "build, canceling");
    }
}
