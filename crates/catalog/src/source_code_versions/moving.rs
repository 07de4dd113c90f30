//! Refs that move away from versions made of them: noted, told, and never followed by themselves.

use std::collections::BTreeSet;

use futures::FutureExt;
use serde_json::{Value, json};
use slipway_api::ids::RepositoryId;
use slipway_api::source_code_versions::RefKind;
use slipway_connections::repositories;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::{NewItem, enqueue};
use slipway_kernel::{Ctx, Error, Result};

use super::model::SourceCodeVersion;
use super::snapshots::resolved;
use super::{store, writing};
use crate::jobs::REFS_MOVED;
use crate::source_codes::store as source_codes;

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "catalog.refs",
    object_kinds: &["repository"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    if event.action != "repository.pushed" {
        return Ok(());
    }
    let Ok(repository) = event.object_id.parse::<RepositoryId>() else {
        return Ok(());
    };
    if source_codes::of_repository(ctx.db.reader(), repository)
        .await?
        .is_empty()
    {
        return Ok(());
    }
    let item = NewItem {
        organization: event.organization_id,
        ..NewItem::job(REFS_MOVED, &event.object_id, json!({"refs": refs(&event.changes)}))
    };
    let mut tx = ctx.begin().await?;
    enqueue(&mut tx, ctx, item).await?;
    tx.commit().await
}

/// The whole names of the refs that a push told of.
fn refs(changes: &Value) -> Vec<&str> {
    let updates = changes.get("updates").and_then(Value::as_array).into_iter().flatten();
    updates.filter_map(|update| update.get("ref")?.as_str()).collect()
}

/// Looks where these refs are now, and notes it at the versions made of them.
///
/// # Errors
///
/// Those of Git and of the database; what is away is tried again.
pub(crate) async fn look(ctx: &Ctx, repository: RepositoryId, refs: &BTreeSet<String>) -> Result<()> {
    let mut concerned = Vec::new();
    for source_code in source_codes::of_repository(ctx.db.reader(), repository).await? {
        let versions = store::of_source_code(ctx.db.reader(), source_code.id).await?;
        concerned.extend(versions.into_iter().filter(|version| is_of(version, refs)));
    }
    if concerned.is_empty() {
        return Ok(());
    }
    let repository = match repositories::service::get(ctx, repository).await {
        Err(error) if error.code() == slipway_api::Code::NotFound => return Ok(()),
        found => found?,
    };
    let mirror = repositories::service::mirror(ctx, &repository).await?;
    for version in concerned {
        let now = resolved(&mirror, (version.ref_kind, &version.ref_name)).await?;
        note(ctx, &version, now.as_ref().map(slipway_git::ObjectId::as_str)).await?;
    }
    Ok(())
}

fn is_of(version: &SourceCodeVersion, refs: &BTreeSet<String>) -> bool {
    match version.ref_kind {
        RefKind::Tag => refs.contains(&format!("refs/tags/{}", version.ref_name)),
        RefKind::Branch => refs.contains(&format!("refs/heads/{}", version.ref_name)),
        RefKind::Commit => false,
    }
}

/// Notes where the ref of a version is now; none for a ref that is gone.
async fn note(ctx: &Ctx, version: &SourceCodeVersion, now: Option<&str>) -> Result<()> {
    let moved = match now {
        Some(now) if now == version.commit_sha => None,
        Some(now) => Some(now),
        None => Some(""),
    };
    if version.moved.as_deref() == moved {
        return Ok(());
    }
    let mut tx = ctx.begin().await?;
    if !store::set_moved(&tx, version.id, &version.commit_sha, moved).await? {
        return Ok(());
    }
    let changes = json!({"ref": version.ref_name, "commit": version.commit_sha, "now": now});
    writing::record(&mut tx, ctx, version, "source-code-version.moved", changes).await?;
    tx.commit().await
}

/// The repository and the refs of a job.
///
/// # Errors
///
/// `Internal`: what is enqueued was written here.
pub(crate) fn read(subject: &str, payload: &Value) -> Result<(RepositoryId, BTreeSet<String>)> {
    let repository = subject.parse().map_err(Error::internal)?;
    let refs = payload.get("refs").cloned().unwrap_or_default();
    Ok((repository, serde_json::from_value(refs).map_err(Error::internal)?))
}
