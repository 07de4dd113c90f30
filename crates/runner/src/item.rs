//! The story of one item: from its claim to the end of its spool.

use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use secrecy::SecretString;
use slipway_api::ids::{RunnerId, WorkItemId};
use slipway_api::runner::{ChangesWanted, Claim, Completion, Outcome, Usage, WorkPhase};
use slipway_client::{Client, ClientError, WorkLease};
use slipway_tofu::cache::Cache;
use slipway_tofu::engines::Engines;
use slipway_tofu::process::{Exit, Order};
use slipway_tofu::variables::{Category, RunVariable};
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::config::RunnerConfig;
use crate::delivery::{Delivered, Delivery};
use crate::heartbeat::Heart;
use crate::kept::KeptRuns;
use crate::leisure::{Busy, Leisure};
use crate::plan::Planned;
use crate::secrets::Secrets;
use crate::spool::{self, Spool};
use crate::{apply, plan};

/// How long the end of a plan waits for the list of its changes; a longer one comes after.
const LONGEST_SHOWING: Duration = Duration::from_secs(20);

/// What all items of a runner share.
pub(crate) struct Machine {
    pub(crate) config: RunnerConfig,
    pub(crate) client: Client,
    pub(crate) cache: Cache,
    pub(crate) engines: Engines,
    pub(crate) kept: KeptRuns,
    pub(crate) leisure: Leisure,
    /// A third of the lease.
    pub(crate) beat: Mutex<Duration>,
    pub(crate) runner: Mutex<Option<RunnerId>>,
    /// Items at work, for the server's view of this runner.
    pub(crate) running: Mutex<Vec<WorkItemId>>,
}

/// One item at work.
pub(crate) struct Work {
    pub(crate) machine: Arc<Machine>,
    pub(crate) claim: Claim,
    pub(crate) lease: WorkLease,
    /// With the run token.
    pub(crate) client: Client,
    pub(crate) spool: Arc<Spool>,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) orders: watch::Receiver<Order>,
    /// Whether the server has answered to this claim.
    heard: watch::Receiver<bool>,
    pub(crate) step: watch::Sender<&'static str>,
    pub(crate) claimed: Instant,
    pub(crate) deadline: Instant,
    start_ms: AtomicU64,
    engine_ms: AtomicU64,
    memory_bytes: AtomicU64,
}

/// An early end of an item.
#[derive(Debug)]
pub(crate) struct Stop {
    pub(crate) completion: Box<Completion>,
}

impl Stop {
    /// Something of ours failed; the causes are part of the message.
    pub(crate) fn failed(error: &dyn Error) -> Self {
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            message = format!("{message}: {error}");
            cause = error.source();
        }
        Self::of(Outcome::Failed, message)
    }

    pub(crate) fn because(message: impl Into<String>) -> Self {
        Self::of(Outcome::Failed, message.into())
    }

    pub(crate) fn canceled(message: &str) -> Self {
        Self::of(Outcome::Canceled, message.to_owned())
    }

    pub(crate) fn timed_out(message: &str) -> Self {
        Self::of(Outcome::TimedOut, message.to_owned())
    }

    fn of(outcome: Outcome, message: String) -> Self {
        Self {
            completion: Box::new(completion(outcome, Some(message))),
        }
    }
}

/// A completion with nothing but its outcome.
pub(crate) fn completion(outcome: Outcome, message: Option<String>) -> Completion {
    Completion {
        outcome,
        message,
        exit_code: None,
        log_bytes: 0,
        event_bytes: 0,
        counts: slipway_api::runner::Counts::default(),
        plan_digest: None,
        has_plan_json: false,
        engine_version: None,
        diagnostics: Vec::new(),
        unaccounted: Vec::new(),
        usage: Usage::default(),
    }
}

/// An item's place among those at work; dropped, the place is free for another.
pub(crate) struct Seat {
    machine: Arc<Machine>,
    item: WorkItemId,
    _permit: OwnedSemaphorePermit,
    _busy: Busy,
}

