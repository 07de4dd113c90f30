//! A runner registers, claims an item, says goodbye.

use std::time::Duration;

use slipway_api::ids::RunnerId;
use slipway_api::runner::{Claim, ClaimRequest, Registered, Registration, SandboxLevel};
use slipway_kernel::queue::{self, Lease, WorkItem};
use slipway_kernel::wakes::Topic;
use slipway_kernel::{Ctx, Error, Result, tokens};

use super::{access, context};
use crate::phases::model::Phase;
use crate::runner_pools::model::Runner;
use crate::runner_pools::store as pools;
use crate::runs::Run;
use crate::runs::service::progress;
use crate::work::model::Attempt;
use crate::work::store;

/// The longest that a claim may wait for an item.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How often a waiting claim looks without being woken.
const PATIENCE: Duration = Duration::from_secs(1);

/// A runner says that it is there.
///
/// # Errors
///
/// `Forbidden` for callers that are no runners, `Invalid` for an unreasonable registration.
pub async fn register(ctx: &Ctx, registration: Registration) -> Result<Registered> {
    let pool = access::pool(ctx)?;
    let is_plain = |text: &str, longest: usize| text.len() <= longest && !text.chars().any(char::is_control);
    if !is_plain(&registration.name, 100)
        || !is_plain(&registration.version, 50)
        || !is_plain(&registration.platform, 50)
    {
        return Err(Error::invalid(
            "/name",
            "A runner's name, version and platform are short plain texts.",
        ));
    }
    let runner = Runner {
        id: ctx.new_id()?,
        pool_id: pool,
        name: registration.name,
        program_version: registration.version,
        platform: registration.platform,
        sandbox: match registration.sandbox {
            SandboxLevel::None => "none",
            SandboxLevel::Partial => "partial",
            SandboxLevel::Full => "full",
        }
        .to_owned(),
        slots: i64::from(registration.slots.clamp(1, 1_000)),
        running: 0,
        last_seen_at: ctx.now(),
        exited_at: None,
    };
    let tx = ctx.begin().await?;
    pools::insert_runner(&tx, &runner).await?;
    tx.commit().await?;
    tracing::info!(runner.id = %runner.id, runner.name = %runner.name, sandbox = %runner.sandbox, "runner registered");
    Ok(Registered {
        runner_id: runner.id,
        lease_ms: lease(ctx).as_millis().try_into().unwrap_or(u64::MAX),
    })
}

/// A runner says that it takes no more; its waiting claim ends at once, with what it was given before or with nothing.
/// What it has it may finish: the run tokens know no runner.
///
/// # Errors
///
/// `NotFound` for runners of other pools.
pub async fn goodbye(ctx: &Ctx, id: RunnerId) -> Result<()> {
    let runner = own_runner(ctx, id).await?;
    if runner.exited_at.is_some() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    pools::exited(&tx, runner.id, ctx.now()).await?;
    tx.wake(Topic::Queue);
    tx.commit().await
}

/// Waits for an item of the runner's pool, and gives it to the runner. None when there was nothing in the time.
///
/// # Errors
///
/// `NotFound` for runners of other pools, and for one that said goodbye.
pub async fn claim(ctx: &Ctx, id: RunnerId, request: &ClaimRequest) -> Result<Option<Claim>> {
    let runner = own_runner(ctx, id).await?;
    if runner.exited_at.is_some() {
        return Err(Error::not_found("runner", id));
    }
    // Before the first look: whatever is enqueued after it rings.
    let mut listener = ctx.wakes.listen(Topic::Queue);
    note_seen(ctx, &runner, request).await?;
    let wait = Duration::from_millis(request.wait_ms).min(LONGEST_WAIT);
    let deadline = tokio::time::Instant::now() + wait;
    // What is handed out while the server ends might not arrive.
    while !ctx.wakes.is_ending() {
        if let Some(claim) = claim_now(ctx, &runner).await? {
            return Ok(Some(claim));
        }
        if pools::has_left(ctx.db.reader(), id).await? {
            break;
        }
        let left = deadline.saturating_duration_since(tokio::time::Instant::now());
        if left.is_zero() {
            break;
        }
        listener.wait(left.min(PATIENCE)).await;
    }
    Ok(None)
}

