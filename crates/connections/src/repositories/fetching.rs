//! Fetching a repository once for all who ask, and announcing what changed.
//!
//! What must stay true: the table of refs is what was announced. A fetch changes the mirror first and the table with its
//! events in one transaction afterwards, so that a process that dies in between leaves a difference that the next one
//! announces. What a fetch found is written only if the table is as it was when the fetch began: two replicas that fetch at
//! once cannot write the older state over the newer, and need no lock for that; within a process a repository is fetched by
//! one at a time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slipway_api::ids::{DeliveryId, RepositoryId};
use slipway_git::{GitError, Mirror, Refspec};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Result, Tx, directory};
use tracing::Instrument;

use super::model::{RefUpdate, Repository};
use super::service::KIND;
use super::trouble::Trouble;
use super::{changes, opening, service, store};
use crate::forges::model::Person;
use crate::webhooks;
use crate::webhooks::announcing::Handled;

/// How often a fetch is begun anew because another replica wrote meanwhile.
const TRIES: u32 = 4;
/// Updates that are looked at one by one; of more, forced moves are not told from others and count as forced.
const MOST_LOOKED_AT: usize = 64;

/// How long a server is left alone that says by `git` that it was asked too often: for how long, `git` does not tell.
const PATIENCE: Duration = Duration::from_secs(60);

/// Fetches of this server.
#[derive(Default)]
struct Turns(Mutex<BTreeMap<RepositoryId, Arc<Turn>>>);

/// Who fetches one mirror now, and what came of the last fetch.
#[derive(Default)]
struct Turn {
    /// Grows when a fetch begins.
    begun: AtomicU64,
    last: tokio::sync::Mutex<Last>,
}

/// What came of the last fetch.
#[derive(Default)]
struct Last {
    /// Which it was.
    begun: u64,
    /// The refs that were wanted beside branches and tags.
    refs: BTreeSet<String>,
    outcome: Option<Result<Vec<RefUpdate>, Trouble>>,
    /// The version of the table of refs that the mirror agrees with; none when that is not known.
    in_step: Option<i64>,
}

/// What is written together with what a fetch found.
#[derive(Default)]
pub(crate) struct Along {
    /// Who moved the refs, as far as a delivery says.
    pub sender: Person,
    /// The delivery that told of it.
    pub delivery: Option<DeliveryId>,
    /// What else is to be written.
    pub handled: Option<Handled>,
}

fn turn(ctx: &Ctx, id: RepositoryId) -> Arc<Turn> {
    let all = ctx.kept.get::<Turns>();
    let mut turns = all.0.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(turns.entry(id).or_default())
}

/// Forgets what is known of a mirror that is being removed.
pub(super) fn forget(ctx: &Ctx, id: RepositoryId) {
    let all = ctx.kept.get::<Turns>();
    all.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&id);
}

/// Fetches, unless a fetch that began after this was called ended well or badly meanwhile: that one counts.
pub(crate) async fn synchronize(
    ctx: &Ctx,
    id: RepositoryId,
    refs: &BTreeSet<String>,
) -> Result<Vec<RefUpdate>, Trouble> {
    let turn = turn(ctx, id);
    let asked = turn.begun.load(Ordering::SeqCst);
    let mut last = turn.last.lock().await;
    if let Some(outcome) = &last.outcome
        && last.begun > asked
        && refs.is_subset(&last.refs)
    {
        return outcome.clone();
    }
    fetch(ctx, id, refs, &Along::default(), (&turn, &mut last)).await
}

/// Fetches and writes something in the same transaction.
pub(crate) async fn synchronize_with(
    ctx: &Ctx,
    id: RepositoryId,
    refs: &BTreeSet<String>,
    along: &Along,
) -> Result<Vec<RefUpdate>, Trouble> {
    let turn = turn(ctx, id);
    let mut last = turn.last.lock().await;
    fetch(ctx, id, refs, along, (&turn, &mut last)).await
}

async fn fetch(
    ctx: &Ctx,
    id: RepositoryId,
    refs: &BTreeSet<String>,
    along: &Along,
    (turn, last): (&Turn, &mut Last),
) -> Result<Vec<RefUpdate>, Trouble> {
    if let Some(Err(trouble)) = &last.outcome
        && trouble.until().is_some_and(|until| until > ctx.now())
    {
        return Err(trouble.clone());
    }
    let begun = turn.begun.fetch_add(1, Ordering::SeqCst) + 1;
    // Whoever drops this in the middle leaves a mirror of which nothing is known.
    let known = last.in_step.take();
    last.outcome = None;
    let found = attempt(ctx, id, refs, along, known).await;
    last.begun = begun;
    last.refs.clone_from(refs);
    let outcome = match found {
        Ok((updates, version)) => {
            last.in_step = Some(version);
            Ok(updates)
        }
        Err(trouble) => {
            ctx.metrics.repository_fetched("failed");
            let trouble = trouble.until_at_least(ctx.now().after(PATIENCE));
            note(ctx, id, &trouble).await?;
            Err(trouble)
        }
    };
    last.outcome = Some(outcome.clone());
    outcome
}