impl Seat {
    pub(crate) fn take(machine: &Arc<Machine>, item: WorkItemId, permit: OwnedSemaphorePermit) -> Self {
        machine.running().push(item);
        Self {
            machine: Arc::clone(machine),
            item,
            _permit: permit,
            _busy: machine.leisure.busy(),
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.machine.running().retain(|other| *other != self.item);
    }
}

impl Machine {
    pub(crate) fn running(&self) -> MutexGuard<'_, Vec<WorkItemId>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does an item from its claim to its end. Its place is free as soon as the server has its end: what comes after is small.
pub(crate) async fn run(seat: Seat, claim: Claim, claimed: Instant) {
    let machine = Arc::clone(&seat.machine);
    let item = claim.work_item_id;
    let root = machine.config.work.join("spool");
    let spool = match Spool::create(&root, &claim) {
        Ok(spool) => Arc::new(spool),
        Err(error) => {
            // Without a spool nothing may be done: the lease runs out, and the server gives the item to another.
            tracing::error!(%error, %item, "cannot make a spool");
            return;
        }
    };
    let client = machine.client.with_token(SecretString::from(claim.run_token.clone()));
    let lease = WorkLease {
        item,
        fence: claim.fence,
    };
    let (orders_sender, orders) = watch::channel(Order::Continue);
    let (heard_sender, heard) = watch::channel(false);
    let (step, step_watch) = watch::channel("preparing");
    let heart = Heart {
        client: client.clone(),
        lease,
        phase: claim.context.phase,
        every: *machine.beat.lock().unwrap_or_else(PoisonError::into_inner),
        step: step_watch,
        orders: orders_sender,
        heard: heard_sender,
    };
    let heart = tokio::spawn(heart.beat());
    let secrets = match Secrets::of(&claim, &spool) {
        Ok(secrets) => Arc::new(secrets),
        Err(error) => {
            let completion = Stop::failed(&error).completion;
            let _ = client.complete_work(lease, &completion).await;
            heart.abort();
            return;
        }
    };
    let delivery = Delivery::start(client.clone(), lease, Arc::clone(&spool), &claim, Arc::clone(&secrets));
    let deadline = claimed + Duration::from_millis(claim.context.timeout_ms);
    let work = Work {
        machine,
        lease,
        client,
        spool,
        secrets,
        orders,
        heard,
        step,
        claimed,
        deadline,
        claim,
        start_ms: AtomicU64::new(0),
        engine_ms: AtomicU64::new(0),
        memory_bytes: AtomicU64::new(0),
    };
    work.perform(seat, delivery, &heart).await;
    heart.abort();
}

impl Work {
    async fn perform(self, seat: Seat, delivery: Delivery, heart: &JoinHandle<()>) {
        let delivered = self.carry_out(seat, delivery, heart).await;
        let Self { spool, .. } = self;
        match delivered {
            Ok(delivered) => {
                drop(spool);
                discard(delivered.spool, delivered.states_taken);
            }
            Err(error) => {
                tracing::warn!(%error, item = %self.lease.item, "the server refused the end of an item");
                discard(spool, true);
            }
        }
    }