async fn claim_now(ctx: &Ctx, runner: &Runner) -> Result<Option<Claim>> {
    let pool = [runner.pool_id.to_string()];
    // A look costs less than a transaction, and mostly there is nothing.
    let ready = queue::store::next_ready_at(ctx.db.reader(), &pool).await?;
    if ready.is_none_or(|ready| ready > ctx.now()) {
        return Ok(None);
    }
    let token = tokens::generate("r", &ctx.random)?;
    let token = token.expose_text()?;
    let Some((item, run, phase)) = take(ctx, runner, &pool, &tokens::hash(token)).await? else {
        return Ok(None);
    };
    let (log_offset, events_offset) = match item.attempt {
        1 => (0, 0),
        // What the lost runner of an attempt before left stays: its fence lets nothing more of it in.
        _ => (
            ctx.logs.flush(ctx, phase.log_id).await?,
            ctx.logs.flush(ctx, phase.events_log_id).await?,
        ),
    };
    match context::begin(ctx, &run, &phase).await {
        Ok(context) => Ok(Some(Claim {
            log_offset,
            events_offset,
            work_item_id: item.id,
            fence: item.fence,
            run_token: token.to_owned(),
            lease_until: item.lease_until.unwrap_or_else(|| ctx.now()),
            context,
        })),
        Err(error) => {
            tracing::warn!(run.id = %run.id, %error, "run could not be prepared");
            let mut tx = ctx.begin().await?;
            progress::unstartable(&mut tx, &Ctx::system(ctx.kernel()), &item, &error).await?;
            tx.commit().await?;
            Ok(None)
        }
    }
}

/// The claim itself: the lease, its token and the run's new status in one transaction.
async fn take(ctx: &Ctx, runner: &Runner, pool: &[String], token_hash: &str) -> Result<Option<(WorkItem, Run, Phase)>> {
    let mut tx = ctx.begin().await?;
    // What a runner is given after its goodbye it does not begin.
    if pools::has_left(&*tx, runner.id).await? {
        return Ok(None);
    }
    let terms = Lease {
        pools: pool,
        owner: runner.id.to_string(),
        duration: lease(ctx),
        token_hash: None,
    };
    let Some(item) = queue::claim(&tx, ctx.now(), &terms).await? else {
        return Ok(None);
    };
    let attempt = Attempt {
        token_hash: token_hash.to_owned(),
        work_item_id: item.id,
        fence: item.fence,
        runner_id: runner.id,
        claimed_at: ctx.now(),
        completion: None,
    };
    store::insert(&tx, &attempt).await?;
    let (run, phase) = progress::claimed(&mut tx, ctx, &item, runner.id, &runner.name).await?;
    tx.commit().await?;
    ctx.metrics.item_claimed(ctx.now().since(item.created_at));
    Ok(Some((item, run, phase)))
}

async fn own_runner(ctx: &Ctx, id: RunnerId) -> Result<Runner> {
    let pool = access::pool(ctx)?;
    let runner = pools::find_runner(ctx.db.reader(), id)
        .await?
        .filter(|runner| runner.pool_id == pool);
    runner.ok_or_else(|| Error::not_found("runner", id))
}

/// Written at most every few seconds: claims come one after another when there is much to do.
async fn note_seen(ctx: &Ctx, runner: &Runner, request: &ClaimRequest) -> Result<()> {
    let running = i64::try_from(request.running.len()).unwrap_or(0);
    let is_fresh = ctx.now().since(runner.last_seen_at) < lease(ctx) / 6;
    if is_fresh && running == runner.running {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    pools::seen(&tx, runner.id, running, ctx.now()).await?;
    tx.commit().await
}

pub(super) fn lease(ctx: &Ctx) -> Duration {
    Duration::from_secs(ctx.settings.runs.lease_seconds)
}
