//! The Docker Engine as a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use slipway_api::ids::AppId;
use slipway_buildkit::{Session, Tree};
use slipway_docker::commands::CommandSpec;
use slipway_docker::units::{Limits, State as Found, Unit as FoundUnit, UnitSpec};
use slipway_docker::{Build as EngineBuild, BuildFailed, DockerError, Engine};
use tokio_util::sync::CancellationToken;

use super::attach::{Attach, Attached};
use super::docker_attach;
use super::driver::{
    About, Build, Desired, Driver, DriverError, Hear, Image, LogLine, Readiness, Route, Routed, State, Unit, Usage,
    What,
};
use super::probing;
use crate::sources;

/// The network that all units are in.
const NETWORK: &str = "slipway";
const APP: &str = "slipway.app";
const PROCESS: &str = "slipway.process";
const DEPLOY: &str = "slipway.deploy";
const VERSION: &str = "slipway.version";
const NAME: &str = "slipway.unit";
/// On units that run by themselves, which are none of a process.
const ONCE: &str = "slipway.once";
/// What the engine is told that the Dockerfile is called.
const DOCKERFILE: &str = "Dockerfile";
/// How often a unit that runs by itself is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// Builds of this process.
static ATTEMPTS: AtomicU64 = AtomicU64::new(0);

/// One engine.
pub struct Docker {
    engine: Engine,
    /// Whether commands of builds have no network.
    builds_without_network: bool,
}

impl Docker {
    /// Connects to the engine at a socket.
    ///
    /// # Errors
    /// When nobody answers there, or an engine that is too old.
    pub async fn connect(socket: &Path, builds_without_network: bool) -> Result<Self, DriverError> {
        let engine = Engine::connect(socket).await.map_err(refused)?;
        Ok(Self {
            engine,
            builds_without_network,
        })
    }

    async fn apply_units(&self, desired: &Desired) -> Result<(), DriverError> {
        let wanted: Vec<String> = (0..desired.units).map(|slot| unit_name(desired, slot)).collect();
        let labels = BTreeMap::from([
            (APP.to_owned(), desired.app.to_string()),
            (PROCESS.to_owned(), desired.process.clone()),
            (DEPLOY.to_owned(), desired.deploy.to_string()),
        ]);
        let there = self.engine.units(&labels).await.map_err(refused)?;
        for unit in &there {
            let is_wanted = unit.labels.get(NAME).is_some_and(|name| wanted.contains(name));
            if !is_wanted && !unit.labels.contains_key(ONCE) {
                self.engine.remove_unit(&unit.name).await.map_err(refused)?;
            }
        }
        for name in wanted {
            let is_there = |unit: &&FoundUnit| unit.labels.get(NAME) == Some(&name);
            // One that ended for good is made anew; one that restarts is the engine's own business.
            match there.iter().find(is_there).map(|unit| &unit.state) {
                Some(Found::Running | Found::Restarting { .. }) => continue,
                Some(Found::Ended { .. }) => {
                    let gone = self.engine.remove_unit(&container(desired.app, &name)).await;
                    gone.map_err(refused)?;
                }
                Some(Found::Created) | None => {}
            }
            let mut labels = labels.clone();
            labels.insert(VERSION.to_owned(), desired.version.to_string());
            labels.insert(NAME.to_owned(), name.clone());
            let spec = spec(desired, &name, labels, true);
            self.engine.start_unit(&spec).await.map_err(refused)?;
        }
        Ok(())
    }

    async fn image(&self, name: &str) -> Result<Image, DriverError> {
        let image = self.engine.image(name).await.map_err(refused)?;
        Ok(Image {
            reference: name.to_owned(),
            entrypoint: image.entrypoint,
            command: image.command,
            ports: image.ports,
        })
    }