    async fn carry_out(
        &self,
        seat: Seat,
        delivery: Delivery,
        heart: &JoinHandle<()>,
    ) -> Result<Delivered, ClientError> {
        let done = match self.claim.context.phase {
            WorkPhase::Plan => plan::run(self).await,
            WorkPhase::Apply => apply::run(self).await.map(|completion| (completion, None)),
        };
        let (mut completion, planned) = done.unwrap_or_else(|stop| {
            if let Some(message) = &stop.completion.message {
                self.spool.say(&format!("\n[{message}]"));
            }
            (*stop.completion, None)
        });
        self.fill_usage(&mut completion);
        let wanted = self.claim.context.changes_wanted;
        let needs_json = self.claim.context.needs_plan_json;
        let is_first = |planned: &Planned| wanted == ChangesWanted::First && planned.is_awaited(wanted);
        let holds_end = planned.as_ref().is_some_and(|planned| needs_json || is_first(planned));
        let mut showing = planned.map(|planned| Box::pin(plan::show_changes(self, planned)));
        // Before the outcome is written: when a runner is killed here, the plan is made again, and the changes with it.
        let mut json = None;
        if holds_end
            && let Some(making) = &mut showing
            && let Ok(made) = timeout(LONGEST_SHOWING, making).await
        {
            (json, showing) = (made, None);
            if needs_json && let Some(json) = json.take() {
                plan::send_json(self, json).await;
            }
        }
        // From here on a successor can complete the item as well as we can.
        if let Err(error) = self.spool.write_json(
            "outcome.json",
            &spool::Outcome {
                completion: completion.clone(),
            },
        ) {
            tracing::error!(%error, "cannot spool an outcome");
        }
        self.step.send_replace("uploading");
        let delivered = delivery.finish(completion).await;
        // The item is over: a heartbeat would be told so, and the plan's JSON given up for it.
        heart.abort();
        drop(seat);
        if let Some(making) = showing {
            json = making.await;
        }
        if let Some(json) = json {
            plan::send_json(self, json).await;
        }
        delivered
    }

    /// Waits until the server has noted that this runner began, before what must not be done twice: an item that nobody
    /// began is given to another runner.
    pub(crate) async fn begin(&self) -> Result<(), Stop> {
        let (mut heard, mut orders) = (self.heard.clone(), self.orders.clone());
        let _ = tokio::select! {
            heard = heard.wait_for(|heard| *heard) => heard.is_ok(),
            order = orders.wait_for(|order| *order > Order::Continue) => order.is_ok(),
        };
        if *self.orders.borrow() > Order::Continue {
            return Err(Stop::canceled("stopped before it began: nothing was changed"));
        }
        self.spool
            .write(spool::BEGUN, b"")
            .map_err(|error| Stop::failed(&error))
    }

    /// The first start of the engine, for people who wonder where time goes.
    pub(crate) fn mark_engine_start(&self) {
        let elapsed = milliseconds(self.claimed.elapsed()).max(1);
        let _ = self
            .start_ms
            .compare_exchange(0, elapsed, Ordering::Relaxed, Ordering::Relaxed);
    }

    pub(crate) fn add_usage(&self, exit: &Exit) {
        self.engine_ms.fetch_add(milliseconds(exit.elapsed), Ordering::Relaxed);
        self.memory_bytes
            .fetch_max(exit.usage.memory_peak_bytes, Ordering::Relaxed);
    }

    fn fill_usage(&self, completion: &mut Completion) {
        completion.usage.start_ms = self.start_ms.load(Ordering::Relaxed);
        completion.usage.engine_ms = self.engine_ms.load(Ordering::Relaxed);
        completion.usage.max_memory_bytes = self.memory_bytes.load(Ordering::Relaxed);
    }
}

/// Removes a delivered spool; one with a refused state stays, since it may be the only copy.
pub(crate) fn discard(spool: Arc<Spool>, is_all_taken: bool) {
    match Arc::try_unwrap(spool) {
        Ok(spool) if is_all_taken => spool.remove(),
        Ok(spool) => spool.keep(),
        Err(_) => tracing::warn!("a spool is still in use"),
    }
}

/// A claim's variables in the words of the engine's side.
pub(crate) fn run_variables(claim: &Claim) -> Vec<RunVariable> {
    let category = |category| match category {
        slipway_api::variables::VariableCategory::Terraform => Category::Terraform,
        slipway_api::variables::VariableCategory::Env => Category::Env,
    };
    claim
        .context
        .variables
        .iter()
        .map(|variable| RunVariable {
            key: variable.key.clone(),
            value: variable.value.clone(),
            hcl: variable.hcl,
            sensitive: variable.sensitive,
            category: category(variable.category),
        })
        .collect()
}

pub(crate) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
