//! The life of a runner: register, adopt, claim, drain.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use slipway_api::Code;
use slipway_api::ids::RunnerId;
use slipway_api::runner::{Claim, ClaimRequest, Registration, SandboxLevel};
use slipway_client::{Client, ClientError, ClientSettings};
use slipway_tofu::cache::Cache;
use slipway_tofu::engines::Engines;
use slipway_tofu::requirements::Platform;
use slipway_tofu::sandbox::{Level, Policy, probe, trust_files};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

use crate::adopt::{adopt_all, spooled_runs};
use crate::backoff::{Backoff, is_final};
use crate::config::{RunnerConfig, RunnerError};
use crate::item::{self, Machine, Seat, milliseconds};
use crate::kept::KeptRuns;
use crate::leisure::Leisure;
use crate::prune::prune;
use crate::slots::slots;
use crate::spool;

/// How often an item is asked about at least, so that a cancel arrives within about a second.
const LONGEST_BEAT: Duration = Duration::from_secs(1);

/// How long a claim waits for work.
const POLL: Duration = Duration::from_secs(30);
/// How long a runner that leaves waits for the last answer to its claim.
const LAST_ANSWER: Duration = Duration::from_secs(5);
/// How long a runner that leaves tries to reach a server that is away, before it leaves what it has to its successor.
const SILENCE: Duration = Duration::from_secs(10);
/// How often a runner that leaves looks whether it may.
const LOOK: Duration = Duration::from_millis(500);

/// Runs until `shutdown` turns true and the work at hand is done. What is only to be delivered, to a server that is away,
/// is left on the disk for the next runner with the same directories.
///
/// # Errors
/// The runner cannot start here: sandbox, directories, address.
pub async fn run(config: RunnerConfig, mut shutdown: watch::Receiver<bool>) -> Result<(), RunnerError> {
    let slots = config.slots.unwrap_or_else(slots).max(1);
    let machine = Arc::new(start(config)?);
    let permits = Arc::new(Semaphore::new(slots as usize));
    let (mut items, mut adopted) = (JoinSet::new(), JoinSet::new());
    let mut away = Away::default();
    let pruning = tokio::spawn(prune(Arc::clone(&machine)));
    loop {
        while items.try_join_next().is_some() || adopted.try_join_next().is_some() {}
        adopt_all(&machine, &mut adopted);
        if *shutdown.borrow() {
            break;
        }
        let permit = tokio::select! {
            permit = Arc::clone(&permits).acquire_owned() => permit,
            _ = shutdown.changed() => break,
        };
        let Ok(permit) = permit else { break };
        match next(&machine, slots, &mut shutdown).await {
            Ok(Some(claim)) => {
                away.is_back();
                work(&machine, claim, permit, &mut items);
            }
            Ok(None) => away.is_back(),
            Err(error) if away.is_over(&error, machine.config.leave_after) && items.is_empty() => break,
            Err(_) => tokio::select! {
                () = away.backoff.wait() => {}
                _ = shutdown.changed() => break,
            },
        }
    }
    pruning.abort();
    tracing::info!(items = items.len(), "claiming no more work");
    drain(&machine, &mut items, &mut adopted).await;
    machine.kept.clear();
    Ok(())
}

/// The next item. Who is told to end meanwhile says so to the server, and hears its answer out: an item that was given
/// until then is done.
async fn next(
    machine: &Machine,
    slots: u32,
    shutdown: &mut watch::Receiver<bool>,
) -> Result<Option<Claim>, ClientError> {
    let claim = claim(machine, slots);
    tokio::pin!(claim);
    tokio::select! {
        answer = &mut claim => return answer,
        _ = shutdown.changed() => {}
    }
    let (_, answer) = tokio::join!(leave(machine), tokio::time::timeout(LAST_ANSWER, claim));
    answer.unwrap_or(Ok(None))
}

/// Says that this runner takes no more; whether the server was there to hear it.
async fn leave(machine: &Machine) -> bool {
    let runner = *machine.runner.lock().unwrap_or_else(PoisonError::into_inner);
    match runner {
        Some(runner) => match machine.client.unregister_runner(runner).await {
            Ok(()) => true,
            Err(error) => is_final(&error),
        },
        None => false,
    }
}

