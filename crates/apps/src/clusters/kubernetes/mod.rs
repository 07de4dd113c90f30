//! Kubernetes as a cluster.
//!
//! A process of a deploy is a Deployment, which keeps as many units as it shall have; a unit is a pod, and is ready when its
//! readiness probe says so; requests come through a Service and an Ingress of the app. All of it is in one namespace.

mod translating;

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::Mutex as Kept;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt, TryStreamExt};
use slipway_api::ids::AppId;
use slipway_kernel::outbound::Outbound;
use slipway_kube::commands::CommandSpec;
use slipway_kube::logs::LogPart;
use slipway_kube::names::{JOB, MANAGED_BY, MANAGER, ONCE, app_labels, object_name};
use slipway_kube::once::{OnceSpec, Outcome};
use slipway_kube::routes::{Host, RouteSpec};
use slipway_kube::states::{State as Found, Unit as FoundUnit};
use slipway_kube::{Access, Cluster, KubeError, ProcessId, ProcessSpec};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::driver::{
    About, Build, Desired, Driver, DriverError, Hear, Image, LogLine, Readiness, Route, Routed, State, Unit, What,
};
use super::registry;
use translating::{check, deploy_of, read, refused, unit_spec};

/// Between being taken from the Service and being asked to end: until every machine and the Ingress controller have heard of it.
const LEAVE: Duration = Duration::from_secs(5);
/// What runs once may take as long.
const LONGEST_ONCE: Duration = Duration::from_secs(3_600);
/// For the rest of a log, when what ran once has ended.
const LOG_PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks at what others changed.
const CHANGES: Duration = Duration::from_secs(5);
/// How long it counts what was missing.
const MISSING: Duration = Duration::from_secs(60);
/// Between two looks at whether a unit has begun.
const LOOK: Duration = Duration::from_millis(250);

/// Where in a cluster, and how.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// The namespace of everything.
    pub namespace: String,
    /// Which Ingress controller serves the apps; the cluster's own choice when none is named.
    pub ingress_class: Option<String>,
    /// How long units get to end what they have begun.
    pub grace: Duration,
}

/// One cluster.
pub struct Kubernetes {
    cluster: Cluster,
    place: Place,
    outbound: Arc<Outbound>,
    /// What was missing, and when that was found out.
    missing: Kept<Option<(Instant, Vec<String>)>>,
    /// When it was last looked for what others changed.
    looked_at: Kept<Option<Instant>>,
}

impl Kubernetes {
    /// Connects. What images are is asked through `outbound`.
    ///
    /// # Errors
    /// When nobody answers there, or does not let us in.
    pub async fn connect(access: &Access, place: Place, outbound: Arc<Outbound>) -> Result<Self, DriverError> {
        Ok(Self {
            cluster: Cluster::connect(access).await.map_err(refused)?,
            place,
            outbound,
            missing: Kept::default(),
            looked_at: Kept::default(),
        })
    }

    fn process(&self, desired: &Desired) -> ProcessId {
        ProcessId {
            namespace: self.place.namespace.clone(),
            app: desired.app.to_string(),
            process: desired.process.clone(),
            deploy: desired.deploy,
        }
    }

    fn spec(&self, desired: &Desired) -> ProcessSpec {
        let Readiness {
            port, takes_requests, ..
        } = desired.readiness;
        ProcessSpec {
            id: self.process(desired),
            version: desired.version,
            units: desired.units,
            unit: unit_spec(desired),
            ports: if takes_requests { vec![port] } else { Vec::new() },
            readiness: check(&desired.readiness),
            // What takes no requests is in no route that it would have to be taken from.
            drain: if takes_requests { LEAVE } else { Duration::ZERO },
            grace: self.place.grace,
            ..ProcessSpec::default()
        }
    }

    fn once_spec(&self, desired: &Desired) -> OnceSpec {
        let app = desired.app.to_string();
        OnceSpec {
            name: object_name(&[&app, &desired.process, &desired.deploy.to_string(), "once"]),
            namespace: self.place.namespace.clone(),
            app,
            unit: unit_spec(desired),
            deadline: LONGEST_ONCE,
            grace: self.place.grace,
        }
    }

