//! Units: containers that run one process of one version each. They are found by their labels, and made once by their
//! name: who starts one again that is there gets the one that is there.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::time::Duration;

use bollard::models::{
    ContainerCreateBody, ContainerInspectResponse, ContainerStateStatusEnum, HostConfig, HostConfigLogConfig,
    RestartPolicy, RestartPolicyNameEnum,
};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, ListContainersOptionsBuilder, RemoveContainerOptionsBuilder,
    StopContainerOptionsBuilder,
};

use crate::engine::Engine;
use crate::error::DockerError;
use crate::networks::{NetworkSpec, STARTING};
use crate::volumes::{self, Mount};

/// Of the log of one unit at the engine, in its own words; ours is kept elsewhere.
const LOG_SIZE: &str = "10m";
const LOG_FILES: &str = "3";
/// Processes and threads of a unit: enough for any program, too few for one that runs wild.
const MOST_PROCESSES: i64 = 4096;

/// How often a unit is made again that somebody else was making, and stopped making.
const TRIES: u32 = 20;
/// Between them.
const PAUSE: Duration = Duration::from_millis(50);

/// How much a unit may take; zero for as much as there is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// In bytes. Whoever takes more is killed.
    pub memory: u64,
    /// In thousandths of a processor.
    pub processor: u32,
}

/// What shall run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitSpec {
    /// Unlike every other unit's at the engine.
    pub name: String,
    /// An image that is here.
    pub image: String,
    /// In place of the image's `ENTRYPOINT` and `CMD`; those when it is empty.
    pub command: Vec<String>,
    /// The environment.
    pub env: BTreeMap<String, String>,
    /// By these it is found.
    pub labels: BTreeMap<String, String>,
    /// How much it may take.
    pub limits: Limits,
    /// The network that it is in; it is made when it is not there.
    pub network: String,
    /// Whether the engine starts it again when it ends, also after the engine was restarted.
    pub restarts: bool,
    /// What it sees in its files beside its image.
    pub mounts: Vec<Mount>,
}

/// A unit as the engine has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// The engine's id.
    pub id: String,
    /// As it was made.
    pub name: String,
    /// As they were given.
    pub labels: BTreeMap<String, String>,
    /// What it does.
    pub state: State,
    /// Where it is reached from this machine, while it runs.
    pub address: Option<IpAddr>,
    /// How often it was started again.
    pub restarts: u32,
    /// When it began the last time, as the engine writes times (RFC 3339).
    pub started_at: String,
    /// How much memory it may take, in bytes; zero for as much as there is.
    pub memory_limit: u64,
}

/// What a unit does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Made, and not begun.
    Created,
    /// At work.
    Running,
    /// Ended, and about to be started again by the engine.
    Restarting {
        /// Of the last time.
        exit_code: i64,
        /// Whether it was killed then because it took more memory than it may.
        out_of_memory: bool,
    },
    /// Ended.
    Ended {
        /// Zero for success; 128 and the signal's number when it was killed.
        exit_code: i64,
        /// Whether it was killed because it took more memory than it may.
        out_of_memory: bool,
        /// What the engine said when it could not begin.
        error: String,
    },
}

impl Engine {
    /// Makes a unit and starts it. One of that name that is there already is started when it is not running.
    ///
    /// # Errors
    /// When the image is not here, and when the engine cannot start it.
    pub async fn start_unit(&self, spec: &UnitSpec) -> Result<Unit, DockerError> {
        let _goes_in = STARTING.read().await;
        self.make_network(&NetworkSpec {
            name: spec.network.clone(),
            ..NetworkSpec::default()
        })
        .await?;
        let mut tries = TRIES;
        loop {
            let is_made = self.create_unit(spec).await?;
            let started = self.docker.start_container(&spec.name, None).await;
            match started.map_err(|error| self.failed(error, &format!("unit {}", spec.name))) {
                Ok(()) => return self.unit(&spec.name).await,
                // Whoever was making it went away in the middle of it, and the engine with what it had made.
                Err(DockerError::NotFound(_)) if !is_made && tries > 0 => tries -= 1,
                Err(error) => return Err(error),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Makes a unit that does not run yet; says whether its name was free.
    async fn create_unit(&self, spec: &UnitSpec) -> Result<bool, DockerError> {
        let options = CreateContainerOptionsBuilder::new().name(&spec.name).build();
        match self.docker.create_container(Some(options), body(spec)).await {
            Ok(_) => Ok(true),
            Err(error) => match self.failed(error, &format!("image {}", spec.image)) {
                DockerError::Conflict(_) => Ok(false),
                refused => Err(refused),
            },
        }
    }

    /// One unit, by its name or id.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn unit(&self, name: &str) -> Result<Unit, DockerError> {
        let found = self.docker.inspect_container(name, None).await;
        found
            .map(read)
            .map_err(|error| self.failed(error, &format!("unit {name}")))
    }

    /// Every unit that has all of these labels, also what has ended.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn units(&self, labels: &BTreeMap<String, String>) -> Result<Vec<Unit>, DockerError> {
        let wanted = labels.iter().map(|(key, value)| format!("{key}={value}"));
        self.labelled(wanted.collect()).await
    }

    /// Every unit that has a label, whatever it says there; also what has ended.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn units_with(&self, label: &str) -> Result<Vec<Unit>, DockerError> {
        self.labelled(vec![label.to_owned()]).await
    }

