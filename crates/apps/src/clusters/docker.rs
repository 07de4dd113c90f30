//! The Docker Engine as a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::Path;
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use slipway_api::ids::{AppId, OrganizationId};
use slipway_buildkit::RegistryLogin;
use slipway_connections::registries::Registry;
use slipway_docker::commands::CommandSpec;
use slipway_docker::networks::Range;
use slipway_docker::units::{Limits, State as Found, Unit as FoundUnit, UnitSpec};
use slipway_docker::{DockerError, Engine};
use tokio_util::sync::CancellationToken;

use super::attach::{Attach, Attached, Place};
use super::driver::{
    About, Build, BuiltImage, Desired, Driver, DriverError, Hear, Image, LogLine, Once, Processor, Readiness, Route,
    Routed, State, Unit, Usage, What,
};
use super::mounts::Volume;
use super::probing;
use super::{docker_attach, docker_images, docker_networks, docker_once, docker_volumes};

pub(super) const APP: &str = "slipway.app";
const PROCESS: &str = "slipway.process";
const DEPLOY: &str = "slipway.deploy";
pub(super) const VERSION: &str = "slipway.version";
pub(super) const NAME: &str = "slipway.unit";
/// On units that run by themselves, which are none of a process.
pub(super) const ONCE: &str = "slipway.once";

/// One engine.
pub struct Docker {
    pub(super) engine: Engine,
    /// Whether commands of builds have no network.
    pub(super) builds_without_network: bool,
    /// Where addresses of networks are taken from; from the engine's own pools without.
    networks: Option<Range>,
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
            networks: None,
        })
    }

    /// With networks whose addresses begin with these bits of an address.
    #[must_use]
    pub fn with_networks(self, address: Ipv4Addr, bits: u8) -> Self {
        Self {
            networks: Some(Range { address, bits }),
            ..self
        }
    }

    /// What has to be there before a unit is made.
    async fn prepare(&self, desired: &Desired) -> Result<(), DriverError> {
        docker_networks::ensure(&self.engine, desired.organization, self.networks).await?;
        docker_volumes::ensure_all(&self.engine, &desired.mounts).await
    }

    async fn apply_units(&self, desired: &Desired) -> Result<(), DriverError> {
        if desired.autoscale.is_some() {
            return Err(DriverError::Refused(format!(
                "a Docker Engine does not say by itself how many units of \"{0}\" run: end that with `slipway app autoscale unset {0}`",
                desired.process
            )));
        }
        self.prepare(desired).await?;
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
            // An engine knows labels alone. Ours are those that count.
            let mut marked = desired.marks.annotations.clone();
            marked.extend(desired.marks.labels.clone());
            marked.extend(labels.clone());
            let mut labels = marked;
            labels.insert(VERSION.to_owned(), desired.version.to_string());
            labels.insert(NAME.to_owned(), name.clone());
            let spec = spec(desired, &name, labels, true);
            self.engine.start_unit(&spec).await.map_err(refused)?;
        }
        Ok(())
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

    fn fetch<'a>(
        &'a self,
        image: &'a str,
        registry: Option<&'a Registry>,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>> {
        async move {
            if image.starts_with("sha256:") {
                // The engine's own name of an image, which no registry knows.
                return self.image(image).await;
            }
            let login = registry.and_then(login_of).map(|(_, login)| login);
            let fetched = match self.engine.fetch_image(image, login.as_ref(), hear).await {
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

    fn ended<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Option<String>, DriverError>> {
        async move {
            let Some(end) = self.engine.last_end(&unit.key).await.map_err(refused)? else {
                return Ok(None);
            };
            let limit = self.engine.unit(&unit.key).await.map_err(refused)?.memory_limit;
            Ok(Some(ended((end.exit_code, ""), end.out_of_memory.then_some(limit))))
        }
        .boxed()
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
        once: &'a Once,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<i64, DriverError>> {
        async move {
            self.prepare(&once.unit).await?;
            docker_once::run(&self.engine, once, cancelled, hear).await
        }
        .boxed()
    }

    fn forget_once<'a>(&'a self, once: &'a Once) -> BoxFuture<'a, Result<(), DriverError>> {
        docker_once::forget(&self.engine, once).boxed()
    }

    fn attach<'a>(&'a self, attach: &'a Attach) -> BoxFuture<'a, Result<Attached, DriverError>> {
        async move {
            if let Place::Alone(desired) = &attach.place {
                self.prepare(desired).await?;
            }
            docker_attach::begin(&self.engine, attach).await
        }
        .boxed()
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

    fn leave(&self, organization: OrganizationId) -> BoxFuture<'_, Result<(), DriverError>> {
        docker_networks::leave(&self.engine, organization).boxed()
    }

    fn ensure_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        docker_volumes::ensure(&self.engine, volume).boxed()
    }

    fn remove_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        docker_volumes::remove(&self.engine, volume).boxed()
    }

    fn has_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<bool, DriverError>> {
        docker_volumes::find(&self.engine, volume).boxed()
    }

    fn built_images(&self) -> BoxFuture<'_, Result<Vec<BuiltImage>, DriverError>> {
        docker_images::built(&self.engine).boxed()
    }

    fn remove_image<'a>(&'a self, image: &'a BuiltImage) -> BoxFuture<'a, Result<bool, DriverError>> {
        docker_images::remove(&self.engine, image).boxed()
    }

    fn has_image<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<bool, DriverError>> {
        docker_images::is_here(&self.engine, reference).boxed()
    }

    fn usage<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Usage, DriverError>> {
        async move {
            let found = self.engine.usage(&unit.key).await.map_err(refused)?;
            Ok(Usage {
                processor: Processor::Time(found.processor),
                memory: found.memory,
                received: found.received,
                sent: found.sent,
            })
        }
        .boxed()
    }
}

/// What opens a registry, by its address.
pub(super) fn login_of(registry: &Registry) -> Option<(String, RegistryLogin)> {
    let login = registry.login.as_ref()?;
    let opens = RegistryLogin {
        user: login.user.clone(),
        secret: login.secret.clone(),
    };
    Some((registry.address.clone(), opens))
}

fn read_line(line: slipway_docker::logs::LogLine) -> LogLine {
    LogLine {
        at: line.at,
        text: line.text,
    }
}

fn unit_name(desired: &Desired, slot: u32) -> String {
    format!("{}-{}-{slot}", desired.process, desired.deploy)
}

/// What the engine knows a unit by: unlike that of every other app or job, also of another Slipway's.
pub(super) fn container(owner: impl std::fmt::Display, unit: &str) -> String {
    format!("slipway-{owner}-{unit}")
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
        network: docker_networks::name(desired.organization),
        restarts,
        mounts: docker_volumes::mounts(&desired.mounts),
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
