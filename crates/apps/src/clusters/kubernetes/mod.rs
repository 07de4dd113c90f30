//! Kubernetes as a cluster.
//!
//! A process of a deploy is a Deployment, which keeps as many units as it shall have; a unit is a pod, and is ready when its
//! readiness probe says so; requests come through a Service and an Ingress of the app. All of it is in one namespace.

mod attach;
mod building;
mod lines;
mod once;
mod saying;
mod translating;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex as Kept;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};
use futures::stream::BoxStream;
use futures::{FutureExt, TryStreamExt};
use slipway_api::ids::AppId;
use slipway_connections::registries::Registry;
use slipway_kernel::outbound::Outbound;
use slipway_kube::commands::CommandSpec;
use slipway_kube::logs::LogPart;
use slipway_kube::names::{JOB, MANAGED_BY, MANAGER, ONCE, app_labels};
use slipway_kube::once::OnceSpec;
use slipway_kube::routes::RouteSpec;
use slipway_kube::spec::Autoscale;
use slipway_kube::states::{State as Found, Unit as FoundUnit};
use slipway_kube::{Access, Cluster, KubeError, ProcessId, ProcessSpec};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::attach::{Attach, Attached};
use super::driver::{
    About, Build, Desired, Driver, DriverError, Hear, Image, LogLine, Once, Readiness, Route, Routed, State, Unit,
    Usage, What,
};
use super::mounts::Volume;
use super::registry;
pub use building::Builds;
use translating::{check, deploy_of, ended, host, read, refused};

/// Between being taken from the Service and being asked to end: until every machine and the Ingress controller have heard of it.
const LEAVE: Duration = Duration::from_secs(5);
/// For the cluster's controllers to hear that new units are ready, before requests go to these, and that requests go there, before
/// others end. When they have lost the API they connect again after up to half a minute.
const HEARD: Duration = Duration::from_secs(60);
const HEARD_LOOK: Duration = Duration::from_millis(50);
/// Between two looks at what others changed.
const CHANGES: Duration = Duration::from_secs(5);

/// Where in a cluster, and how.
#[derive(Clone, Default)]
pub struct Place {
    /// The namespace of everything.
    pub namespace: String,
    /// Which Ingress controller serves the apps; the cluster's own choice when none is named.
    pub ingress_class: Option<String>,
    /// How long units get to end what they have begun.
    pub grace: Duration,
    /// What builds images for it; nothing where nobody said, and why where that cannot be had now.
    pub builds: Option<Result<Builds, String>>,
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
        let mut unit = self.unit(desired);
        // Ours win: people cannot say any like them, whatever was stored.
        let ours = std::mem::replace(&mut unit.labels, desired.marks.labels.clone());
        unit.labels.extend(ours);
        unit.annotations.clone_from(&desired.marks.annotations);
        let Readiness {
            port, takes_requests, ..
        } = desired.readiness;
        ProcessSpec {
            id: self.process(desired),
            version: desired.version,
            units: desired.units,
            unit,
            ports: if takes_requests { vec![port] } else { Vec::new() },
            readiness: check(&desired.readiness),
            // What takes no requests is in no route that it would have to be taken from.
            drain: if takes_requests { LEAVE } else { Duration::ZERO },
            grace: self.place.grace,
            autoscale: desired.autoscale.map(|autoscale| Autoscale {
                least: autoscale.least,
                most: autoscale.most,
                processor_percent: autoscale.processor_percent,
                memory_percent: autoscale.memory_percent,
            }),
            ..ProcessSpec::default()
        }
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

    /// Waits until what leads requests knows the units of a deploy that it did not lead to before. That they are ready is written by
    /// their machines, and read by the controllers of the cluster a moment later than by us: led there at once, requests would find
    /// nobody. What counts the units of a Deployment and what counts those of a Service read the same; so the one is asked, and the
    /// other led. Whether requests will find somebody there who was not led before.
    async fn until_heard(&self, to: &ProcessId) -> Result<bool, DriverError> {
        let end = Instant::now() + HEARD;
        let ProcessId {
            namespace,
            app,
            process,
            ..
        } = to;
        let before = self
            .cluster
            .current_route(namespace, app, process)
            .await
            .map_err(refused)?;
        if before.and_then(|route| route.deploy) == Some(to.deploy) {
            return Ok(false);
        }
        while let Some(process) = self.cluster.process(to).await.map_err(refused)? {
            // Units that broke meanwhile are no reason to stay with those before, which are going.
            if process.ready >= process.wanted || Instant::now() >= end {
                return Ok(process.ready > 0);
            }
            tokio::time::sleep(HEARD_LOOK).await;
        }
        Ok(false)
    }

