//! The table `[app]` of `slipway.toml`: our own way to say what `Procfile` and `tsuru.yaml` say, and what they cannot.
//!
//! Unlike `tsuru.yaml` it is ours: what is not known in it is refused, with the word that was probably meant.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::model::{Check, Command, FileError, Port, Protocol};
use super::nearest::nearest;
use super::procfile::is_name;
use super::tsuru_yaml::{CheckSaid, ProcessSaid, TsuruYaml, check};

/// Where the table is.
const FILE: &str = "slipway.toml";

const APP: [&str; 9] = [
    "name",
    "platform",
    "plan",
    "port",
    "health",
    "startup",
    "processes",
    "hooks",
    "pool",
];
const PROCESS: [&str; 4] = ["command", "port", "health", "startup"];
const HOOKS: [&str; 3] = ["build", "before-start", "after-start"];
const CHECK: [&str; 9] = [
    "path",
    "scheme",
    "headers",
    "command",
    "allowed-failures",
    "interval-seconds",
    "timeout-seconds",
    "deploy-timeout-seconds",
    "restarts",
];

/// What the table says. What it does not say is left to the other files, and to the image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppTable {
    /// The app that a deploy of this directory is for.
    pub name: Option<String>,
    /// How its source becomes an image.
    pub platform: Option<String>,
    /// How much its units may take.
    pub plan: Option<String>,
    /// Where it runs.
    pub pool: Option<String>,
    /// Where the process that takes requests listens.
    pub port: Option<u16>,
    said: TsuruYaml,
    hooks: HooksSaid,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct HooksSaid {
    build: Option<Vec<String>>,
    before_start: Option<Vec<String>>,
    after_start: Option<Vec<String>>,
}

mod wire {
    use super::{BTreeMap, Deserialize, HooksSaid};

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    pub(super) struct App {
        pub(super) name: Option<String>,
        pub(super) platform: Option<String>,
        pub(super) plan: Option<String>,
        pub(super) pool: Option<String>,
        pub(super) port: Option<u16>,
        pub(super) health: Option<PathOr<Check>>,
        pub(super) startup: Option<PathOr<Check>>,
        pub(super) processes: BTreeMap<String, PathOr<Process>>,
        pub(super) hooks: HooksSaid,
    }

    /// One word for the usual case, a table for the rest.
    #[derive(Deserialize)]
    #[serde(untagged)]
    pub(super) enum PathOr<T> {
        Word(String),
        Table(T),
    }

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    pub(super) struct Process {
        pub(super) command: Option<String>,
        pub(super) port: Option<u16>,
        pub(super) health: Option<PathOr<Check>>,
        pub(super) startup: Option<PathOr<Check>>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "kebab-case")]
    pub(super) struct Check {
        pub(super) path: Option<String>,
        pub(super) scheme: Option<String>,
        pub(super) headers: Option<BTreeMap<String, String>>,
        pub(super) command: Option<Vec<String>>,
        pub(super) allowed_failures: Option<u32>,
        pub(super) interval_seconds: Option<u64>,
        pub(super) timeout_seconds: Option<u64>,
        pub(super) deploy_timeout_seconds: Option<u64>,
        pub(super) restarts: Option<bool>,
    }
}

/// Reads the table out of a `slipway.toml`; nothing when there is none. The rest of the file is not looked at.
///
/// # Errors
/// When the file is no TOML, when something in the table is not known, and when it cannot be.
pub fn read(text: &str) -> Result<Option<AppTable>, FileError> {
    let refused = |reason: String| FileError {
        file: FILE.to_owned(),
        reason,
    };
    let file: Table = toml::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error: toml::de::Error| refused(error.to_string().trim_end().to_owned()))?;
    let Some(app) = file.get("app") else { return Ok(None) };
    let app = app
        .as_table()
        .ok_or_else(|| refused("app is no table; write a line [app], and below it what it says".to_owned()))?;
    known(app).map_err(refused)?;
    // A table of its own for each process: an error in one says which.
    let wire: wire::App = Value::Table(app.clone())
        .try_into()
        .map_err(|error: toml::de::Error| refused(format!("app: {}", error.message())))?;
    understood(wire).map(Some).map_err(refused)
}