    async fn told(&self) -> Result<About, DriverError> {
        let about = self.cluster.about().await.map_err(refused)?;
        let mut missing = self.missing_rights().await?;
        let Some(nodes) = about.nodes else {
            return Ok(About {
                said: format!("Kubernetes {}, namespace {}.", about.version, self.place.namespace),
                missing,
            });
        };
        let ready = nodes.iter().filter(|node| node.is_ready);
        let (processor, memory) = ready.clone().fold((0, 0), |(processor, memory), node| {
            (processor + node.processor, memory + node.memory)
        });
        if ready.clone().next().is_none() {
            let why = nodes.first().map(|node| format!(" ({}: {})", node.name, node.why));
            missing.push(format!("No machine takes units{}.", why.unwrap_or_default()));
        }
        let said = format!(
            "Kubernetes {}, namespace {}, {} of {} machines take units, {}.{} processors, {} GiB of memory.",
            about.version,
            self.place.namespace,
            ready.count(),
            nodes.len(),
            processor / 1_000,
            processor % 1_000 / 100,
            memory >> 30
        );
        Ok(About { said, missing })
    }

    /// Asked now and then: they are many questions.
    async fn missing_rights(&self) -> Result<Vec<String>, DriverError> {
        let kept = self.missing.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((at, missing)) = kept
            && at.elapsed() < MISSING
        {
            return Ok(missing);
        }
        let rights = self
            .cluster
            .missing_rights(&self.place.namespace)
            .await
            .map_err(refused)?;
        let missing: Vec<String> = match rights.is_empty() {
            true => Vec::new(),
            false => vec![format!("Our account {}.", rights.join("; "))],
        };
        *self.missing.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), missing.clone()));
        Ok(missing)
    }

    async fn found(&self, labels: &BTreeMap<String, String>) -> Result<Vec<FoundUnit>, DriverError> {
        let namespace = &self.place.namespace;
        let units = self.cluster.units(Some(namespace), labels).await.map_err(refused)?;
        let is_of_process = |unit: &FoundUnit| {
            let is_alone = [ONCE, JOB].iter().any(|label| unit.labels.contains_key(*label));
            !is_alone && unit.state != Found::Terminating
        };
        Ok(units.into_iter().filter(is_of_process).collect())
    }

    async fn once(&self, desired: &Desired, cancelled: &CancellationToken, hear: Hear<'_>) -> Result<i64, DriverError> {
        let spec = self.once_spec(desired);
        let OnceSpec {
            namespace, app, name, ..
        } = &spec;
        self.cluster.start_once(&spec).await.map_err(refused)?;
        let outcome = {
            let mut log = pin!(async {
                let mut lines = pin!(self.cluster.once_log(namespace, name));
                while let Ok(Some(line)) = lines.try_next().await {
                    hear(String::from_utf8_lossy(&line.text).into_owned());
                }
            });
            let mut end = pin!(self.cluster.wait_once(namespace, name));
            let mut is_read = false;
            loop {
                tokio::select! {
                    () = cancelled.cancelled() => {
                        self.cluster.remove_once(namespace, app, name).await.map_err(refused)?;
                        return Err(DriverError::Cancelled);
                    }
                    () = &mut log, if !is_read => is_read = true,
                    outcome = &mut end => {
                        // One that never began has no log to wait for.
                        let has_begun = matches!(outcome, Ok(Outcome::Ended(_)));
                        if has_begun && !is_read {
                            tokio::time::timeout(LOG_PATIENCE, log).await.ok();
                        }
                        break outcome.map_err(refused)?;
                    }
                }
            }
        };
        match outcome {
            Outcome::Ended(end) if end.out_of_memory => Err(DriverError::Refused(
                "it was killed because it took more memory than its plan has".to_owned(),
            )),
            Outcome::Ended(end) => Ok(i64::from(end.exit_code)),
            Outcome::Late { last } => {
                let waits = last.and_then(|state| match state {
                    Found::Pending { message, .. } if !message.is_empty() => Some(format!(" ({message})")),
                    _ => None,
                });
                Err(DriverError::Refused(format!(
                    "it was not through within {} s{}",
                    LONGEST_ONCE.as_secs(),
                    waits.unwrap_or_default()
                )))
            }
            Outcome::Removed => Err(DriverError::Refused("somebody took it away while it ran".to_owned())),
        }
    }

    /// Why the cluster does not take a unit that runs for ready, in its words.
    async fn why_unready(&self, unit: &Unit) -> String {
        let events = self.cluster.unit_events(&self.place.namespace, &unit.key).await;
        let events = events.unwrap_or_default();
        let last = events.iter().rev().find(|event| event.reason == "Unhealthy");
        match last {
            Some(event) => event.message.trim().to_owned(),
            None => "it has not said yet that it is ready".to_owned(),
        }
    }

    async fn cleared(&self, app: AppId, what: What, patience: Duration) -> Result<(), DriverError> {
        let (namespace, app) = (&self.place.namespace, app.to_string());
        let units = self.found(&app_labels(&app)).await?;
        if what == What::Everything {
            self.cluster.remove_app(namespace, &app).await.map_err(refused)?;
        } else {
            let processes = self.cluster.processes(namespace, &app).await.map_err(refused)?;
            for process in processes.iter().filter(|process| what.means(process.deploy)) {
                self.cluster.remove_process(process).await.map_err(refused)?;
            }
        }
        // What ends them gives them the time that they were made with; less is asked for, and taken as the cluster likes.
        let leaving = units
            .iter()
            .filter(|unit| deploy_of(unit).is_some_and(|deploy| what.means(deploy)));
        let removed = leaving.map(|unit| self.cluster.remove_unit(unit, patience));
        let removed: Result<Vec<()>, KubeError> = join_all(removed).await.into_iter().collect();
        removed.map(drop).map_err(refused)
    }
}

