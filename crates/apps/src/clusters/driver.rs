//! What a cluster has to be able to do: the level at which the Docker Engine and Kubernetes are the same.
//!
//! A driver is told what shall run, and tells what does. Everything may be asked again: whoever was killed in between asks once
//! more and gets the same.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use slipway_api::ids::AppId;
use tokio_util::sync::CancellationToken;

use super::attach::{Attach, Attached};

/// A line of what a driver is doing, for the log of whoever asked.
pub type Hear<'a> = &'a (dyn Fn(String) + Send + Sync);

/// The units of one process of one deploy, as they shall be.
#[derive(Clone)]
pub struct Desired {
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
    /// In place of what the image says; that when it is empty.
    pub command: Vec<String>,
    /// What they see.
    pub env: BTreeMap<String, String>,
    /// Memory in bytes; zero for as much as there is.
    pub memory: u64,
    /// Processor in thousandths; zero for as much as there is.
    pub processor: u32,
}

/// A unit as its cluster has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// `web-12-0`.
    pub name: String,
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

impl Unit {
    /// Which of its process's units it is, from zero.
    #[must_use]
    pub fn slot(&self) -> Option<u32> {
        self.name.rsplit('-').next()?.parse().ok()
    }
}

/// What a unit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It was made, and does not run yet.
    Starting,
    /// It runs.
    Running,
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

/// What an image is built of.
#[derive(Debug, Clone, Default)]
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
    /// Time on processors since it began, in nanoseconds.
    pub processor: u64,
    /// Memory that it cannot do without, in bytes.
    pub memory: u64,
    /// Bytes that came to it since it began.
    pub received: u64,
    /// Bytes that it sent since it began.
    pub sent: u64,
}

/// What can be asked of a cluster.
pub trait Driver: Send + Sync {
    /// What it says of itself, in a sentence.
    fn about(&self) -> BoxFuture<'_, Result<String, DriverError>>;

    /// Fetches an image; of a tag the digest of this moment.
    fn fetch<'a>(&'a self, image: &'a str, hear: Hear<'a>) -> BoxFuture<'a, Result<Image, DriverError>>;

    /// Builds an image; ends early, with all of its processes, when `cancelled` is.
    fn build<'a>(
        &'a self,
        build: &'a Build,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<Image, DriverError>>;

    /// Makes it so that there are these units and no others of this process of this deploy; does not wait until they are ready.
    fn apply<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>>;

    /// The units of an app; of all apps without one.
    fn units(&self, app: Option<AppId>) -> BoxFuture<'_, Result<Vec<Unit>, DriverError>>;

    /// Ends a unit, killing it after `patience`, and takes it away.
    fn remove<'a>(&'a self, unit: &'a Unit, patience: Duration) -> BoxFuture<'a, Result<(), DriverError>>;

    /// Runs a command in a unit; gives its exit code.
    fn run<'a>(&'a self, unit: &'a Unit, command: &'a [String]) -> BoxFuture<'a, Result<i64, DriverError>>;

    /// Runs one unit by itself until it ends; one that was begun before is waited for, or has ended already. It stays until
    /// [`Driver::forget_once`]: who is killed before he knows that it ended does not run it again. Gives its exit code.
    fn run_once<'a>(
        &'a self,
        desired: &'a Desired,
        cancelled: &'a CancellationToken,
        hear: Hear<'a>,
    ) -> BoxFuture<'a, Result<i64, DriverError>>;

    /// Takes away what [`Driver::run_once`] ran.
    fn forget_once<'a>(&'a self, desired: &'a Desired) -> BoxFuture<'a, Result<(), DriverError>>;

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
}