/// Every word of it is known, or told with the one that was meant.
fn known(app: &Table) -> Result<(), String> {
    words(app, "app", &APP)?;
    checks(app, "app")?;
    if let Some(hooks) = app.get("hooks").and_then(Value::as_table) {
        words(hooks, "app.hooks", &HOOKS)?;
    }
    for (name, process) in app.get("processes").and_then(Value::as_table).into_iter().flatten() {
        if let Some(process) = process.as_table() {
            let place = format!("app.processes.{name}");
            words(process, &place, &PROCESS)?;
            checks(process, &place)?;
        }
    }
    Ok(())
}

fn checks(of: &Table, place: &str) -> Result<(), String> {
    for kind in ["health", "startup"] {
        if let Some(check) = of.get(kind).and_then(Value::as_table) {
            words(check, &format!("{place}.{kind}"), &CHECK)?;
        }
    }
    Ok(())
}

fn words(table: &Table, place: &str, known: &[&str]) -> Result<(), String> {
    let Some(unknown) = table.keys().find(|word| !known.contains(&word.as_str())) else {
        return Ok(());
    };
    Err(match nearest(unknown, known) {
        Some(meant) => format!("{place}: `{unknown}` is not known; `{meant}` is"),
        None => format!("{place}: `{unknown}` is not known; there are {}", known.join(", ")),
    })
}

fn understood(wire: wire::App) -> Result<AppTable, String> {
    let mut processes = BTreeMap::new();
    for (name, said) in wire.processes {
        if !is_name(&name) {
            return Err(format!(
                "app.processes: `{name}` is no name of a process; use letters, digits, hyphens and underscores"
            ));
        }
        let place = format!("app.processes.{name}");
        let said = match said {
            wire::PathOr::Word(command) => wire::Process {
                command: Some(command),
                ..wire::Process::default()
            },
            wire::PathOr::Table(table) => table,
        };
        let process = ProcessSaid {
            command: said.command.filter(|line| !line.trim().is_empty()).map(Command::Line),
            health: asked(said.health, &format!("{place}.health"))?,
            startup: asked(said.startup, &format!("{place}.startup"))?,
            ports: said.port.map(|port| listening(port, &place)).transpose()?,
        };
        processes.insert(name, process);
    }
    if let Some(port) = wire.port {
        listening(port, "app")?;
    }
    Ok(AppTable {
        name: wire.name,
        platform: wire.platform,
        plan: wire.plan,
        pool: wire.pool,
        port: wire.port,
        said: TsuruYaml {
            health: asked(wire.health, "app.health")?,
            startup: asked(wire.startup, "app.startup")?,
            processes,
            ..TsuruYaml::default()
        },
        hooks: wire.hooks,
    })
}

fn asked(said: Option<wire::PathOr<wire::Check>>, place: &str) -> Result<Option<Check>, String> {
    let Some(said) = said else { return Ok(None) };
    let said = match said {
        wire::PathOr::Word(path) => wire::Check {
            path: Some(path),
            ..wire::Check::default()
        },
        wire::PathOr::Table(table) => table,
    };
    let said = CheckSaid {
        path: said.path,
        scheme: said.scheme,
        headers: said.headers,
        command: said.command,
        allowed_failures: said.allowed_failures,
        interval_seconds: said.interval_seconds,
        timeout_seconds: said.timeout_seconds,
        deploy_timeout_seconds: said.deploy_timeout_seconds,
        force_restart: said.restarts,
    };
    check(said, place).map(Some)
}

/// One port that is the same inside and outside.
pub(super) fn listening(port: u16, place: &str) -> Result<Vec<Port>, String> {
    if port == 0 {
        return Err(format!(
            "{place}: 0 is no port; use 1 to 65535, or leave it out and listen at PORT"
        ));
    }
    Ok(vec![Port {
        name: format!("tcp-{port}"),
        protocol: Protocol::Tcp,
        port,
        target: port,
    }])
}