impl Driver for Kubernetes {
    fn about(&self) -> BoxFuture<'_, Result<About, DriverError>> {
        self.told().boxed()
    }

    fn fetch<'a>(&'a self, image: &'a str, hear: Hear<'a>) -> BoxFuture<'a, Result<Image, DriverError>> {
        async move {
            let about = self.cluster.about().await.map_err(refused)?;
            let nodes = about.nodes.unwrap_or_default();
            let platform = nodes.first().map_or("linux/amd64", |node| &node.platform);
            let found = registry::look(&self.outbound, image, platform).await?;
            hear(format!("{} is fetched by the machines that run it", found.reference));
            Ok(found)
        }
        .boxed()
    }

    fn build<'a>(
        &'a self,
        _build: &'a Build,
        _cancelled: &'a CancellationToken,
        _hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>> {
        let reason = "images are not built for Kubernetes clusters: build the image elsewhere, push it to a registry, and deploy it by \
                      its name";
        futures::future::ready(Err(DriverError::Refused(reason.to_owned()))).boxed()
    }

    fn apply<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            self.cluster
                .apply_process(&self.spec(desired))
                .await
                .map(drop)
                .map_err(refused)
        }
        .boxed()
    }

    fn hindrance<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<Option<String>, DriverError>> {
        async move {
            let process = self.cluster.process(&self.process(desired)).await.map_err(refused)?;
            Ok(process
                .map(|process| process.trouble)
                .filter(|trouble| !trouble.is_empty()))
        }
        .boxed()
    }

    fn units(&self, app: Option<AppId>) -> BoxFuture<'_, Result<Vec<Unit>, DriverError>> {
        async move {
            let labels = match app {
                Some(app) => app_labels(&app.to_string()),
                None => BTreeMap::from([(MANAGED_BY.to_owned(), MANAGER.to_owned())]),
            };
            let mut units: Vec<Unit> = self.found(&labels).await?.into_iter().filter_map(read).collect();
            // In the order of their making, as far as it is known.
            units.sort_by(|one, other| (one.deploy, &one.name).cmp(&(other.deploy, &other.name)));
            Ok(units)
        }
        .boxed()
    }

    fn ready<'a>(&'a self, unit: &'a Unit, _readiness: &'a Readiness) -> BoxFuture<'a, Result<(), String>> {
        async move {
            match &unit.state {
                State::Running => Ok(()),
                State::Unready => Err(self.why_unready(unit).await),
                State::Starting(reason) if reason.is_empty() => Err("it is being started".to_owned()),
                State::Starting(reason) | State::Crashing(reason) | State::Ended(reason, _) => Err(reason.clone()),
            }
        }
        .boxed()
    }

    fn route<'a>(&'a self, app: AppId, route: Option<&'a Route>) -> BoxFuture<'a, Result<Routed, DriverError>> {
        async move {
            let (namespace, app) = (&self.place.namespace, app.to_string());
            let mut routed = Routed::ByCluster {
                inside: None,
                outside: Vec::new(),
            };
            if let Some(route) = route {
                let host = |name: &String| Host {
                    name: name.clone(),
                    certificate: None,
                };
                let spec = RouteSpec {
                    to: ProcessId {
                        namespace: namespace.clone(),
                        app: app.clone(),
                        process: route.process.clone(),
                        deploy: route.deploy,
                    },
                    port: route.port,
                    hosts: route.hosts.iter().map(host).collect(),
                    class: self.place.ingress_class.clone(),
                    annotations: BTreeMap::new(),
                };
                let made = self.cluster.route(&spec).await.map_err(refused)?;
                routed = Routed::ByCluster {
                    inside: made.inside,
                    outside: made.outside,
                };
            }
            let kept = route.map(|route| route.process.as_str());
            let removed = self.cluster.remove_other_routes(namespace, &app, kept).await;
            removed.map_err(refused)?;
            Ok(routed)
        }
        .boxed()
    }

    fn changed(&self) -> BoxFuture<'_, Result<BTreeSet<AppId>, DriverError>> {
        async move {
            {
                let mut looked_at = self.looked_at.lock().unwrap_or_else(PoisonError::into_inner);
                if looked_at.is_some_and(|at| at.elapsed() < CHANGES) {
                    return Ok(BTreeSet::new());
                }
                *looked_at = Some(Instant::now());
            }
            let apps = self
                .cluster
                .changed_apps(&self.place.namespace)
                .await
                .map_err(refused)?;
            Ok(apps.iter().filter_map(|app| app.parse().ok()).collect())
        }
        .boxed()
    }

    fn clear<'a>(&'a self, app: AppId, what: What, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>> {
        self.cleared(app, what, patience).boxed()
    }

    fn remove<'a>(&'a self, unit: &'a Unit, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            match self.cluster.unit(&self.place.namespace, &unit.key).await {
                Ok(found) => self.cluster.remove_unit(&found, patience).await.map_err(refused),
                Err(KubeError::NotFound(_)) => Ok(()),
                Err(error) => Err(refused(error)),
            }
        }
        .boxed()
    }

    fn run<'a>(&'a self, unit: &'a Unit, command: &'a [String]) -> BoxFuture<'a, Result<i64, DriverError>> {
        async move {
            let spec = CommandSpec {
                command: command.to_vec(),
                ..CommandSpec::default()
            };
            let started = self
                .cluster
                .start_command(&self.place.namespace, &unit.key, &spec)
                .await;
            let mut command = started.map_err(refused)?;
            while command.output.try_next().await.map_err(refused)?.is_some() {}
            command.exit_code().await.map(i64::from).map_err(refused)
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
            let OnceSpec {
                namespace, app, name, ..
            } = self.once_spec(desired);
            let removed = self.cluster.remove_once(&namespace, &app, &name).await;
            removed.map_err(refused)
        }
        .boxed()
    }

    fn log<'a>(
        &'a self,
        unit: &'a Unit,
        last: usize,
        follow: bool,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        let (cluster, namespace, key) = (self.cluster.clone(), self.place.namespace.clone(), unit.key.clone());
        let part = LogPart {
            last: u32::try_from(last).ok().filter(|last| i32::try_from(*last).is_ok()),
            follow,
            ..LogPart::default()
        };
        let lines = async move {
            // One that has not begun has no log yet.
            loop {
                let found = cluster.unit(&namespace, &key).await?;
                match found.state {
                    Found::Pending { .. } if follow => tokio::time::sleep(LOOK).await,
                    Found::Pending { .. } => return Ok(futures::stream::empty().boxed()),
                    _ => break,
                }
            }
            Ok(cluster.unit_log(&namespace, &key, &part).await?.boxed())
        };
        let read = |line: slipway_kube::logs::LogLine| LogLine {
            at: line.at,
            text: line.text,
        };
        let lines = futures::stream::once(lines).try_flatten();
        lines
            .map(move |line: Result<_, KubeError>| line.map(read).map_err(refused))
            .boxed()
    }
}
