//! What a push does: it is heard of as an event, and deployed by a job.

use futures::FutureExt;
use serde_json::json;
use slipway_api::Code;
use slipway_api::deploys::DeployKind;
use slipway_api::ids::{AppId, RepositoryId};
use slipway_connections::repositories::service as connections;
use slipway_connections::repositories::{Repository, of_git};
use slipway_git::{Commit, Mirror};
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Error, Result};

use super::model::AppRepository;
use super::service::{branch, made_of};
use super::store;
use crate::apps::{App, store as app_rows, writing};
use crate::deploys;
use crate::deploys::model::Recipe;
use crate::work::PUSH;

/// How often it is tried while a deploy of the app goes on, or the forge is away: for about a day.
const ATTEMPTS: i64 = 200;
/// Higher than other jobs: somebody waits for it.
const PRIORITY: i64 = 20;

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "apps.repositories",
    object_kinds: &["repository"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

/// Leaves the work to jobs. The event says only that something happened, so that it may come twice or late.
async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    let Ok(repository) = event.object_id.parse::<RepositoryId>() else {
        return Ok(());
    };
    if event.action != "repository.pushed" {
        return Ok(());
    }
    let following = store::following(ctx.db.reader(), repository).await?;
    if following.is_empty() {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    for of_app in following {
        let item = NewItem {
            organization: Some(of_app.organization_id),
            priority: PRIORITY,
            max_attempts: ATTEMPTS,
            ..NewItem::job(PUSH, of_app.app_id.to_string(), json!({}))
        };
        hasten_or_enqueue(&mut tx, ctx, item).await?;
    }
    tx.commit().await
}

/// Deploys what the branch of an app has now. Subject: the app.
///
/// # Errors
///
/// Of what may pass, a deploy that goes on among it: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: AppId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no app", item.subject)))?;
    deploy_newest(ctx, id).await.map_err(|error| match error.code() {
        Code::Unavailable | Code::Internal | Code::TooManyRequests | Code::Conflict => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    })
}

/// Begins to deploy the newest commit of the branch that an app follows, unless it was looked at before or changes nothing in the
/// app's folder. All in one transaction, so that who does it again finds it done.
///
/// # Errors
///
/// `Conflict` while a deploy goes on; `Unavailable` while the forge is away.
async fn deploy_newest(ctx: &Ctx, id: AppId) -> Result<()> {
    let reader = ctx.db.reader();
    let (Some(app), Some(of_app)) = (app_rows::find(reader, id).await?, store::find(reader, id).await?) else {
        return Ok(());
    };
    if !of_app.deploys_on_push || crate::apps::service::require_there(&app).is_err() {
        return Ok(());
    }
    let repository = connections::get(ctx, of_app.repository_id).await?;
    // Another server may have heard of the push and fetched it.
    connections::synchronize(ctx, &repository, &[]).await?;
    let mirror = connections::mirror(ctx, &repository).await?;
    let branch = branch(&of_app, &repository)?;
    let found = mirror.resolve(&format!("refs/heads/{branch}")).await.map_err(of_git)?;
    let Some(newest) = found else {
        let reason = format!("{} has no branch \"{branch}\" any more.", repository.full_name);
        return settle(ctx, &app, &of_app, (of_app.commit_sha.clone(), reason)).await;
    };
    if of_app.commit_sha.as_deref() == Some(newest.as_str()) {
        return Ok(());
    }
    let commit = mirror.commit(&newest).await.map_err(of_git)?;
    if !is_concerned(&mirror, &of_app, &commit).await? {
        let reason = format!("The commit {} changed nothing in {}.", newest.short(), of_app.directory);
        return settle(ctx, &app, &of_app, (Some(newest.to_string()), reason)).await;
    }
    begin(ctx, &app, &of_app, (&repository, branch, &commit)).await
}

/// Whether something in the app's folder is other than in the commit that was looked at before.
async fn is_concerned(mirror: &Mirror, of_app: &AppRepository, commit: &Commit) -> Result<bool> {
    let Some(before) = &of_app.commit_sha else {
        return Ok(true);
    };
    // After a forced push what was there before may be gone.
    let Some(before) = mirror.resolve(before).await.map_err(of_git)? else {
        return Ok(true);
    };
    let changed = mirror.changed_paths(Some(&before), &commit.id).await.map_err(of_git)?;
    Ok(of_app.is_concerned(changed.iter().map(|changed| changed.path.as_str())))
}

async fn begin(
    ctx: &Ctx,
    app: &App,
    seen: &AppRepository,
    (repository, branch, commit): (&Repository, &str, &Commit),
) -> Result<()> {
    let made_of = made_of(seen, (repository, branch, &commit.id), Recipe::default());
    let mut tx = ctx.begin().await?;
    require_same(&tx, seen).await?;
    deploys::service::begin(
        &mut tx,
        ctx,
        app.id,
        (DeployKind::Source, made_of),
        deploys::service::message_of(commit),
    )
    .await?;
    let next = AppRepository {
        commit_sha: Some(commit.id.to_string()),
        reason: String::new(),
        ..seen.clone()
    };
    store::put(&tx, &next).await?;
    tx.commit().await
}

/// Writes what a push came to that deploys nothing.
async fn settle(ctx: &Ctx, app: &App, seen: &AppRepository, (commit, reason): (Option<String>, String)) -> Result<()> {
    if (&seen.commit_sha, &seen.reason) == (&commit, &reason) {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    let held = writing::hold(&tx, app.id).await?;
    require_same(&tx, seen).await?;
    let next = AppRepository {
        commit_sha: commit,
        reason,
        ..seen.clone()
    };
    store::put(&tx, &next).await?;
    let told = json!({"commit": next.commit_sha, "reason": next.reason});
    writing::record(&mut tx, ctx, &held, "app.push-passed", told).await?;
    tx.commit().await
}

/// Refuses to go on with settings that somebody changed meanwhile: it is looked at again.
async fn require_same(tx: &slipway_kernel::Tx, seen: &AppRepository) -> Result<()> {
    match store::find(&**tx, seen.app_id).await? {
        Some(now) if now == *seen => Ok(()),
        _ => Err(Error::conflict("The repository of the app was changed at this moment.")),
    }
}