impl AppTable {
    /// What it says, above what a `tsuru.yaml` says: each thing by itself, so that naming a command does not take a check away.
    #[must_use]
    pub(super) fn over(self, mut below: TsuruYaml) -> TsuruYaml {
        let hooks = &mut below.hooks;
        for (said, list) in [
            (self.hooks.build, &mut hooks.build),
            (self.hooks.before_start, &mut hooks.before_start),
            (self.hooks.after_start, &mut hooks.after_start),
        ] {
            if let Some(said) = said {
                *list = said;
            }
        }
        below.health = self.said.health.or(below.health);
        below.startup = self.said.startup.or(below.startup);
        for (name, said) in self.said.processes {
            let process = below.processes.entry(name).or_default();
            process.command = said.command.or(process.command.take());
            process.health = said.health.or(process.health.take());
            process.startup = said.startup.or(process.startup.take());
            process.ports = said.ports.or(process.ports.take());
        }
        below
    }
}

#[cfg(test)]
mod tests {
    use super::super::Probe;
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_whole_table() {
        let text = r#"
workspace = "elsewhere"

[app]
name = "shop"
platform = "python"
plan = "small"
port = 8080
health = "healthz"

[app.processes]
web = "gunicorn shop:app"
worker = { command = "./work", startup = { command = ["test", "-f", "/ready"], interval-seconds = 5 } }

[app.hooks]
build = ["make"]
"#;
        let table = read(text).unwrap().unwrap();
        assert_eq!(
            (
                table.name.as_deref(),
                table.platform.as_deref(),
                table.plan.as_deref(),
                table.port
            ),
            (Some("shop"), Some("python"), Some("small"), Some(8080))
        );
        let merged = table.over(TsuruYaml::default());
        assert!(matches!(merged.health.unwrap().probe, Probe::Http { path, .. } if path == "/healthz"));
        let worker = &merged.processes["worker"];
        assert_eq!(worker.startup.as_ref().unwrap().interval.as_secs(), 5);
        assert_eq!(merged.hooks.build, ["make"]);
    }

    #[rstest]
    #[case("")]
    #[case("# nothing")]
    #[case("workspace = \"x\"\n[other]\nx = 1\n")]
    fn a_file_without_the_table_says_nothing(#[case] text: &str) {
        assert_eq!(read(text).unwrap(), None);
    }

    #[rstest]
    #[case("app = 1", "app is no table; write a line [app], and below it what it says")]
    #[case("[app]\nprot = 1", "app: `prot` is not known; `port` is")]
    #[case(
        "[app]\ncolour = 1",
        "app: `colour` is not known; there are name, platform, plan, port, health, startup, processes, hooks, pool"
    )]
    #[case(
        "[app.processes.web]\ncomand = \"x\"",
        "app.processes.web: `comand` is not known; `command` is"
    )]
    #[case(
        "[app.processes.web.health]\npath = \"/\"\ninterval_seconds = 1",
        "app.processes.web.health: `interval_seconds` is not known; `interval-seconds` is"
    )]
    #[case(
        "[app.hooks]\nbefore_start = []",
        "app.hooks: `before_start` is not known; `before-start` is"
    )]
    #[case("[app.health]\ninterval-seconds = 1", "app.health: give a path or a command")]
    #[case(
        "[app]\nport = 0",
        "app: 0 is no port; use 1 to 65535, or leave it out and listen at PORT"
    )]
    #[case(
        "[app.processes]\n\"a b\" = \"x\"",
        "app.processes: `a b` is no name of a process; use letters, digits, hyphens and underscores"
    )]
    fn what_cannot_be_is_named_with_its_place(#[case] text: &str, #[case] reason: &str) {
        assert_eq!(read(text).unwrap_err().to_string(), format!("slipway.toml: {reason}"));
    }

    #[rstest]
    #[case("[app")]
    #[case("[app]\nport = \"x\"")]
    #[case("[app]\nport = 70000")]
    fn what_is_of_another_kind_is_refused(#[case] text: &str) {
        assert!(read(text).is_err());
    }
}
