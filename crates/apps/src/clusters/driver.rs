//! What a cluster has to be able to do: the level at which the Docker Engine and Kubernetes are the same.
//!
//! A driver is told what shall run, and tells what does. Everything may be asked again: whoever was killed in between asks once
//! more and gets the same.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use slipway_api::ids::{AppId, OrganizationId};
use slipway_buildkit::Secret;
use slipway_connections::registries::Registry;
use slipway_router::Certificate;
use tokio_util::sync::CancellationToken;

use super::attach::{Attach, Attached};
use super::mounts::{Mount, Volume};
use crate::process_settings::{Autoscale, Marks};
use crate::versions::model::{Asked, Process};

/// A command of an app that runs by itself may take as long.
const LONGEST_COMMAND: Duration = Duration::from_secs(3_600);

/// What a cluster says that has none.
const NO_VOLUMES: &str = "this cluster has no volumes";

/// A line of what a driver is doing, for the log of whoever asked.
pub type Hear<'a> = &'a (dyn Fn(String) + Send + Sync);

/// The units of one process of one deploy, as they shall be.
#[derive(Clone)]
pub struct Desired {
    /// The organization, whose units reach each other.
    pub organization: OrganizationId,
    /// The app.
    pub app: AppId,
    /// The number of the deploy that they belong to: units of different deploys are different units.
    pub deploy: u32,
    /// The number of the version that they run.
    pub version: u32,
    /// The process.
    pub process: String,
    /// How many of them.
    pub units: u32,
    /// By its digest.
    pub image: String,
    /// What opens the registry that it is in, where not everybody may fetch it.
    pub registry: Option<Registry>,
    /// In place of what the image says; that when it is empty.
    pub command: Vec<String>,
    /// What they see.
    pub env: BTreeMap<String, String>,
    /// Memory in bytes; zero for as much as there is.
    pub memory: u64,
    /// Processor in thousandths; zero for as much as there is.
    pub processor: u32,
    /// Of that, what is kept free for each of them, in thousandths; zero for nothing.
    pub processor_kept: u32,
    /// How it is found out that a unit is ready.
    pub readiness: Readiness,
    /// Volumes that they see.
    pub mounts: Vec<Mount>,
    /// What tools of the cluster know them by.
    pub marks: Marks,
    /// In which bounds the cluster says how many there are, from [`Self::units`] on; nothing where these are how many.
    pub autoscale: Option<Autoscale>,
}

/// What runs by itself until it ends.
#[derive(Clone)]
pub struct Once {
    /// Whose it is: the id of an app, or of a job.
    pub owner: String,
    /// Unlike every other of its owner's: `release-12-0`.
    pub name: String,
    /// What runs, in one unit. Its cluster knows it by the owner and the name above, and by nothing that is said here.
    pub unit: Desired,
    /// It is ended after this time by a cluster that does that itself.
    pub longest: Duration,
    /// Between being asked to end, when it is cancelled, and being killed.
    pub grace: Duration,
}

impl Desired {
    /// As what runs by itself: a command of an app.
    #[must_use]
    pub fn once(&self) -> Once {
        Once {
            owner: self.app.to_string(),
            name: format!("{}-{}-0", self.process, self.deploy),
            unit: self.clone(),
            longest: LONGEST_COMMAND,
            grace: Duration::ZERO,
        }
    }
}

/// How it is found out whether a unit is ready.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Where it is asked.
    pub port: u16,
    /// Whether it takes requests: it has to listen at its port then.
    pub takes_requests: bool,
    /// What it is asked; nothing but whether it listens, or runs, without it.
    pub health: Option<Asked>,
}

impl Readiness {
    /// Of a process whose units listen at a port.
    #[must_use]
    pub fn of(process: &Process, port: u16) -> Self {
        Self {
            port,
            takes_requests: process.takes_requests,
            health: process.health.clone(),
        }
    }
}