    async fn built(&self, build: &Build, cancelled: &CancellationToken, hear: Hear<'_>) -> Result<Image, DriverError> {
        let folder = build.folder.clone();
        let read = tokio::task::spawn_blocking(move || sources::tree(&folder)).await;
        let tree = read.map_err(|error| DriverError::Refused(error.to_string()))?;
        let tree = tree.map_err(|error| DriverError::Refused(error.to_string()))?;
        let session = Session {
            dockerfile: Tree::new().with_file(DOCKERFILE, build.dockerfile.clone()),
            context: tree,
            ..Session::default()
        };
        let tag = format!("slipway/{}:{}", build.app, build.id);
        // A build that is tried again is another one to the engine, which may not have forgotten the first.
        let attempt = ATTEMPTS.fetch_add(1, Ordering::Relaxed);
        let wanted = EngineBuild {
            id: format!("{}-{}-{attempt}", build.id, std::process::id()),
            tag,
            dockerfile: DOCKERFILE.to_owned(),
            arguments: build.arguments.clone(),
            labels: BTreeMap::from([(APP.to_owned(), build.app.clone())]),
            sharing_key: build.app.clone(),
            is_isolated: self.builds_without_network,
            ..EngineBuild::default()
        };
        let made = self
            .engine
            .build(&wanted, session, cancelled, |line| hear(line.to_string()))
            .await;
        let id = made.map_err(|failed| match failed {
            BuildFailed::Cancelled => DriverError::Cancelled,
            BuildFailed::Failed(reason) => DriverError::Refused(reason),
            BuildFailed::Engine(error) => refused(error),
        })?;
        self.image(&id).await
    }

    async fn once(&self, desired: &Desired, cancelled: &CancellationToken, hear: Hear<'_>) -> Result<i64, DriverError> {
        let name = unit_name(desired, 0);
        let spec = spec(desired, &name, once_labels(desired, &name), false);
        // What ran before this process began is not run again: its end is what counts.
        match self.engine.unit(&spec.name).await {
            Ok(unit) if unit.state != Found::Created => {}
            Ok(_) | Err(DockerError::NotFound(_)) => {
                self.engine.start_unit(&spec).await.map_err(refused)?;
            }
            Err(error) => return Err(refused(error)),
        }
        let mut log = Box::pin(self.engine.unit_tail(&spec.name, 1_000, true));
        let ended = loop {
            tokio::select! {
                () = cancelled.cancelled() => {
                    self.engine.remove_unit(&spec.name).await.map_err(refused)?;
                    return Err(DriverError::Cancelled);
                }
                line = log.next() => match line {
                    Some(Ok(line)) => hear(String::from_utf8_lossy(&line.text).into_owned()),
                    Some(Err(error)) => return Err(refused(error)),
                    None => match self.engine.unit(&spec.name).await.map_err(refused)?.state {
                        Found::Ended { exit_code, out_of_memory, error } => break (exit_code, out_of_memory, error),
                        _ => tokio::time::sleep(LOOK).await,
                    },
                }
            }
        };
        match ended {
            (_, true, _) => Err(DriverError::Refused(too_much_memory(desired.memory))),
            (_, _, error) if !error.is_empty() => Err(DriverError::Refused(error)),
            (code, ..) => Ok(code),
        }
    }
}