async fn attempt(
    ctx: &Ctx,
    id: RepositoryId,
    refs: &BTreeSet<String>,
    along: &Along,
    mut known: Option<i64>,
) -> Result<(Vec<RefUpdate>, i64), Trouble> {
    let mut wanted = Refspec::heads_and_tags();
    // What no ref can be called is not there either.
    wanted.extend(refs.iter().filter_map(|name| name.parse().ok()));
    for _ in 0..TRIES {
        let mut seen = service::get(ctx, id).await?;
        if seen.status == super::RepositoryStatus::Gone {
            // Whatever is by its name now may be another one.
            seen = webhooks::looking::the_same(ctx, &seen).await?;
        }
        let remote = opening::remote(ctx, &seen)
            .instrument(tracing::debug_span!("open repository", repository.id = %id))
            .await?;
        let mirror = opening::mirror(ctx, id)?;
        let began = tokio::time::Instant::now();
        let fetching = async {
            match mirror.fetch(&remote, &wanted).await {
                // A pull request's ref may be gone by now; the repository is not.
                Err(GitError::Missing(_)) if !refs.is_empty() => {
                    mirror.fetch(&remote, &Refspec::heads_and_tags()).await
                }
                fetched => fetched,
            }
        };
        let span = tracing::debug_span!("fetch repository", repository.id = %id);
        let fetched = fetching.instrument(span).await?;
        ctx.metrics.fetch_took(began.elapsed());
        let told = changes::of_fetch(&fetched.updates);
        let is_in_step = known == Some(seen.refs_version) && is_next(ctx, id, &told).await?;
        let updates = if is_in_step {
            told
        } else {
            compare(ctx, &seen, &mirror).await?
        };
        if seen.default_branch.is_none() && !updates.is_empty() {
            // It was empty until now; whoever hears of the push has to know which branch counts.
            let there = mirror.remote_refs(&remote).await?;
            seen = webhooks::looking::note_default_branch(ctx, &seen, there.default_branch).await?;
        }
        let span = tracing::debug_span!("announce refs", repository.id = %id, updates = updates.len());
        if announce(ctx, &seen, &updates, along).instrument(span).await? {
            ctx.metrics
                .repository_fetched(if updates.is_empty() { "unchanged" } else { "changed" });
            return Ok((updates.clone(), seen.refs_version + i64::from(!updates.is_empty())));
        }
        known = None;
    }
    Err(Trouble::away(
        "the repository is being fetched by several servers at once; try again",
    ))
}

/// Whether what a fetch changed goes on from what was announced: a mirror that was lost or made anew does not.
async fn is_next(ctx: &Ctx, id: RepositoryId, told: &[RefUpdate]) -> Result<bool> {
    if told.len() > MOST_LOOKED_AT {
        return Ok(false);
    }
    let names = told.iter().map(|update| update.name.as_str());
    let announced = store::announced_of(ctx.db.reader(), id, names).await?;
    Ok(told
        .iter()
        .all(|update| announced.get(&update.name) == update.before.as_ref()))
}

/// What the mirror has otherwise than it was announced.
async fn compare(ctx: &Ctx, seen: &Repository, mirror: &Mirror) -> Result<Vec<RefUpdate>, Trouble> {
    let announced = store::announced(ctx.db.reader(), seen.id).await?;
    let mut updates = changes::between(&announced, &mirror.refs().await?);
    for (place, update) in updates.iter_mut().enumerate() {
        let (Some(before), Some(after)) = (&update.before, &update.after) else {
            continue;
        };
        update.is_forced = match (before.parse(), after.parse()) {
            _ if update.name.starts_with("refs/tags/") || place >= MOST_LOOKED_AT => true,
            (Ok(before), Ok(after)) => !mirror.is_ancestor(&before, &after).await?,
            _ => true,
        };
    }
    Ok(updates)
}

/// Writes and tells what changed; false when the table is not as it was seen any more.
async fn announce(ctx: &Ctx, seen: &Repository, updates: &[RefUpdate], along: &Along) -> Result<bool> {
    let mut tx = ctx.begin().await?;
    if !store::announce(&tx, seen, updates, ctx.now()).await? {
        return Ok(false);
    }
    if seen.status != super::RepositoryStatus::Ok {
        directory::store::set_status(&tx, &seen.id.to_string(), super::RepositoryStatus::Ok.as_str()).await?;
        webhooks::revive(&mut tx, ctx, seen).await?;
    }
    let delivery = along.delivery.map(|delivery| delivery.to_string());
    for changes in changes::told(updates, &along.sender, delivery) {
        record(&mut tx, ctx, seen, "repository.pushed", changes).await?;
    }
    if let Some(handled) = &along.handled {
        handled.write(&mut tx, ctx, seen, updates).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Notes that a repository cannot be read, once. What a person must mend is looked into at once: it may have been renamed, and
/// its integration has to know of refused credentials.
async fn note(ctx: &Ctx, id: RepositoryId, trouble: &Trouble) -> Result<()> {
    let seen = service::get(ctx, id).await?;
    service::set_trouble(ctx, &seen, trouble).await?;
    if seen.status == trouble.status || trouble.is_passing() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    webhooks::poke(&mut tx, ctx, id).await?;
    tx.commit().await
}

pub(crate) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    repository: &Repository,
    action: &'static str,
    changes: serde_json::Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(repository.organization_id),
        project: None,
        object_kind: KIND,
        object_id: repository.id.to_string(),
        object_name: repository.full_name.clone(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
