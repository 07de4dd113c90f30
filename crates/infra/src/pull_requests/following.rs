//! Following the branch that pull requests go to: when it moves on, merging may change something else.

use std::collections::BTreeMap;

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{RepositoryId, WorkspaceId};
use slipway_connections::repositories::of_git;
use slipway_connections::repositories::{self, Repository};
use slipway_git::{Merge, Mirror, ObjectId};
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Result};

use super::model::PullRequest;
use super::planning::{self, Cause, Wish, merge};
use super::store;
use crate::commits::concern::{Concern, Happening, Place, concerned};
use crate::jobs::{BASE_MOVED, REPOSITORY_EVENT};
use crate::people::Known;
use crate::sources::store as sources;

/// Requests to one branch that are followed; of more, the newest.
pub(crate) const MOST: u64 = 100;
/// How long to wait for more pushes to a branch.
const GATHERING: std::time::Duration = std::time::Duration::from_secs(5);

/// A branch moved on: requests that go to it are looked at again, soon, and once for all pushes until then.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn branch_moved(ctx: &Ctx, repository: &Repository, branch: &str) -> Result<()> {
    if store::open_to(ctx.db.reader(), repository.id, branch, 1)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let payload = json!({"action": BASE_MOVED, "position": 0, "changes": branch});
    let item = NewItem {
        organization: Some(repository.organization_id),
        run_after: Some(ctx.now().after(GATHERING)),
        ..NewItem::job(REPOSITORY_EVENT, repository.id, payload)
    };
    let mut tx = ctx.begin().await?;
    enqueue(&mut tx, ctx, item).await?;
    tx.commit().await
}

/// The job: plans again what the branch's move changes. Whoever comes later finds nothing to do.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn base_moved(ctx: &Ctx, id: RepositoryId, branch: &str) -> Result<()> {
    let repository = match repositories::service::get(ctx, id).await {
        Ok(repository) => repository,
        Err(error) if error.code() == Code::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let mut trouble = None;
    for request in store::open_to(ctx.db.reader(), id, branch, MOST).await? {
        let number = request.number;
        if let Err(error) = follow(ctx, &repository, request).await {
            tracing::warn!(repository.id = %id, number, %error, "a pull request does not follow its branch yet");
            trouble = Some(error);
        }
    }
    trouble.map_or(Ok(()), Err)
}

async fn follow(ctx: &Ctx, repository: &Repository, request: PullRequest) -> Result<()> {
    let is_planned = request.planned_commit.as_deref() == Some(request.head_commit.as_str());
    if !is_planned || !request.is_allowed() {
        return Ok(());
    }
    let merged = merge(ctx, repository, &request).await?;
    let is_known = request.base_commit.as_deref() == Some(merged.base.as_str());
    if is_known
        || merged
            .mirror
            .is_ancestor(&merged.head, &merged.base)
            .await
            .map_err(of_git)?
    {
        // What is merged already is said by an event of its own.
        return Ok(());
    }
    let nobody = Known::default();
    let wish = |only| Wish {
        person: &nobody,
        cause: Cause::Base,
        only,
    };
    let (Merge::Clean(result), Some(before)) = (&merged.outcome, &request.merge_commit) else {
        // It contradicts the branch now, or did so far.
        return planning::plan(ctx, repository, request, &wish(&[])).await.map(drop);
    };
    let happening = Happening::PullRequest {
        base: &request.base_branch,
        head: &request.head_branch,
    };
    let touched = touched(ctx, repository, &merged.mirror, (before, result), happening).await?;
    let Some(touched) = touched else {
        return planning::plan(ctx, repository, request, &wish(&[])).await.map(drop);
    };
    if touched.is_empty() {
        let followed = PullRequest {
            base_commit: Some(merged.base.to_string()),
            merge_commit: Some(result.to_string()),
            ..request
        };
        let tx = ctx.begin().await?;
        store::set_planned(&tx, &followed).await?;
        return tx.commit().await;
    }
    let names: Vec<String> = touched.into_values().collect();
    planning::plan(ctx, repository, request, &wish(&names)).await.map(drop)
}

/// The workspaces, by name, that what is different in another merge result concerns; none when the earlier one is not known
/// any more.
///
/// # Errors
///
/// Those of Git and of the database.
pub(super) async fn touched(
    ctx: &Ctx,
    repository: &Repository,
    mirror: &Mirror,
    (before, after): (&str, &ObjectId),
    happening: Happening<'_>,
) -> Result<Option<BTreeMap<WorkspaceId, String>>> {
    let Some(before) = mirror.resolve(before).await.map_err(of_git)? else {
        return Ok(None);
    };
    let place = Place {
        repository,
        mirror,
        before: Some(&before),
        after,
    };
    let all = sources::of_repository(ctx.db.reader(), repository.id).await?;
    let concerns = concerned(ctx, &place, happening, all).await?;
    let name = |concern: Concern| (concern.workspace.id, concern.workspace.name.to_string());
    Ok(Some(concerns.into_iter().map(name).collect()))
}