impl Driver for Docker {
    fn about(&self) -> BoxFuture<'_, Result<About, DriverError>> {
        async {
            let about = self.engine.about().await.map_err(refused)?;
            let gibibytes = about.memory >> 30;
            let mut said = format!(
                "Docker Engine {}, {}, {} processors, {gibibytes} GiB of memory.",
                about.version, about.platform, about.processors
            );
            if !about.limits_memory {
                said.push_str(" Limits of memory do not count there: the machine has them turned off.");
            }
            Ok(About {
                said,
                missing: Vec::new(),
            })
        }
        .boxed()
    }

    fn fetch<'a>(&'a self, image: &'a str, hear: Hear<'a>) -> BoxFuture<'a, Result<Image, DriverError>> {
        async move {
            if image.starts_with("sha256:") {
                // The engine's own name of an image, which no registry knows.
                return self.image(image).await;
            }
            let fetched = match self.engine.fetch_image(image, None, hear).await {
                Ok(fetched) => fetched,
                // What only this engine has, because it was built there, is fine where no registry has it.
                Err(refusal @ (DockerError::NotFetched { .. } | DockerError::NotFound(_))) => {
                    match self.engine.image(image).await {
                        Ok(found) => found,
                        Err(_) => return Err(refused(refusal)),
                    }
                }
                Err(error) => return Err(refused(error)),
            };
            Ok(Image {
                reference: fetched.digests.first().cloned().unwrap_or(fetched.id),
                entrypoint: fetched.entrypoint,
                command: fetched.command,
                ports: fetched.ports,
            })
        }
        .boxed()
    }

    fn build<'a>(
        &'a self,
        build: &'a Build,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>> {
        self.built(build, cancelled, hear).boxed()
    }

    fn apply<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>> {
        self.apply_units(desired).boxed()
    }

    fn units(&self, app: Option<AppId>) -> BoxFuture<'_, Result<Vec<Unit>, DriverError>> {
        async move {
            // Without a value it asks whether the label is there at all.
            let units = match app {
                Some(app) => {
                    let labels = BTreeMap::from([(APP.to_owned(), app.to_string())]);
                    self.engine.units(&labels).await
                }
                None => self.engine.units_with(APP).await,
            };
            let units = units.map_err(refused)?;
            let of_processes = units.into_iter().filter(|unit| !unit.labels.contains_key(ONCE));
            Ok(of_processes.filter_map(read).collect())
        }
        .boxed()
    }

    fn hindrance<'a>(&'a self, _desired: &'a Desired) -> BoxFuture<'a, Result<Option<String>, DriverError>> {
        // Whatever keeps a unit from being made is said when it is made.
        futures::future::ready(Ok(None)).boxed()
    }

    fn ready<'a>(&'a self, unit: &'a Unit, readiness: &'a Readiness) -> BoxFuture<'a, Result<(), String>> {
        probing::ask(self, unit, readiness).boxed()
    }

    fn route<'a>(&'a self, _app: AppId, _route: Option<&'a Route>) -> BoxFuture<'a, Result<Routed, DriverError>> {
        futures::future::ready(Ok(Routed::ByRouter)).boxed()
    }

    fn changed(&self) -> BoxFuture<'_, Result<BTreeSet<AppId>, DriverError>> {
        // Units are all that there is of an app.
        futures::future::ready(Ok(BTreeSet::new())).boxed()
    }

    fn clear<'a>(&'a self, app: AppId, what: What, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            let units = self.units(Some(app)).await?;
            let removed = units
                .iter()
                .filter(|unit| what.means(unit.deploy))
                .map(|unit| self.remove(unit, patience));
            join_all(removed).await.into_iter().collect()
        }
        .boxed()
    }

    fn remove<'a>(&'a self, unit: &'a Unit, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            self.engine.stop_unit(&unit.key, patience).await.map_err(refused)?;
            self.engine.remove_unit(&unit.key).await.map_err(refused)
        }
        .boxed()
    }

    fn run<'a>(&'a self, unit: &'a Unit, command: &'a [String]) -> BoxFuture<'a, Result<i64, DriverError>> {
        async move {
            let spec = CommandSpec {
                command: command.to_vec(),
                ..CommandSpec::default()
            };
            let started = self.engine.start_command(&unit.key, &spec).await;
            started.map_err(refused)?.ended().await.map_err(refused)
        }
        .boxed()
    }

    fn run_once<'a>(
        &'a self,
        desired: &'a Desired,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<i64, DriverError>> {
        self.once(desired, cancelled, hear).boxed()
    }

    fn forget_once<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            let name = container(desired.app, &unit_name(desired, 0));
            self.engine.remove_unit(&name).await.map_err(refused)
        }
        .boxed()
    }

    fn attach<'a>(&'a self, attach: &'a Attach) -> BoxFuture<'a, Result<Attached, DriverError>> {
        docker_attach::begin(&self.engine, attach).boxed()
    }

    fn log<'a>(
        &'a self,
        unit: &'a Unit,
        last: usize,
        follow: bool,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        let lines = self.engine.unit_tail(&unit.key, last, follow);
        lines.map(|line| line.map(read_line).map_err(refused)).boxed()
    }

    fn log_since<'a>(
        &'a self,
        unit: &'a Unit,
        since: Option<&'a str>,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        let since = since.and_then(|since| since.parse::<slipway_api::Timestamp>().ok());
        let since = since.map(|since| {
            let seconds = u64::try_from(since.unix_ms().div_euclid(1_000)).unwrap_or_default();
            std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
        });
        let lines = self.engine.unit_log(&unit.key, since, true);
        lines.map(|line| line.map(read_line).map_err(refused)).boxed()
    }

    fn usage<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Usage, DriverError>> {
        async move {
            let found = self.engine.usage(&unit.key).await.map_err(refused)?;
            Ok(Usage {
                processor: found.processor,
                memory: found.memory,
                received: found.received,
                sent: found.sent,
            })
        }
        .boxed()
    }
}

