//! Both files and the image, put together: one decision, without reading anything.

use std::collections::{BTreeMap, BTreeSet};

use super::model::{Command, Declared, FileError, Process};
use super::tsuru_yaml::TsuruYaml;

/// The process that takes requests where there are several.
const WEB: &str = "web";

/// What the image says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageDefaults {
    /// Its `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// Its `CMD`.
    pub command: Vec<String>,
}

/// Everything that an app runs. A process is there when either file names it; its command comes from `tsuru.yaml` first. Without
/// both files the image is run as the process `web`. The checks of the whole file are those of `web`, or of the only process,
/// unless it has its own; naming processes does not take them away.
///
/// # Errors
/// When a process has no command, and when the image has none that could be run.
pub fn declared(
    procfile: &BTreeMap<String, String>,
    said: TsuruYaml,
    image: &ImageDefaults,
) -> Result<Declared, FileError> {
    let named: BTreeSet<String> = procfile.keys().chain(said.processes.keys()).cloned().collect();
    let names = if named.is_empty() {
        BTreeSet::from([WEB.to_owned()])
    } else {
        named
    };
    let asked = taking_requests(names.iter());
    let mut processes = BTreeMap::new();
    for name in names {
        let own = said.processes.get(&name).cloned().unwrap_or_default();
        let takes_requests = Some(&name) == asked.as_ref();
        let in_procfile = || procfile.get(&name).cloned().map(Command::Line);
        let command = own.command.or_else(in_procfile).or_else(|| of_image(&name, image));
        let process = Process {
            command: command.ok_or_else(|| without_command(&name))?,
            health: own.health.or_else(|| said.health.clone().filter(|_| takes_requests)),
            startup: own.startup.or_else(|| said.startup.clone().filter(|_| takes_requests)),
            ports: own.ports.or_else(|| said.group_ports.get(&name).cloned()),
        };
        processes.insert(name, process);
    }
    let mut warnings = said.warnings;
    for name in said.group_ports.keys().filter(|name| !processes.contains_key(*name)) {
        warnings.push(format!("kubernetes, groups: there is no process {name}."));
    }
    Ok(Declared {
        processes,
        hooks: said.hooks,
        warnings,
    })
}

/// The process that requests go to: `web`, or the only one.
pub(super) fn taking_requests<'a>(mut names: impl Iterator<Item = &'a String>) -> Option<String> {
    match (names.next(), names.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => Some(WEB.to_owned()),
    }
}

/// Only `web` may be what the image runs by itself: two processes that do the same are a mistake.
fn of_image(name: &str, image: &ImageDefaults) -> Option<Command> {
    let words: Vec<String> = image.entrypoint.iter().chain(&image.command).cloned().collect();
    (name == WEB && !words.is_empty()).then_some(Command::Words(words))
}

fn without_command(name: &str) -> FileError {
    let reason = if name == WEB {
        "the process web has no command, and the image says none: give it one".to_owned()
    } else {
        format!("the process {name} has no command; give it one, here or in tsuru.yaml")
    };
    FileError {
        file: "Procfile".to_owned(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{read_procfile, read_tsuru_yaml};
    use super::*;

    fn put_together(procfile: &str, yaml: &str, command: &[&str]) -> Result<Declared, FileError> {
        let image = ImageDefaults {
            command: command.iter().map(|&word| word.to_owned()).collect(),
            ..ImageDefaults::default()
        };
        declared(
            &read_procfile(procfile).unwrap(),
            read_tsuru_yaml("tsuru.yaml", yaml).unwrap(),
            &image,
        )
    }

    fn line(text: &str) -> Command {
        Command::Line(text.to_owned())
    }

    #[test]
    fn an_image_alone_is_the_process_web() {
        let declared = put_together("", "healthcheck: {path: /}", &["/server", "-v"]).unwrap();
        let web = &declared.processes["web"];
        assert_eq!(web.command, Command::Words(vec!["/server".to_owned(), "-v".to_owned()]));
        assert!(web.health.is_some());
        let error = put_together("", "", &[]).unwrap_err().to_string();
        assert_eq!(
            error,
            "Procfile: the process web has no command, and the image says none: give it one"
        );
    }

    #[test]
    fn a_process_of_either_file_is_there_and_tsuru_yaml_comes_first() {
        let yaml = "processes: [{name: web, command: new}, {name: cron, command: tick}]";
        let declared = put_together("web: old\nworker: work\n", yaml, &[]).unwrap();
        let commands: Vec<_> = declared
            .processes
            .iter()
            .map(|(name, process)| (name.as_str(), process.command.clone()))
            .collect();
        assert_eq!(
            commands,
            [("cron", line("tick")), ("web", line("new")), ("worker", line("work"))]
        );
    }

    /// Tsuru forgets it as soon as processes are named.
    #[test]
    fn the_check_of_the_file_stays_when_processes_are_named() {
        let yaml = "healthcheck: {path: /all}\nprocesses: [{name: web, ports: [{port: 80}]}, {name: admin, command: a, healthcheck: {path: /own}}]";
        let declared = put_together("web: serve\nworker: work\n", yaml, &[]).unwrap();
        let path = |name: &str| match &declared.processes[name].health.as_ref()?.probe {
            super::super::Probe::Http { path, .. } => Some(path.clone()),
            super::super::Probe::Command(_) => None,
        };
        assert_eq!(
            (path("web").as_deref(), path("admin").as_deref(), path("worker")),
            (Some("/all"), Some("/own"), None)
        );
    }

    #[test]
    fn the_only_process_takes_requests_whatever_it_is_called() {
        let declared = put_together("api: serve", "healthcheck: {path: /}", &[]).unwrap();
        assert!(declared.processes["api"].health.is_some());
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = put_together("web: serve", "processes: [{name: worker}]", &["/server"])
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            "Procfile: the process worker has no command; give it one, here or in tsuru.yaml"
        );
        let declared = put_together(
            "web: serve",
            "kubernetes: {groups: {one: {feed: {ports: [{port: 1}]}}}}",
            &[],
        )
        .unwrap();
        assert_eq!(declared.warnings, ["kubernetes, groups: there is no process feed."]);
    }
}
