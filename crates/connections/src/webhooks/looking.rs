//! Looking at a repository without being told: where it is, its hook, its refs and pull requests.
//!
//! One look finds everything that a delivery could have said: a hook that was removed, a delivery that was lost, a repository
//! that was renamed. Where a hook works, a look comes once an hour; where none can be, as often as its integration says.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use serde_json::json;
use slipway_api::ids::{IntegrationId, RepositoryId};
use slipway_kernel::queue::jobs::{Job, JobError};
use slipway_kernel::queue::{NewItem, WorkItem, enqueue, leases};
use slipway_kernel::{Ctx, Error, Result, directory};

use super::handling::{Handled, Told, noted};
use super::model::{HookState, Webhook};
use super::{hooks, store};
use crate::forges::model::{ForgeRepository, PullRequest};
use crate::forges::{Forge, ForgeError};
use crate::repositories::fetching::{self, Along, record};
use crate::repositories::trouble::Trouble;
use crate::repositories::{Repository, RepositoryStatus, changes, opening, service};

/// The job's kind.
pub(crate) const JOB: &str = "connections.look";
/// How often a repository is looked at whose hook works.
const WITH_HOOK: Duration = Duration::from_secs(3_600);
/// The same without a hook, where the integration says nothing.
const WITHOUT_HOOK: Duration = Duration::from_secs(300);
/// The same while nothing comes from it, and while a person must mend something.
const AT_REST: Duration = Duration::from_secs(6 * 3_600);
const REFUSED: Duration = Duration::from_secs(900);
/// How long a repository is kept that nothing comes from.
const UNUSED: Duration = Duration::from_secs(7 * 86_400);
/// When a look is begun, the next one is this far off, until the look itself says better.
const GRACE: Duration = Duration::from_secs(900);
/// How often it is asked where the repository is and how its hook stands.
const THOROUGH: Duration = Duration::from_secs(3_300);
/// Repositories whose looks are begun in one go.
const BATCH: u64 = 100;
/// How often to look which repositories are due.
const PERIOD: Duration = Duration::from_secs(1);
/// How long a replica that fell silent keeps others from beginning looks.
const LEASE: Duration = Duration::from_secs(10);
/// Pull requests of which a look asks what became of them.
const MOST_ASKED: usize = 50;
/// A list of open pull requests this long is not all of them.
const MOST_LISTED: usize = 500;