fn read_line(line: slipway_docker::logs::LogLine) -> LogLine {
    LogLine {
        at: line.at,
        text: line.text,
    }
}

/// Of a unit that runs by itself.
pub(super) fn once_labels(desired: &Desired, name: &str) -> BTreeMap<String, String> {
    BTreeMap::from([
        (APP.to_owned(), desired.app.to_string()),
        (PROCESS.to_owned(), desired.process.clone()),
        (DEPLOY.to_owned(), desired.deploy.to_string()),
        (VERSION.to_owned(), desired.version.to_string()),
        (NAME.to_owned(), name.to_owned()),
        (ONCE.to_owned(), "true".to_owned()),
    ])
}

pub(super) fn unit_name(desired: &Desired, slot: u32) -> String {
    format!("{}-{}-{slot}", desired.process, desired.deploy)
}

/// What the engine knows a unit by: unlike that of every other app, also of another Slipway's.
pub(super) fn container(app: AppId, unit: &str) -> String {
    format!("slipway-{app}-{unit}")
}

pub(super) fn spec(desired: &Desired, name: &str, labels: BTreeMap<String, String>, restarts: bool) -> UnitSpec {
    UnitSpec {
        name: container(desired.app, name),
        image: desired.image.clone(),
        command: desired.command.clone(),
        env: desired.env.clone(),
        labels,
        limits: Limits {
            memory: desired.memory,
            processor: desired.processor,
        },
        network: NETWORK.to_owned(),
        restarts,
    }
}

/// A unit of ours; nothing for what has labels like ours and is none.
fn read(unit: FoundUnit) -> Option<Unit> {
    let labels = unit.labels;
    let label = |key: &str| labels.get(key).map(String::as_str);
    let state = match &unit.state {
        Found::Created => State::Starting(String::new()),
        Found::Running => State::Running,
        Found::Restarting {
            exit_code,
            out_of_memory,
        } => State::Crashing(ended((*exit_code, ""), out_of_memory.then_some(unit.memory_limit))),
        Found::Ended {
            exit_code,
            out_of_memory,
            error,
        } => State::Ended(
            ended((*exit_code, error), out_of_memory.then_some(unit.memory_limit)),
            *exit_code == 0 && error.is_empty(),
        ),
    };
    let name = label(NAME)?.to_owned();
    Some(Unit {
        key: unit.name,
        slot: name.rsplit('-').next().and_then(|slot| slot.parse().ok()),
        name,
        app: label(APP)?.parse().ok()?,
        deploy: label(DEPLOY)?.parse().ok()?,
        version: label(VERSION)?.parse().ok()?,
        process: label(PROCESS)?.to_owned(),
        state,
        address: unit.address,
        restarts: unit.restarts,
        started_at: (!unit.started_at.starts_with("0001-")).then_some(unit.started_at),
    })
}

/// How a unit ended, in a sentence; with its limit when it was killed for its memory.
fn ended((exit_code, error): (i64, &str), out_of_memory: Option<u64>) -> String {
    match (out_of_memory, error) {
        (Some(limit), _) => slipway_kernel::text::sentence(&too_much_memory(limit)),
        (None, "") => format!("It ended with exit code {exit_code}."),
        (None, error) => format!("It could not be started: {error}."),
    }
}

/// Why a unit was killed that took more memory than it may.
pub(super) fn too_much_memory(limit: u64) -> String {
    match limit {
        0 => "it was killed because the machine had no more memory".to_owned(),
        limit => format!(
            "it was killed because it took more memory than the {} MiB of its plan",
            limit >> 20
        ),
    }
}

pub(super) fn refused(error: DockerError) -> DriverError {
    match error.is_passing() {
        true => DriverError::Away(error.to_string()),
        false => DriverError::Refused(error.to_string()),
    }
}