/// A unit as its cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// `web-12-0`: its process, its deploy, and what tells it from the others of these.
    pub name: String,
    /// What its cluster knows it by.
    pub key: String,
    /// Which of its process's units it is, from zero; nothing where the cluster does not count them.
    pub slot: Option<u32>,
    /// The app.
    pub app: AppId,
    /// The number of its deploy.
    pub deploy: u32,
    /// The number of its version.
    pub version: u32,
    /// Its process.
    pub process: String,
    /// What it does.
    pub state: State,
    /// Where it is reached, while it runs.
    pub address: Option<IpAddr>,
    /// How often it was started again.
    pub restarts: u32,
    /// When it began the last time (RFC 3339).
    pub started_at: Option<String>,
}

/// What a unit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was made, and does not run yet; what keeps it, in a sentence, and nothing when it is only its turn.
    Starting(String),
    /// It runs.
    Running,
    /// It runs, and its cluster knows that it is not ready.
    Unready,
    /// It ended, and is started again; why it ended, in a sentence.
    Crashing(String),
    /// It ended for good; why, in a sentence, and whether it said that all was well.
    Ended(String, bool),
}

/// What was fetched or built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Image {
    /// The name by which it is run: it never means another image.
    pub reference: String,
    /// Its `ENTRYPOINT`.
    pub entrypoint: Vec<String>,
    /// Its `CMD`.
    pub command: Vec<String>,
    /// TCP ports that it says it listens on, from the lowest.
    pub ports: Vec<u16>,
}

/// What an image is built of. No `Debug`.
#[derive(Clone, Default)]
pub struct Build {
    /// The app, whose builds share what they send and what they made.
    pub app: String,
    /// Unlike every other build's.
    pub id: String,
    /// A folder with the files.
    pub folder: PathBuf,
    /// What the Dockerfile says.
    pub dockerfile: String,
    /// Values of `ARG`.
    pub arguments: BTreeMap<String, String>,
    /// What its commands may read, by the id of the mount.
    pub secrets: BTreeMap<String, Secret>,
    /// What opens registries of images that it begins with.
    pub registries: Vec<Registry>,
}

/// An image that a build made, by one of the names that builds gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltImage {
    /// The name; an image is gone with its last one.
    pub name: String,
    /// What versions call it.
    pub reference: String,
    /// Whose build it was: [`Build::app`].
    pub app: String,
    /// Which: [`Build::id`].
    pub build: String,
}

/// Why a driver did not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// The cluster does not answer: trying again may help.
    #[error("{0}")]
    Away(String),
    /// It said no, or what was asked for cannot be.
    #[error("{0}")]
    Refused(String),
    /// Somebody cancelled it.
    #[error("it was cancelled")]
    Cancelled,
}

/// A line that a unit wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// When its cluster got it (RFC 3339).
    pub at: String,
    /// Without the line's end.
    pub text: Bytes,
}

/// What a unit takes of its machine. What only grows says by two readings what happened between them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// What it takes of processors.
    pub processor: Processor,
    /// Memory that it cannot do without, in bytes.
    pub memory: u64,
    /// Bytes that came to it since it began.
    pub received: u64,
    /// Bytes that it sent since it began.
    pub sent: u64,
}

/// What a unit takes of processors, in the way in which its cluster tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Processor {
    /// Time on them since it began, in nanoseconds.
    Time(u64),
    /// So many thousandths of one, as they were measured last.
    Share(u64),
}

impl Default for Processor {
    fn default() -> Self {
        Self::Time(0)
    }
}

impl Processor {
    /// Thousandths of one since an earlier reading; nothing where only two readings would say that.
    #[must_use]
    pub fn share(self, before: Option<(Duration, Self)>) -> u64 {
        match (self, before) {
            (Self::Share(share), _) => share,
            (Self::Time(now), Some((since, Self::Time(before)))) => {
                let nanoseconds = u64::try_from(since.as_nanos()).unwrap_or(u64::MAX).max(1);
                now.saturating_sub(before).saturating_mul(1_000) / nanoseconds
            }
            (Self::Time(_), _) => 0,
        }
    }

