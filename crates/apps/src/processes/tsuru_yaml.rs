//! `tsuru.yaml`, as Tsuru 1.23 reads it (`provision/provision.go`, `provision/provision_validate.go`), with what it passes over in
//! silence told.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::model::{Check, Command, FileError, Hooks, Port, Probe, Protocol};
use super::nearest::nearest;
use super::procfile::is_name;

// As Tsuru's own (`provision/kubernetes/deploy.go`).
const ALLOWED_FAILURES: u32 = 3;
const INTERVAL: u64 = 10;
const TIMEOUT: u64 = 60;
/// Fields that Tsuru itself does not honour any more.
const FORGOTTEN: [&str; 5] = ["method", "status", "match", "use_in_router", "router_body"];

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TsuruYaml {
    /// Commands around the life of the app.
    pub hooks: Hooks,
    /// Of the process that takes requests, unless it has its own.
    pub health: Option<Check>,
    /// The same for the beginning.
    pub startup: Option<Check>,
    /// What it says about processes, by name.
    pub processes: BTreeMap<String, ProcessSaid>,
    /// Ports by process, in the older form.
    pub group_ports: BTreeMap<String, Vec<Port>>,
    /// What means nothing here, in sentences.
    pub warnings: Vec<String>,
}

/// What the file says about one process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessSaid {
    /// Its command, where the file has one.
    pub command: Option<Command>,
    /// Its own check.
    pub health: Option<Check>,
    /// The same for the beginning.
    pub startup: Option<Check>,
    /// Where it listens.
    pub ports: Option<Vec<Port>>,
}

/// A check as it is written.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CheckSaid {
    pub(super) path: Option<String>,
    pub(super) scheme: Option<String>,
    pub(super) headers: Option<BTreeMap<String, String>>,
    pub(super) command: Option<Vec<String>>,
    pub(super) allowed_failures: Option<u32>,
    pub(super) interval_seconds: Option<u64>,
    pub(super) timeout_seconds: Option<u64>,
    pub(super) deploy_timeout_seconds: Option<u64>,
    pub(super) force_restart: Option<bool>,
}

