//! What becomes of deliveries: read, fetched once for all that wait, announced.
//!
//! All deliveries that wait when the job begins are handled together, so that a burst costs one fetch: each was stored before
//! the fetch began. What they say is written in one transaction with what the fetch found, so that a job that is killed does
//! everything again or nothing. What a repository keeps from being handled waits for it: while its forge is away the job is
//! tried again, and what a person had to mend is handled again once that was done ([`revive`]).

use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use slipway_api::ids::RepositoryId;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::{Ctx, Result, Tx};

use super::announcing::Handled;
use super::model::{Delivery, DeliveryState, Webhook};
use super::plan::Plan;
use super::receiving::{body, enqueue, kind};
use super::store::{self, Outcome};
use super::{looking, poke};
use crate::repositories::fetching::{self, Along};
use crate::repositories::store as repositories;
use crate::repositories::{Repository, RepositoryStatus, trouble::Trouble};

/// The job's kind.
pub(crate) const JOB: &str = "connections.delivery";
/// How long after a push that nothing was found of its repository is looked at again.
const SOON: Duration = Duration::from_secs(5);
/// Deliveries handled together.
const BATCH: u64 = 100;
/// How long a delivery waits for its repository to be mended.
const HELD: Duration = Duration::from_secs(7 * 86_400);

/// The job.
pub(crate) fn job() -> Job {
    fn run<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
        handle(ctx, item).boxed()
    }
    Job { kind: JOB, run }
}

async fn handle(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let Ok(id) = item.subject.parse::<RepositoryId>() else {
        return Err(JobError::Fail(format!("\"{}\" is no repository", item.subject)));
    };
    let mut may_follow = true;
    loop {
        let Some(repository) = repositories::find(ctx.db.reader(), id).await? else {
            return Ok(());
        };
        let Some(webhook) = store::of_repository(ctx.db.reader(), id).await? else {
            return Ok(());
        };
        let waiting = store::waiting(ctx.db.reader(), webhook.id, BATCH).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let began = tokio::time::Instant::now();
        let plan = plan(ctx, &webhook, &waiting).await?;
        if let Err(trouble) = carry_out(ctx, &repository, &webhook, plan).await {
            if trouble.is_passing() && item.attempt < item.max_attempts {
                return Err(again(trouble));
            }
            if std::mem::take(&mut may_follow) && looking::has_moved(ctx, &repository).await {
                continue;
            }
            give_up(ctx, id, &waiting, &trouble).await?;
        }
        for delivery in &waiting {
            let waited = ctx.now().since(delivery.received_at);
            ctx.metrics.delivery_handled(waited);
        }
        tracing::debug!(
            repository.id = %id,
            deliveries = waiting.len(),
            took_ms = began.elapsed().as_millis(),
            "deliveries handled"
        );
    }
}

fn again(trouble: Trouble) -> JobError {
    match trouble.until() {
        Some(at) => JobError::Later {
            reason: trouble.sentence,
            at,
        },
        None => JobError::Retry(trouble.sentence),
    }
}

async fn plan(ctx: &Ctx, webhook: &Webhook, waiting: &[Delivery]) -> Result<Plan> {
    let kind = kind(webhook)?;
    let mut plan = Plan::default();
    for delivery in waiting {
        let body = body(ctx, delivery).await?;
        plan.read(kind, delivery, &body, ctx.now());
    }
    Ok(plan)
}

async fn carry_out(ctx: &Ctx, repository: &Repository, webhook: &Webhook, plan: Plan) -> Result<(), Trouble> {
    let handled = Handled {
        told: plan.told,
        outcomes: plan.outcomes,
        pushes: plan.pushes,
        webhook: Some(webhook.id),
    };
    if plan.is_fetched {
        let (sender, delivery) = plan
            .pusher
            .map_or_else(Default::default, |(sender, id)| (sender, Some(id)));
        let along = Along {
            sender,
            delivery,
            handled: Some(handled),
        };
        let updates = fetching::synchronize_with(ctx, repository.id, &plan.refs, &along).await?;
        if delivery.is_some() && updates.is_empty() {
            look_soon(ctx, repository).await?;
        }
    } else {
        let mut tx = ctx.begin().await?;
        handled.write(&mut tx, ctx, repository, &[]).await?;
        tx.commit().await?;
    }
    if plan.is_moved {
        let mut tx = ctx.begin().await?;
        poke(&mut tx, ctx, repository.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// A forge may tell of a push before all of its own servers have it: then nothing was found, and soon there is something.
async fn look_soon(ctx: &Ctx, repository: &Repository) -> Result<()> {
    let tx = ctx.begin().await?;
    repositories::look_by(&tx, repository.id, ctx.now().after(SOON)).await?;
    tx.commit().await
}

/// Says on the deliveries why they are not handled.
async fn give_up(ctx: &Ctx, id: RepositoryId, waiting: &[Delivery], trouble: &Trouble) -> Result<(), JobError> {
    let tx = ctx.begin().await?;
    let now = repositories::find(&*tx, id).await?;
    if now.is_some_and(|repository| repository.status == RepositoryStatus::Ok) {
        // It was mended at this moment: nobody would come back for these.
        return Err(JobError::Retry(trouble.sentence.clone()));
    }
    for delivery in waiting {
        let outcome = Outcome {
            id: delivery.id,
            event: delivery.event.clone(),
            state: DeliveryState::Failed,
            note: Some(format!(
                "{} It is handled again by itself once the repository can be read.",
                trouble.sentence
            )),
            subject: None,
            held_until: Some(delivery.received_at.after(HELD)),
        };
        store::settle(&tx, &outcome, ctx.now()).await?;
    }
    Ok(tx.commit().await?)
}

/// The repository can be read again: what failed because it could not is handled again.
pub(crate) async fn revive(tx: &mut Tx, ctx: &Ctx, repository: &Repository) -> Result<()> {
    match store::revive(tx, repository.id, ctx.now()).await? {
        Some(delivery) => enqueue(tx, ctx, &delivery).await,
        None => Ok(()),
    }
}