    /// Whether this is a reading of one that began anew after another reading.
    #[must_use]
    pub fn is_anew(self, before: Self) -> bool {
        matches!((before, self), (Self::Time(before), Self::Time(now)) if before > now)
    }
}

/// What a cluster says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    /// In a sentence.
    pub said: String,
    /// What it lacks to do all that is asked of it, as sentences.
    pub missing: Vec<String>,
}

/// Where requests to an app shall go.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// To the units of this process.
    pub process: String,
    /// Of this deploy.
    pub deploy: u32,
    /// Where they listen.
    pub port: u16,
    /// The names at which the app answers.
    pub hosts: Vec<Host>,
}

/// A name at which an app answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// `shop.example.test`, or `*.example.test`.
    pub name: String,
    /// For HTTPS; without it the cluster has its own, or none.
    pub certificate: Option<Certificate>,
}

/// Who takes requests to an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Routed {
    /// The built-in router.
    ByRouter,
    /// The cluster itself.
    ByCluster {
        /// Where they are taken inside the cluster.
        inside: Option<SocketAddr>,
        /// Names or addresses where they are taken from outside; none while the cluster has not said any.
        outside: Vec<String>,
    },
}

/// What is taken away of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// One deploy.
    Deploy(u32),
    /// All deploys but one.
    Others(u32),
    /// Everything.
    Everything,
}

impl What {
    /// Whether a deploy is meant.
    #[must_use]
    pub fn means(self, deploy: u32) -> bool {
        match self {
            Self::Deploy(number) => deploy == number,
            Self::Others(number) => deploy != number,
            Self::Everything => true,
        }
    }
}

/// What can be asked of a cluster.
pub trait Driver: Send + Sync {
    /// What it says of itself.
    fn about(&self) -> BoxFuture<'_, Result<About, DriverError>>;

    /// Fetches an image, with what opens its registry; of a tag the digest of this moment.
    fn fetch<'a>(
        &'a self,
        image: &'a str,
        registry: Option<&'a Registry>,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>>;

    /// Builds an image; ends early, with all of its processes, when `cancelled` is.
    fn build<'a>(
        &'a self,
        build: &'a Build,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>>;

    /// Makes it so that there are these units and no others of this process of this deploy; does not wait until they are ready.
    fn apply<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>>;

    /// What keeps the units of a process from being made at all, in the cluster's words; nothing when that is not so.
    fn hindrance<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<Option<String>, DriverError>>;

    /// The units of an app; of all apps without one. Those that are being taken away are not among them.
    fn units(&self, app: Option<AppId>) -> BoxFuture<'_, Result<Vec<Unit>, DriverError>>;

    /// How a unit that was started again ended before, in a sentence; nothing when its cluster does not remember.
    fn ended<'a>(&'a self, unit: &'a Unit) -> BoxFuture<'a, Result<Option<String>, DriverError>>;