mod wire {
    use super::{BTreeMap, CheckSaid, Deserialize};

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct File {
        pub(super) hooks: Option<Hooks>,
        pub(super) healthcheck: Option<CheckSaid>,
        pub(super) startupcheck: Option<CheckSaid>,
        pub(super) processes: Option<Vec<Process>>,
        pub(super) kubernetes: Option<Kubernetes>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Hooks {
        pub(super) build: Option<Vec<String>>,
        pub(super) restart: Option<Restart>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Restart {
        pub(super) before: Option<Vec<String>>,
        pub(super) after: Option<Vec<String>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Process {
        pub(super) name: String,
        pub(super) command: Option<String>,
        pub(super) healthcheck: Option<CheckSaid>,
        pub(super) startupcheck: Option<CheckSaid>,
        pub(super) ports: Option<Vec<Port>>,
    }

    #[derive(Deserialize)]
    pub(super) struct Port {
        pub(super) name: Option<String>,
        pub(super) protocol: Option<String>,
        pub(super) port: Option<u16>,
        pub(super) target_port: Option<u16>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Kubernetes {
        pub(super) groups: Option<BTreeMap<String, BTreeMap<String, Group>>>,
    }

    #[derive(Default, Deserialize)]
    #[serde(default)]
    pub(super) struct Group {
        pub(super) ports: Option<Vec<Port>>,
    }
}

/// Reads it; `file` is its name, which errors say.
///
/// # Errors
/// When it is no YAML of this shape, and when something in it cannot be.
pub fn read(file: &str, text: &str) -> Result<TsuruYaml, FileError> {
    let refused = |reason: String| FileError {
        file: file.to_owned(),
        reason,
    };
    if text
        .lines()
        .all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'))
    {
        return Ok(TsuruYaml::default());
    }
    let wire: wire::File = serde_saphyr::from_str(text).map_err(|error| refused(error.to_string()))?;
    let all: Value = serde_saphyr::from_str(text).map_err(|error| refused(error.to_string()))?;
    understood(wire, warnings(&all)).map_err(refused)
}

fn understood(wire: wire::File, warnings: Vec<String>) -> Result<TsuruYaml, String> {
    let hooks = wire.hooks.unwrap_or_default();
    let restart = hooks.restart.unwrap_or_default();
    let mut processes = BTreeMap::new();
    for process in wire.processes.unwrap_or_default() {
        let name = process.name.clone();
        let place = format!("processes, {name}");
        if !is_name(&name) {
            return Err(format!(
                "`{name}` is no name of a process; use letters, digits, hyphens and underscores"
            ));
        }
        let said = ProcessSaid {
            command: process
                .command
                .filter(|line| !line.trim().is_empty())
                .map(Command::Line),
            health: process
                .healthcheck
                .map(|one| check(one, &format!("{place}, healthcheck")))
                .transpose()?,
            startup: process
                .startupcheck
                .map(|one| check(one, &format!("{place}, startupcheck")))
                .transpose()?,
            ports: process.ports.map(|all| ports(all, &place)).transpose()?,
        };
        if processes.insert(name.clone(), said).is_some() {
            return Err(format!("the process {name} is there twice"));
        }
    }
    let mut group_ports = BTreeMap::new();
    let groups = wire
        .kubernetes
        .and_then(|kubernetes| kubernetes.groups)
        .unwrap_or_default();
    for (name, group) in groups.into_values().flatten() {
        if let Some(said) = group.ports {
            group_ports.insert(name.clone(), ports(said, &format!("kubernetes, groups, {name}"))?);
        }
    }
    Ok(TsuruYaml {
        hooks: Hooks {
            build: hooks.build.unwrap_or_default(),
            before_start: restart.before.unwrap_or_default(),
            after_start: restart.after.unwrap_or_default(),
        },
        health: wire.healthcheck.map(|one| check(one, "healthcheck")).transpose()?,
        startup: wire.startupcheck.map(|one| check(one, "startupcheck")).transpose()?,
        processes,
        group_ports,
        warnings,
    })
}

/// What a check says; `place` is where it stands.
pub(super) fn check(wire: CheckSaid, place: &str) -> Result<Check, String> {
    let probe = match (
        wire.path.filter(|path| !path.is_empty()),
        wire.command.filter(|words| !words.is_empty()),
    ) {
        (Some(_), Some(_)) => return Err(format!("{place}: give a path or a command, not both")),
        (None, None) => return Err(format!("{place}: give a path or a command")),
        (None, Some(words)) => Probe::Command(words),
        (Some(path), None) => Probe::Http {
            path: if path.starts_with('/') {
                path
            } else {
                format!("/{path}")
            },
            is_tls: match wire.scheme.as_deref().map(str::to_ascii_lowercase).as_deref() {
                None | Some("" | "http") => false,
                Some("https") => true,
                Some(other) => return Err(format!("{place}: `{other}` is no scheme; use http or https")),
            },
            headers: wire.headers.unwrap_or_default(),
        },
    };
    // Zero means the usual, as in Tsuru.
    let seconds =
        |said: Option<u64>, usual: u64| Duration::from_secs(said.filter(|seconds| *seconds > 0).unwrap_or(usual));
    Ok(Check {
        probe,
        allowed_failures: wire
            .allowed_failures
            .filter(|count| *count > 0)
            .unwrap_or(ALLOWED_FAILURES),
        interval: seconds(wire.interval_seconds, INTERVAL),
        timeout: seconds(wire.timeout_seconds, TIMEOUT),
        deploy_timeout: wire
            .deploy_timeout_seconds
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs),
        restarts: wire.force_restart.unwrap_or_default(),
    })
}

fn ports(wire: Vec<wire::Port>, place: &str) -> Result<Vec<Port>, String> {
    wire.into_iter().map(|said| port(said, place)).collect()
}

/// Either number stands for both.
fn port(wire: wire::Port, place: &str) -> Result<Port, String> {
    let given = |port: Option<u16>| port.filter(|port| *port > 0);
    let (outer, inner) = (given(wire.port), given(wire.target_port));
    let Some((port, target)) = outer.or(inner).zip(inner.or(outer)) else {
        return Err(format!("{place}, ports: give a port or a target_port"));
    };
    let (protocol, word) = match wire.protocol.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "tcp" | "http") => (Protocol::Tcp, "tcp"),
        Some("udp") => (Protocol::Udp, "udp"),
        Some(other) => return Err(format!("{place}, ports: `{other}` is no protocol; use TCP or UDP")),
    };
    let name = wire
        .name
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| format!("{word}-{port}"));
    Ok(Port {
        name,
        protocol,
        port,
        target,
    })
}

/// What stands there and means nothing.
fn warnings(all: &Value) -> Vec<String> {
    const FILE: [&str; 5] = ["hooks", "healthcheck", "startupcheck", "processes", "kubernetes"];
    const PROCESS: [&str; 5] = ["name", "command", "healthcheck", "startupcheck", "ports"];
    let mut warnings = Vec::new();
    unknown(all, "", &FILE, &mut warnings);
    let hooks = field(all, "hooks");
    unknown(hooks, "hooks, ", &["build", "restart"], &mut warnings);
    unknown(
        field(hooks, "restart"),
        "hooks, restart, ",
        &["before", "after"],
        &mut warnings,
    );
    checks(all, "", &mut warnings);
    for process in field(all, "processes").as_array().into_iter().flatten() {
        let place = format!("processes, {}, ", field(process, "name").as_str().unwrap_or("?"));
        unknown(process, &place, &PROCESS, &mut warnings);
        checks(process, &place, &mut warnings);
    }
    warnings
}

