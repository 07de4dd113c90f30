//! A version as it is stored: pure.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use slipway_api::Timestamp;
use slipway_api::ids::{AppId, AppVersionId, OrganizationId};

use crate::processes::{Check, Command, Declared, Hooks, ImageDefaults, Probe};

/// The process of a `Procfile` that runs once before each deploy's units are started, as on Heroku.
pub(crate) const RELEASE: &str = "release";

/// A version as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_versions")]
pub struct Model {
    /// Its id.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AppVersionId,
    /// The app.
    pub app_id: AppId,
    /// Its organization.
    pub organization_id: OrganizationId,
    /// Counts the app's versions, from 1.
    pub number: i64,
    /// The image, by its digest.
    pub image: String,
    /// Where it came from, in words.
    pub origin: String,
    /// What runs of it.
    pub processes: Processes,
    /// The port that its units are told to listen on.
    pub port: i64,
    /// Number of the variables that it ran with first.
    pub env_number: i64,
    /// Who deployed it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its image was found to be gone, or is about to be taken away; none while the version can be run again.
    pub image_removed_at: Option<Timestamp>,
}

/// A version.
pub type AppVersion = Model;

/// None.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}
impl ActiveModelBehavior for ActiveModel {}

/// What runs, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Processes(pub Vec<Process>);

/// One process of a version, at rest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Its name.
    pub name: String,
    /// What a unit is started with; what the image says when it is empty.
    pub command: Vec<String>,
    /// As people write it; empty where the image says it.
    pub shown: String,
    /// Whether it takes requests.
    pub takes_requests: bool,
    /// How a unit is asked whether it is ready. None: it is once it listens, or, where it takes no requests, once it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Asked>,
}

/// How a unit is asked whether it is ready, at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Path of a `GET`; empty where a command is run.
    pub path: String,
    /// The command; empty where there is a path.
    pub command: Vec<String>,
    /// Until there has to be an answer, in seconds.
    pub timeout: u64,
    /// Between two of them, in seconds.
    pub interval: u64,
    /// How often in a row it may fail before it counts.
    pub allowed_failures: u32,
    /// How long a deploy waits until it succeeds, in seconds; zero for the usual time.
    pub deploy_timeout: u64,
}

impl Processes {
    /// What was declared, made ready to be run.
    #[must_use]
    pub fn of(declared: &Declared, image: &ImageDefaults) -> Self {
        let is_single = declared.processes.keys().filter(|name| *name != RELEASE).count() == 1;
        let own = image
            .entrypoint
            .iter()
            .chain(&image.command)
            .cloned()
            .collect::<Vec<_>>();
        let read = declared.processes.iter().map(|(name, process)| {
            // The image's own command is left to the image: that is the same, and says where it comes from.
            let is_own = process.command == Command::Words(own.clone()) && declared.hooks == Hooks::default();
            Process {
                name: name.clone(),
                command: match is_own {
                    true => Vec::new(),
                    false => process.command.start(&declared.hooks),
                },
                shown: match &process.command {
                    Command::Line(line) => line.clone(),
                    Command::Words(words) => words.join(" "),
                },
                takes_requests: name == "web" || (is_single && name != RELEASE),
                health: process.health.as_ref().map(asked),
            }
        });
        Self(read.collect())
    }

    /// The process that takes requests, if there is one.
    #[must_use]
    pub fn taking_requests(&self) -> Option<&Process> {
        self.0.iter().find(|process| process.takes_requests)
    }

    /// Those that run for as long as the version does.
    pub fn running(&self) -> impl Iterator<Item = &Process> {
        self.0.iter().filter(|process| process.name != RELEASE)
    }

    /// What runs once before each deploy's units are started.
    #[must_use]
    pub fn release(&self) -> Option<&Process> {
        self.0.iter().find(|process| process.name == RELEASE)
    }
}

fn asked(check: &Check) -> Asked {
    let (path, command) = match &check.probe {
        Probe::Http { path, .. } => (path.clone(), Vec::new()),
        Probe::Command(words) => (String::new(), words.clone()),
    };
    Asked {
        path,
        command,
        timeout: check.timeout.as_secs().max(1),
        interval: check.interval.as_secs().max(1),
        allowed_failures: check.allowed_failures,
        deploy_timeout: check.deploy_timeout.map_or(0, |time| time.as_secs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::processes::{declared, read_procfile, read_tsuru_yaml};

    fn of(procfile: &str, yaml: &str, command: &[&str]) -> Processes {
        let image = ImageDefaults {
            command: command.iter().map(|&word| word.to_owned()).collect(),
            ..ImageDefaults::default()
        };
        let said = read_tsuru_yaml("tsuru.yaml", yaml).unwrap();
        Processes::of(
            &declared(&read_procfile(procfile).unwrap(), said, &image).unwrap(),
            &image,
        )
    }

    #[test]
    fn what_the_image_says_is_left_to_it() {
        let image = of("", "", &["/server", "-v"]);
        let web = image.taking_requests().unwrap();
        assert_eq!(
            (web.name.as_str(), web.command.len(), web.shown.as_str()),
            ("web", 0, "/server -v")
        );
    }

    #[test]
    fn one_process_takes_requests() {
        let both = of("web: serve\nworker: work", "healthcheck: {path: /up}", &[]);
        let taking: Vec<_> = both.0.iter().filter(|process| process.takes_requests).collect();
        assert_eq!(taking.len(), 1);
        assert_eq!(taking[0].health.as_ref().unwrap().path, "/up");
        assert!(of("worker: work\nclock: tick", "", &[]).taking_requests().is_none());
        assert!(of("api: serve", "", &[]).taking_requests().is_some());
        let released = of("api: serve\nrelease: migrate", "", &[]);
        assert_eq!(released.taking_requests().unwrap().name, "api");
        assert_eq!(
            (released.running().count(), released.release().unwrap().shown.as_str()),
            (1, "migrate")
        );
    }
}