    /// Whether a unit is ready; why it is not, in words that go on behind a colon.
    fn ready<'a>(&'a self, unit: &'a Unit, readiness: &'a Readiness) -> BoxFuture<'a, Result<(), String>>;

    /// Has requests to an app go to these units and to no others, or nowhere without a route, where the cluster does that itself.
    fn route<'a>(&'a self, app: AppId, route: Option<&'a Route>) -> BoxFuture<'a, Result<Routed, DriverError>>;

    /// The apps of which others changed or removed something, each once, beside units that are gone. [`Driver::apply`] and
    /// [`Driver::route`] put it right.
    fn changed(&self) -> BoxFuture<'_, Result<BTreeSet<AppId>, DriverError>>;

    /// Takes away what there is of an app, killing its units after `patience`, or after the time that they were made with where the
    /// cluster ends them itself.
    fn clear<'a>(&'a self, app: AppId, what: What, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>>;

    /// Ends a unit, killing it after `patience`, and takes it away; a cluster that counts no units makes another in its place.
    fn remove<'a>(&'a self, unit: &'a Unit, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>>;

    /// Runs a command in a unit; gives its exit code.
    fn run<'a>(&'a self, unit: &'a Unit, command: &'a [String]) -> BoxFuture<'a, Result<i64, DriverError>>;

    /// Runs one unit by itself until it ends; one that was begun before is waited for, or has ended already, and its lines are told
    /// from the first one on that its cluster still has. It stays until [`Driver::forget_once`]: who is killed before he knows that
    /// it ended does not run it again. Gives its exit code.
    fn run_once<'a>(
        &'a self,
        once: &'a Once,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<i64, DriverError>>;

    /// Takes away what [`Driver::run_once`] ran.
    fn forget_once<'a>(&'a self, once: &'a Once) -> BoxFuture<'a, Result<(), DriverError>>;

    /// Runs a command that somebody is at.
    fn attach<'a>(&'a self, _attach: &'a Attach) -> BoxFuture<'a, Result<Attached, DriverError>> {
        let no = "commands cannot be run in units of this cluster".to_owned();
        Box::pin(std::future::ready(Err(DriverError::Refused(no))))
    }

    /// The last lines of a unit, and what it writes from now on where that is wished.
    fn log<'a>(&'a self, unit: &'a Unit, last: usize, follow: bool)
    -> BoxStream<'static, Result<LogLine, DriverError>>;

    /// What a unit writes, from the lines of a moment (RFC 3339) on, which are told again, until it ends; all that there is without
    /// one.
    fn log_since<'a>(
        &'a self,
        unit: &'a Unit,
        _since: Option<&'a str>,
    ) -> BoxStream<'static, Result<LogLine, DriverError>> {
        self.log(unit, usize::MAX, true)
    }

    /// What a unit takes.
    fn usage<'a>(&'a self, _unit: &'a Unit) -> BoxFuture<'a, Result<Usage, DriverError>> {
        let no = "units of this cluster cannot be measured".to_owned();
        Box::pin(std::future::ready(Err(DriverError::Refused(no))))
    }

    /// Every image that [`Driver::build`] made and that the cluster keeps itself.
    fn built_images(&self) -> BoxFuture<'_, Result<Vec<BuiltImage>, DriverError>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Takes a name of an image away that a build gave it; says whether it is gone. What anything runs from stays.
    fn remove_image<'a>(&'a self, _image: &'a BuiltImage) -> BoxFuture<'a, Result<bool, DriverError>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Whether an image is where units are started from, or is got there by itself.
    fn has_image<'a>(&'a self, _reference: &'a str) -> BoxFuture<'a, Result<bool, DriverError>> {
        Box::pin(std::future::ready(Ok(true)))
    }

    /// Makes a volume, where it is not there; what is there stays as it is.
    fn ensure_volume<'a>(&'a self, _volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(std::future::ready(Err(DriverError::Refused(NO_VOLUMES.to_owned()))))
    }

    /// Takes a volume away with all that is in it; refused while something uses it. One that is gone is fine.
    fn remove_volume<'a>(&'a self, _volume: &'a Volume) -> BoxFuture<'a, Result<(), DriverError>> {
        Box::pin(std::future::ready(Err(DriverError::Refused(NO_VOLUMES.to_owned()))))
    }

    /// Whether a volume is there.
    fn has_volume<'a>(&'a self, _volume: &'a Volume) -> BoxFuture<'a, Result<bool, DriverError>> {
        Box::pin(std::future::ready(Err(DriverError::Refused(NO_VOLUMES.to_owned()))))
    }

    /// Takes away what an organization has in the cluster beside its units, when it has none of these.
    fn leave(&self, _organization: OrganizationId) -> BoxFuture<'_, Result<(), DriverError>> {
        Box::pin(std::future::ready(Ok(())))
    }
}