fn checks(of: &Value, place: &str, warnings: &mut Vec<String>) {
    const KNOWN: [&str; 9] = [
        "path",
        "scheme",
        "headers",
        "command",
        "allowed_failures",
        "interval_seconds",
        "timeout_seconds",
        "deploy_timeout_seconds",
        "force_restart",
    ];
    for kind in ["healthcheck", "startupcheck"] {
        unknown(field(of, kind), &format!("{place}{kind}, "), &KNOWN, warnings);
    }
}

/// `null` for what is not there.
fn field<'a>(of: &'a Value, name: &str) -> &'a Value {
    of.get(name).unwrap_or(&Value::Null)
}

fn unknown(of: &Value, place: &str, known: &[&str], warnings: &mut Vec<String>) {
    for name in of.as_object().into_iter().flat_map(|fields| fields.keys()) {
        if FORGOTTEN.contains(&name.as_str()) {
            warnings.push(format!(
                "{place}{name} has no effect any more, as in Tsuru itself; remove it."
            ));
        } else if !known.contains(&name.as_str()) {
            let meant = nearest(name, known).map(|meant| format!(" Is {meant} meant?"));
            let meant = meant.unwrap_or_default();
            warnings.push(format!("{place}{name} is not known and has no effect.{meant}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn a_file_with_everything_is_understood() {
        let text = "
hooks:
  build: [make]
  restart:
    before: [./migrate]
    after: [./warm]
healthcheck:
  path: healthz
  scheme: https
  headers: {Host: shop.test}
  allowed_failures: 0
  interval_seconds: 5
  timeout_seconds: 2
  deploy_timeout_seconds: 90
  force_restart: true
  method: GET
processes:
- name: web
  command: python app.py
  ports:
  - {protocol: tcp, port: 80, target_port: 8080}
- name: worker
  startupcheck: {command: [test, -f, /ready]}
  ports: []
kubernetes:
  groups:
    one:
      feed:
        ports: [{target_port: 53, protocol: UDP, name: dns}]
colour: blue
";
        let read = read("tsuru.yaml", text).unwrap();
        assert_eq!(
            read.warnings,
            [
                "colour is not known and has no effect.",
                "healthcheck, method has no effect any more, as in Tsuru itself; remove it."
            ]
        );
        assert_eq!(read.hooks.before_start, ["./migrate"]);
        let health = read.health.unwrap();
        assert_eq!(
            (
                health.allowed_failures,
                health.interval.as_secs(),
                health.timeout.as_secs()
            ),
            (3, 5, 2)
        );
        assert_eq!(
            (health.deploy_timeout, health.restarts),
            (Some(Duration::from_secs(90)), true)
        );
        assert!(matches!(health.probe, Probe::Http { path, is_tls: true, .. } if path == "/healthz"));
        let (web, worker) = (&read.processes["web"], &read.processes["worker"]);
        assert_eq!(web.command, Some(Command::Line("python app.py".to_owned())));
        assert_eq!(web.ports.as_ref().unwrap()[0].target, 8080);
        assert_eq!(
            (worker.command.as_ref(), worker.ports.as_deref()),
            (None, Some(&[][..]))
        );
        assert_eq!(worker.startup.as_ref().unwrap().interval.as_secs(), INTERVAL);
        let dns = Port {
            name: "dns".to_owned(),
            protocol: Protocol::Udp,
            port: 53,
            target: 53,
        };
        assert_eq!(read.group_ports["feed"], [dns]);
    }

    #[rstest]
    #[case("", true)]
    #[case("# nothing\n", true)]
    #[case("hooks:\n", true)]
    #[case("- a list\n", false)]
    #[case("hooks: [a\n", false)]
    fn what_says_nothing_is_fine_and_what_is_no_yaml_is_not(#[case] text: &str, #[case] is_fine: bool) {
        assert_eq!(read("tsuru.yaml", text).is_ok(), is_fine);
    }

    #[rstest]
    #[case("healthcheck: {interval_seconds: 5}", "healthcheck: give a path or a command")]
    #[case(
        "healthcheck: {path: /, command: [a]}",
        "healthcheck: give a path or a command, not both"
    )]
    #[case(
        "startupcheck: {path: /, scheme: ftp}",
        "startupcheck: `ftp` is no scheme; use http or https"
    )]
    #[case(
        "processes: [{name: a b}]",
        "`a b` is no name of a process; use letters, digits, hyphens and underscores"
    )]
    #[case("processes: [{name: a}, {name: a}]", "the process a is there twice")]
    #[case(
        "processes: [{name: a, ports: [{name: x}]}]",
        "processes, a, ports: give a port or a target_port"
    )]
    #[case(
        "processes: [{name: a, ports: [{port: 1, protocol: sctp}]}]",
        "processes, a, ports: `sctp` is no protocol; use TCP or UDP"
    )]
    fn what_cannot_be_is_named_with_its_place(#[case] text: &str, #[case] reason: &str) {
        assert_eq!(
            read("tsuru.yaml", text).unwrap_err().to_string(),
            format!("tsuru.yaml: {reason}")
        );
    }
}