    async fn labelled(&self, wanted: Vec<String>) -> Result<Vec<Unit>, DockerError> {
        let filters = HashMap::from([("label", wanted)]);
        let options = ListContainersOptionsBuilder::new().all(true).filters(&filters).build();
        let listed = self.docker.list_containers(Some(options)).await;
        let listed = listed.map_err(|error| self.failed(error, "units"))?;
        let mut units = Vec::with_capacity(listed.len());
        for id in listed.into_iter().filter_map(|summary| summary.id) {
            match self.unit(&id).await {
                Ok(unit) => units.push(unit),
                // Gone since the list was made.
                Err(DockerError::NotFound(_)) => {}
                Err(failed) => return Err(failed),
            }
        }
        units.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(units)
    }

    /// Asks a unit to end (`SIGTERM`), and kills it after `patience`. One that has ended, or is gone, is fine.
    ///
    /// # Errors
    /// When the engine cannot.
    pub async fn stop_unit(&self, name: &str, patience: Duration) -> Result<(), DockerError> {
        let seconds = i32::try_from(patience.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::new().t(seconds).build();
        match self.docker.stop_container(name, Some(options)).await {
            Ok(())
            | Err(bollard::errors::Error::DockerResponseServerError {
                status_code: 304 | 404, ..
            }) => Ok(()),
            Err(error) => Err(self.failed(error, &format!("unit {name}"))),
        }
    }

    /// Takes a unit away with what it wrote, killing it if it runs. One that is gone is fine.
    ///
    /// # Errors
    /// When the engine cannot.
    pub async fn remove_unit(&self, name: &str) -> Result<(), DockerError> {
        let options = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        match self.docker.remove_container(name, Some(options)).await {
            // A conflict: it is being removed.
            Ok(())
            | Err(bollard::errors::Error::DockerResponseServerError {
                status_code: 404 | 409, ..
            }) => Ok(()),
            Err(error) => Err(self.failed(error, &format!("unit {name}"))),
        }
    }
}

pub(crate) fn body(spec: &UnitSpec) -> ContainerCreateBody {
    let policy = if spec.restarts {
        RestartPolicyNameEnum::UNLESS_STOPPED
    } else {
        RestartPolicyNameEnum::NO
    };
    let limit = |value: u64| (value > 0).then(|| i64::try_from(value).unwrap_or(i64::MAX));
    let memory = limit(spec.limits.memory);
    let (entrypoint, command) = match spec.command.split_first() {
        Some((program, arguments)) => (Some(vec![program.clone()]), Some(arguments.to_vec())),
        None => (None, None),
    };
    let log = HashMap::from([
        ("max-size".to_owned(), LOG_SIZE.to_owned()),
        ("max-file".to_owned(), LOG_FILES.to_owned()),
    ]);
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        entrypoint,
        cmd: command,
        env: Some(spec.env.iter().map(|(key, value)| format!("{key}={value}")).collect()),
        labels: Some(spec.labels.clone().into_iter().collect()),
        host_config: Some(HostConfig {
            memory,
            // Without swap beside it: a limit that swaps is slow before it is one.
            memory_swap: memory,
            nano_cpus: limit(u64::from(spec.limits.processor).saturating_mul(1_000_000)),
            pids_limit: Some(MOST_PROCESSES),
            network_mode: Some(spec.network.clone()),
            mounts: volumes::mounts(&spec.mounts),
            restart_policy: Some(RestartPolicy {
                name: Some(policy),
                maximum_retry_count: None,
            }),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(log),
            }),
            // Programs gain no rights by files that say so, and somebody reaps what they leave behind.
            security_opt: Some(vec!["no-new-privileges".to_owned()]),
            init: Some(true),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

fn read(found: ContainerInspectResponse) -> Unit {
    let state = found.state.unwrap_or_default();
    let exit_code = state.exit_code.unwrap_or_default();
    let networks = found
        .network_settings
        .and_then(|settings| settings.networks)
        .unwrap_or_default();
    let address = networks
        .into_values()
        .find_map(|network| network.ip_address?.parse().ok());
    let kind = match state.status {
        Some(ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::PAUSED) => State::Running,
        Some(ContainerStateStatusEnum::RESTARTING) => State::Restarting {
            exit_code,
            out_of_memory: state.oom_killed.unwrap_or_default(),
        },
        // What the engine could not start stays made, with a reason.
        Some(ContainerStateStatusEnum::CREATED) if state.error.as_deref().unwrap_or_default().is_empty() => {
            State::Created
        }
        _ => State::Ended {
            exit_code,
            out_of_memory: state.oom_killed.unwrap_or_default(),
            error: state.error.unwrap_or_default(),
        },
    };
    let memory = found.host_config.and_then(|config| config.memory);
    Unit {
        memory_limit: memory.and_then(|memory| u64::try_from(memory).ok()).unwrap_or_default(),
        id: found.id.unwrap_or_default(),
        name: found.name.unwrap_or_default().trim_start_matches('/').to_owned(),
        labels: found
            .config
            .and_then(|config| config.labels)
            .unwrap_or_default()
            .into_iter()
            .collect(),
        state: kind,
        address,
        restarts: found
            .restart_count
            .and_then(|count| u32::try_from(count).ok())
            .unwrap_or_default(),
        started_at: state.started_at.unwrap_or_default(),
    }
}
