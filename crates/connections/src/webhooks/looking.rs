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

use super::announcing::{Handled, Told, row};
use super::model::{HookState, Webhook};
use super::{hooks, store};
use crate::forges::model::{ForgeRepository, PullRequest};
use crate::forges::{Forge, ForgeError};
use crate::repositories::fetching::{self, Along, record};
use crate::repositories::trouble::{Cause, Trouble};
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
/// The same when it was asked too often and did not say for how long.
const LIMITED: Duration = Duration::from_secs(60);
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
/// Of pull requests that are open when a repository is first looked at, the newest so many are announced: each makes runs.
const MOST_AT_FIRST: usize = 50;
/// How far the clock of a forge may be behind ours.
const SKEW: Duration = Duration::from_secs(900);

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

/// The same for those that could not be read: what the integration shows may be accepted again.
pub(crate) async fn poke_unread(ctx: &Ctx, integration: IntegrationId) -> Result<()> {
    for repository in crate::repositories::store::of_integration(ctx.db.reader(), integration).await? {
        if repository.status != RepositoryStatus::Ok {
            let mut tx = ctx.begin().await?;
            super::poke(&mut tx, ctx, repository.id).await?;
            tx.commit().await?;
        }
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
        Ok(pause) => {
            if repository.status != RepositoryStatus::Ok {
                ask_integration(ctx, &repository, true).await?;
            }
            pause
        }
        Err(trouble) => {
            let seen = service::get(ctx, id).await?;
            service::set_trouble(ctx, &seen, &trouble).await?;
            if trouble.cause == Cause::Credentials {
                ask_integration(ctx, &repository, false).await?;
            }
            after_trouble(ctx, &repository, &trouble).await?
        }
    };
    let tx = ctx.begin().await?;
    crate::repositories::store::look_at(&tx, id, ctx.now().after(spread(ctx, pause)?)).await?;
    tx.commit().await?;
    Ok(())
}

/// How long to leave a repository alone that cannot be read.
async fn after_trouble(ctx: &Ctx, repository: &Repository, trouble: &Trouble) -> Result<Duration> {
    Ok(match trouble.status {
        RepositoryStatus::Ok | RepositoryStatus::Unreachable => {
            let told = trouble.clone().until_at_least(ctx.now().after(LIMITED)).until();
            let told = told.map_or(Duration::ZERO, |until| until.since(ctx.now()));
            interval(ctx, repository).await?.max(told)
        }
        RepositoryStatus::Refused => REFUSED,
        RepositoryStatus::Gone => WITH_HOOK,
    })
}

/// Has the integration tested whose credentials were refused, or that opens again, so that it says itself how it stands.
async fn ask_integration(ctx: &Ctx, repository: &Repository, is_well: bool) -> Result<()> {
    let Ok(Some(integration)) = opening::integration(ctx, repository).await else {
        return Ok(());
    };
    if integration.check_error.is_some() == is_well {
        crate::integrations::probes::again(ctx, &integration).await?;
    }
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
        return Err(Trouble::gone(format!(
            "another repository is called {} now: it is not the one that was connected; connect it anew if it is meant",
            repository.full_name
        )));
    }
    Ok(describe(ctx, repository, there).await?)
}

/// Whether a repository that cannot be read is elsewhere by now; it is followed there.
pub(crate) async fn has_moved(ctx: &Ctx, repository: &Repository) -> bool {
    let there = the_same(ctx, repository).await;
    there.is_ok_and(|there| there.address != repository.address)
}

/// The repository where it is now; what has its name and is another one is refused.
pub(crate) async fn the_same(ctx: &Ctx, repository: &Repository) -> Result<Repository, Trouble> {
    let forge = opening::forge(ctx, repository).await?;
    follow(ctx, repository, forge.as_deref()).await
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
        // A forge may call a repository empty for a moment after its first push.
        default_branch: there.default_branch.or_else(|| repository.default_branch.clone()),
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
    if repository.forge_id.is_none() || repository.default_branch.is_none() {
        note_default_branch(ctx, repository, there.default_branch).await?;
    }
    Ok(())
}

/// Notes the default branch of a repository as its server names it, where no forge does or where it was empty.
pub(crate) async fn note_default_branch(
    ctx: &Ctx,
    repository: &Repository,
    default_branch: Option<String>,
) -> Result<Repository> {
    let next = Repository {
        default_branch: default_branch.or_else(|| repository.default_branch.clone()),
        ..repository.clone()
    };
    if next != *repository {
        let tx = ctx.begin().await?;
        crate::repositories::store::describe(&tx, &next).await?;
        tx.commit().await?;
    }
    Ok(next)
}

/// Announces pull requests that are not as they were announced.
async fn compare_pull_requests(ctx: &Ctx, repository: &Repository, forge: &dyn Forge) -> Result<(), Trouble> {
    // Deliveries of before that come later tell nothing new.
    let told_at = Some(ctx.now().before(SKEW));
    let changed = changed_pull_requests(ctx, repository, forge).await?;
    let is_first = repository.pull_requests_at.is_none();
    let most = if is_first { MOST_AT_FIRST } else { usize::MAX };
    let refs = changed.iter().take(most).map(|pull| pull.head_ref.clone()).collect();
    let mut rest = Vec::new();
    for pull in changed.iter().skip(most) {
        rest.push(row(repository.id, pull, told_at)?);
    }
    let told: Vec<Told> = changed
        .into_iter()
        .take(most)
        .map(|pull| Told::PullRequest {
            sender: pull.author.clone(),
            pull_request: Box::new(pull),
            delivery: None,
            is_again: false,
            told_at,
        })
        .collect();
    if !told.is_empty() {
        let along = Along {
            handled: Some(Handled {
                told,
                ..Handled::default()
            }),
            ..Along::default()
        };
        fetching::synchronize_with(ctx, repository.id, &refs, &along).await?;
    }
    if is_first {
        end_first(ctx, repository, &rest).await?;
    }
    Ok(())
}

/// The pull requests that are not as they were announced, newest first.
async fn changed_pull_requests(
    ctx: &Ctx,
    repository: &Repository,
    forge: &dyn Forge,
) -> Result<Vec<PullRequest>, Trouble> {
    let known = crate::repositories::store::pull_requests(ctx.db.reader(), repository.id).await?;
    let open = forge.open_pull_requests(&repository.full_name).await?;
    let is_all = open.len() < MOST_LISTED;
    let is_open: BTreeSet<i64> = open.iter().filter_map(|pull| i64::try_from(pull.number).ok()).collect();
    let mut changed: Vec<PullRequest> = Vec::new();
    for pull in open {
        let now = row(repository.id, &pull, None)?;
        if known.get(&now.number).is_none_or(|known| known.digest != now.digest) {
            changed.push(pull);
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
    Ok(changed)
}

/// Notes those that are not announced because there were too many, and that this was the first time.
async fn end_first(
    ctx: &Ctx,
    repository: &Repository,
    rest: &[crate::repositories::model::pull_requests::Model],
) -> Result<()> {
    if !rest.is_empty() {
        tracing::info!(repository.id = %repository.id, count = rest.len(), "older open pull requests are not announced");
    }
    let tx = ctx.begin().await?;
    for row in rest {
        crate::repositories::store::note_pull_request(&tx, row).await?;
    }
    crate::repositories::store::compared_pull_requests(&tx, repository.id, ctx.now()).await?;
    tx.commit().await
}