/// Begins the looks that are due, for as long as the process lives. Whoever does not hold the lease stands by.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, holder: &str) -> Result<()> {
    loop {
        if leases::hold(ctx, "repositories", holder, LEASE).await? {
            while begin_due(ctx).await? == BATCH {}
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Begins the looks that are due now, and says how many.
///
/// # Errors
///
/// Those of the database.
pub async fn begin_due(ctx: &Ctx) -> Result<u64> {
    let mut begun = 0;
    for repository in crate::repositories::store::due(ctx.db.reader(), ctx.now(), BATCH).await? {
        let mut tx = ctx.begin().await?;
        let until = ctx.now().after(GRACE);
        if crate::repositories::store::look_again(&tx, &repository, until).await? {
            let item = NewItem {
                organization: Some(repository.organization_id),
                ..NewItem::job(JOB, repository.id, json!({}))
            };
            enqueue(&mut tx, ctx, item).await?;
            tx.commit().await?;
            begun += 1;
        }
    }
    Ok(begun)
}

/// Has the repositories of an integration looked at: it was changed.
///
/// # Errors
///
/// Those of the database.
pub async fn poke_all(ctx: &Ctx, integration: IntegrationId) -> Result<()> {
    for repository in crate::repositories::store::of_integration(ctx.db.reader(), integration).await? {
        let mut tx = ctx.begin().await?;
        super::poke(&mut tx, ctx, repository.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The job.
pub(crate) fn job() -> Job {
    fn run<'a>(ctx: &'a Ctx, item: &'a WorkItem) -> BoxFuture<'a, Result<(), JobError>> {
        look(ctx, item).boxed()
    }
    Job { kind: JOB, run }
}

async fn look(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let Ok(id) = item.subject.parse::<RepositoryId>() else {
        return Err(JobError::Fail(format!("\"{}\" is no repository", item.subject)));
    };
    let Some(repository) = crate::repositories::store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let is_thorough = item.payload.get("is-thorough").is_some_and(|value| value == true);
    let pause = match at(ctx, &repository, is_thorough).await {
        Ok(pause) => pause,
        Err(trouble) => {
            let seen = service::get(ctx, id).await?;
            service::set_trouble(ctx, &seen, &trouble).await?;
            match trouble.status {
                RepositoryStatus::Ok | RepositoryStatus::Unreachable => interval(ctx, &repository).await?,
                RepositoryStatus::Refused => REFUSED,
                RepositoryStatus::Gone => WITH_HOOK,
            }
        }
    };
    let tx = ctx.begin().await?;
    crate::repositories::store::look_at(&tx, id, ctx.now().after(spread(ctx, pause)?)).await?;
    tx.commit().await?;
    Ok(())
}

/// Up to a tenth longer, so that what was connected together is not looked at together for ever.
fn spread(ctx: &Ctx, pause: Duration) -> Result<Duration> {
    let most = u64::try_from(pause.as_millis() / 10).unwrap_or(0).max(1);
    Ok(pause + Duration::from_millis(ctx.random.number()? % most))
}

async fn interval(ctx: &Ctx, repository: &Repository) -> Result<Duration> {
    let integration = opening::integration(ctx, repository).await.ok().flatten();
    let seconds = integration.and_then(|integration| integration.poll_seconds);
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    Ok(seconds.map_or(WITHOUT_HOOK, Duration::from_secs))
}

/// Looks, and says when to look again.
async fn at(ctx: &Ctx, repository: &Repository, is_thorough: bool) -> Result<Duration, Trouble> {
    if !service::is_used(ctx, repository.id).await? {
        return rest(ctx, repository).await;
    }
    let forge = opening::forge(ctx, repository).await?;
    let forge = forge.as_deref();
    let webhook = store::of_repository(ctx.db.reader(), repository.id).await?;
    let is_thorough = is_thorough || repository.status != RepositoryStatus::Ok || is_old(ctx, webhook.as_ref());
    let (repository, webhook) = match webhook.filter(|_| !is_thorough) {
        Some(webhook) => (repository.clone(), webhook),
        None => {
            let repository = follow(ctx, repository, forge).await?;
            let webhook = hook(ctx, &repository, forge).await?;
            (repository, webhook)
        }
    };
    compare_refs(ctx, &repository).await?;
    let has_hook = webhook.state == HookState::Set;
    if let Some(forge) = forge.filter(|forge| forge.capabilities().pull_requests)
        && (!has_hook || is_thorough)
    {
        compare_pull_requests(ctx, &repository, forge).await?;
    }
    if has_hook && webhook.error.is_none() {
        return Ok(WITH_HOOK);
    }
    Ok(interval(ctx, &repository).await?)
}

fn is_old(ctx: &Ctx, webhook: Option<&Webhook>) -> bool {
    let checked = webhook.and_then(|webhook| webhook.checked_at);
    checked.is_none_or(|checked| ctx.now().since(checked) > THOROUGH)
}

/// Nothing comes from it: it has no hook, and is forgotten in the end.
async fn rest(ctx: &Ctx, repository: &Repository) -> Result<Duration, Trouble> {
    hooks::try_unset(ctx, repository).await?;
    if ctx.now().since(repository.used_at) > UNUSED {
        service::remove(ctx, repository).await?;
    }
    Ok(AT_REST)
}

/// The repository as its forge describes it now, wherever it went.
async fn follow(ctx: &Ctx, repository: &Repository, forge: Option<&dyn Forge>) -> Result<Repository, Trouble> {
    let Some(forge) = forge.filter(|forge| forge.capabilities().repositories) else {
        return Ok(repository.clone());
    };
    let there = forge.repository(&repository.full_name).await?;
    if repository.forge_id.as_ref().is_some_and(|id| *id != there.id) {
        return Err(Trouble {
            status: RepositoryStatus::Gone,
            sentence: format!(
                "Another repository is called {} now: it is not the one that was connected. Connect it anew if it is meant.",
                repository.full_name
            ),
        });
    }
    Ok(describe(ctx, repository, there).await?)
}

async fn describe(ctx: &Ctx, repository: &Repository, there: ForgeRepository) -> Result<Repository> {
    let address: slipway_git::Address = there
        .clone_url
        .parse()
        .map_err(|error| Error::conflict(format!("Its forge says that it is cloned from elsewhere: {error}.")))?;
    let next = Repository {
        address: address.to_string(),
        address_key: address.key(),
        forge_id: Some(there.id),
        full_name: there.full_name,
        web_url: Some(there.web_url),
        default_branch: there.default_branch,
        ..repository.clone()
    };
    if next == *repository {
        return Ok(next);
    }
    let mut tx = ctx.begin().await?;
    crate::repositories::store::describe(&tx, &next).await?;
    directory::store::put(&tx, &service::object(&next)).await?;
    let action = match next.full_name == repository.full_name {
        true => "repository.updated",
        false => "repository.renamed",
    };
    let changes = json!({
        "full-name": [repository.full_name, next.full_name],
        "address": [repository.address, next.address],
        "default-branch": [repository.default_branch, next.default_branch],
    });
    record(&mut tx, ctx, &next, action, changes).await?;
    tx.commit().await?;
    Ok(next)
}

/// The hook of a repository, made what it should be.
pub(super) async fn hook(ctx: &Ctx, repository: &Repository, forge: Option<&dyn Forge>) -> Result<Webhook> {
    let kind = forge.map_or(json!("git"), |forge| json!(forge.kind()));
    let webhook = hooks::of(ctx, repository, kind.as_str().unwrap_or("git")).await?;
    match forge.filter(|forge| forge.capabilities().webhooks) {
        Some(forge) => hooks::mend(ctx, repository, forge, webhook).await,
        None => {
            let why = "Its server is no forge that takes a webhook from us; it is looked at now and then.";
            hooks::give_up(ctx, webhook, why).await
        }
    }
}

/// Fetches when the refs are not as they were announced: nobody delivered that.
async fn compare_refs(ctx: &Ctx, repository: &Repository) -> Result<(), Trouble> {
    let remote = opening::remote(ctx, repository).await?;
    let mirror = opening::mirror(ctx, repository.id)?;
    let there = mirror.remote_refs(&remote).await?;
    let announced = crate::repositories::store::announced(ctx.db.reader(), repository.id).await?;
    let missed = changes::between(&announced, &there.refs);
    if !missed.is_empty() || repository.status != RepositoryStatus::Ok {
        tracing::info!(repository.id = %repository.id, refs = missed.len(), "refs moved without a delivery");
        fetching::synchronize(ctx, repository.id, &BTreeSet::new()).await?;
    }
    if repository.forge_id.is_none() && there.default_branch != repository.default_branch {
        let tx = ctx.begin().await?;
        let next = Repository {
            default_branch: there.default_branch,
            ..repository.clone()
        };
        crate::repositories::store::describe(&tx, &next).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Announces pull requests that are not as they were announced. Those that are open at the first look are not: they were
/// there before.
async fn compare_pull_requests(ctx: &Ctx, repository: &Repository, forge: &dyn Forge) -> Result<(), Trouble> {
    let known = crate::repositories::store::pull_requests(ctx.db.reader(), repository.id).await?;
    let open = forge.open_pull_requests(&repository.full_name).await?;
    let is_all = open.len() < MOST_LISTED;
    let is_open: BTreeSet<i64> = open.iter().filter_map(|pull| i64::try_from(pull.number).ok()).collect();
    let mut changed: Vec<PullRequest> = Vec::new();
    let mut rows = Vec::new();
    for pull in open {
        let row = noted(repository.id, &pull)?;
        if known.get(&row.number) != Some(&row) {
            changed.push(pull);
            rows.push(row);
        }
    }
    let ended = known
        .values()
        .filter(|row| row.is_open && is_all && !is_open.contains(&row.number));
    for row in ended.take(MOST_ASKED) {
        let number = u64::try_from(row.number).unwrap_or(0);
        match forge.pull_request(&repository.full_name, number).await {
            Ok(pull) => changed.push(pull),
            Err(ForgeError::Missing(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if repository.pull_requests_at.is_none() {
        return note_first(ctx, repository, &rows).await.map_err(Trouble::from);
    }
    if changed.is_empty() {
        return Ok(());
    }
    let refs = changed.iter().map(|pull| pull.head_ref.clone()).collect();
    let told = changed.into_iter().map(|pull| Told::PullRequest {
        sender: pull.author.clone(),
        pull_request: Box::new(pull),
        is_again: false,
    });
    let handled = Handled {
        told: told.collect(),
        outcomes: Vec::new(),
        webhook: None,
    };
    let along = Along {
        handled: Some(handled),
        ..Along::default()
    };
    fetching::synchronize_with(ctx, repository.id, &refs, &along).await?;
    Ok(())
}

async fn note_first(
    ctx: &Ctx,
    repository: &Repository,
    rows: &[crate::repositories::model::pull_requests::Model],
) -> Result<()> {
    let tx = ctx.begin().await?;
    for row in rows {
        crate::repositories::store::note_pull_request(&tx, row).await?;
    }
    crate::repositories::store::compared_pull_requests(&tx, repository.id, ctx.now()).await?;
    tx.commit().await
}