/// Waits for the end of all work. When nothing is left but to deliver it, a server that is away is not waited for.
async fn drain(machine: &Machine, items: &mut JoinSet<()>, adopted: &mut JoinSet<()>) {
    let mut heard = Instant::now();
    let mut is_known = leave(machine).await;
    loop {
        while items.try_join_next().is_some() || adopted.try_join_next().is_some() {}
        if items.is_empty() && adopted.is_empty() {
            return;
        }
        let spools = machine.config.work.join("spool");
        let running = machine.running.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let can_be_left = running.iter().all(|item| spool::can_be_left(&spools, *item));
        if can_be_left || !is_known {
            is_known = leave(machine).await;
        }
        if is_known || !can_be_left {
            heard = Instant::now();
        } else if heard.elapsed() >= SILENCE {
            tracing::warn!(
                items = items.len() + adopted.len(),
                spools = %spools.display(),
                "ending while the server is away: what it has not got waits on the disk, and the next runner with this \
                 data directory delivers it"
            );
            return;
        }
        tokio::select! {
            _ = items.join_next(), if !items.is_empty() => {}
            _ = adopted.join_next(), if !adopted.is_empty() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

fn start(config: RunnerConfig) -> Result<Machine, RunnerError> {
    let enforced = probe();
    if enforced < config.sandbox_demand {
        return Err(RunnerError::Sandbox {
            enforced,
            demanded: config.sandbox_demand,
        });
    }
    for directory in [&config.runs, &config.work, &config.work.join("spool")] {
        make_directory(directory)?;
    }
    spool::sweep(&config.work.join("spool"));
    let mut policy = Policy::new(std::path::PathBuf::from("/"), Vec::new());
    policy.execute.retain(|tree| tree != Path::new("/"));
    policy.execute.extend(config.mirrors.iter().cloned());
    policy.read.extend(trust_files(&config.environment));
    let own = [config.runs.clone(), config.work.clone()];
    policy.check(&config.protected.iter().chain(&own).cloned().collect::<Vec<_>>())?;
    let mut settings = ClientSettings::new(config.server.clone(), Some(config.token.clone()));
    settings.unix_socket.clone_from(&config.server_socket);
    // Trying again is done here, for as long as it takes.
    settings.attempts = 1;
    Ok(Machine {
        client: Client::new(settings)?,
        cache: Cache::open(&config.work.join("cache"))?,
        engines: Engines::new(config.engines.clone()),
        kept: KeptRuns::new(&config.work, &spooled_runs(&config.work)),
        leisure: Leisure::new(),
        beat: Mutex::new(Duration::from_secs(5)),
        runner: Mutex::new(None),
        running: Mutex::new(Vec::new()),
        config,
    })
}

fn make_directory(path: &Path) -> Result<(), RunnerError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(path);
    made.map_err(|source| RunnerError::Directory {
        path: path.to_path_buf(),
        source,
    })
}

/// Asks for one item, registering first where the server does not know this runner.
async fn claim(machine: &Machine, slots: u32) -> Result<Option<Claim>, ClientError> {
    let known = *machine.runner.lock().unwrap_or_else(PoisonError::into_inner);
    let runner = match known {
        Some(runner) => runner,
        None => register(machine, slots).await?,
    };
    let running = machine.running().clone();
    let request = ClaimRequest {
        wait_ms: milliseconds(POLL),
        running,
    };
    let answer = machine.client.claim_work(runner, &request).await;
    if let Err(error) = &answer
        && error.code() == Some(Code::NotFound)
    {
        machine.runner.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
    answer
}

async fn register(machine: &Machine, slots: u32) -> Result<RunnerId, ClientError> {
    let config = &machine.config;
    let platform = Platform::current();
    let registration = Registration {
        name: config.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        platform: format!("{}_{}", platform.os, platform.arch),
        sandbox: match probe().min(if config.sandbox_helper.is_empty() {
            Level::None
        } else {
            Level::Isolated
        }) {
            Level::None => SandboxLevel::None,
            Level::Files => SandboxLevel::Partial,
            Level::Isolated => SandboxLevel::Full,
        },
        slots,
        labels: config.labels.clone(),
    };
    let registered = machine.client.register_runner(&registration).await?;
    let lease_third = Duration::from_millis(registered.lease_ms / 3);
    *machine.beat.lock().unwrap_or_else(PoisonError::into_inner) = lease_third.min(LONGEST_BEAT);
    *machine.runner.lock().unwrap_or_else(PoisonError::into_inner) = Some(registered.runner_id);
    tracing::info!(runner = %registered.runner_id, slots, "registered");
    Ok(registered.runner_id)
}

fn work(machine: &Arc<Machine>, claim: Claim, permit: OwnedSemaphorePermit, items: &mut JoinSet<()>) {
    let claimed = Instant::now();
    let seat = Seat::take(machine, claim.work_item_id, permit);
    items.spawn(item::run(seat, claim, claimed));
}

/// How long the server has been away.
#[derive(Default)]
struct Away {
    since: Option<Instant>,
    backoff: Backoff,
}

impl Away {
    fn is_back(&mut self) {
        self.since = None;
        self.backoff.reset();
    }

    /// Notes a failure; says whether it is time to leave.
    fn is_over(&mut self, error: &ClientError, leave_after: Option<Duration>) -> bool {
        if is_final(error) && error.code() != Some(Code::NotFound) {
            tracing::error!(%error, "the server does not accept this runner: check its token and pool");
        } else if matches!(error, ClientError::Unreachable { .. }) {
            tracing::debug!(%error, "no claim");
        } else {
            tracing::warn!(%error, "no claim");
        }
        let since = *self.since.get_or_insert_with(Instant::now);
        leave_after.is_some_and(|time| since.elapsed() >= time)
    }
}