    /// Waits until the controllers of the cluster lead requests to a deploy: whatever it was led to before may be taken away then. An
    /// account that may not look there does not wait.
    async fn until_led(&self, to: &ProcessId) -> Result<(), DriverError> {
        let end = Instant::now() + HEARD;
        loop {
            match self.cluster.is_led(to).await {
                Ok(false) if Instant::now() < end => tokio::time::sleep(HEARD_LOOK).await,
                Ok(_) | Err(KubeError::Forbidden(_)) => return Ok(()),
                Err(error) => return Err(refused(error)),
            }
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

    fn fetch<'a>(
        &'a self,
        image: &'a str,
        registry: Option<&'a Registry>,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>> {
        async move {
            let platform = self.platform().await?;
            let found = registry::look(&self.outbound, (image, registry), &platform).await?;
            hear(format!("{} is fetched by the machines that run it", found.reference));
            Ok(found)
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
        async move {
            volumes::ensure_all(&self.cluster, &self.place.namespace, &desired.mounts).await?;
            let applied = self.cluster.apply_process(&self.spec(desired)).await;
            applied.map(drop).map_err(refused)
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

    fn ended<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Option<String>, DriverError>> {
        async move {
            let found = self.found(&app_labels(&unit.app.to_string())).await?;
            let found = found.into_iter().find(|found| found.name == unit.key);
            Ok(found.and_then(|found| found.ended_before.as_ref().map(ended)))
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
                let is_new = self.until_heard(&spec.to).await?;
                let made = self.cluster.route(&spec).await.map_err(refused)?;
                if is_new {
                    self.until_led(&spec.to).await?;
                }
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
        once: &'a Once,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<i64, DriverError>> {
        self.once(once, cancelled, hear).boxed()
    }

    fn forget_once<'a>(&'a self, once: &'a Once) -> BoxFuture<'a, Result<(), DriverError>> {
        async move {
            let OnceSpec {
                namespace, app, name, ..
            } = self.once_spec(once);
            let removed = self.cluster.remove_once(&namespace, &app, &name).await;
            removed.map_err(refused)
        }
        .boxed()
    }

    fn attach<'a>(&'a self, attach: &'a Attach) -> BoxFuture<'a, Result<Attached, DriverError>> {
        self.attached(attach).boxed()
    }

    fn log<'a>(
        &'a self,
        unit: &'a Unit,
        last: usize,
        follow: bool,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        let part = LogPart {
            last: u32::try_from(last).ok().filter(|last| i32::try_from(*last).is_ok()),
            follow,
            ..LogPart::default()
        };
        lines::of(
            self.cluster.clone(),
            self.place.namespace.clone(),
            unit.key.clone(),
            part,
        )
    }

    fn log_since<'a>(
        &'a self,
        unit: &'a Unit,
        since: Option<&'a str>,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        let part = LogPart {
            since: since.map(str::to_owned),
            follow: true,
            ..LogPart::default()
        };
        lines::of(
            self.cluster.clone(),
            self.place.namespace.clone(),
            unit.key.clone(),
            part,
        )
    }

    fn has_image<'a>(&'a self, reference: &'a str) -> BoxFuture<'a, Result<bool, DriverError>> {
        async move { Ok(!self.is_gone(reference).await) }.boxed()
    }

    fn ensure_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        volumes::ensure(&self.cluster, &self.place.namespace, volume).boxed()
    }

    fn remove_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        volumes::remove(&self.cluster, &self.place.namespace, volume).boxed()
    }

    fn has_volume<'a>(&'a self, volume: &'a Volume) -> BoxFuture<'a, Result<bool, DriverError>> {
        volumes::find(&self.cluster, &self.place.namespace, volume).boxed()
    }

    fn usage<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Usage, DriverError>> {
        self.taken(unit).boxed()
    }
}
