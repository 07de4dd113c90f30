//! What runs tell of themselves: noted at their executors, and applied where an executor applies by itself.

use futures::FutureExt;
use serde_json::{Map, json};
use slipway_api::Code;
use slipway_api::ids::RunId;
use slipway_api::runs::RunStatus;
use slipway_identity::users;
use slipway_infra::managed;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::{Ctx, Error, Result};

use super::deciding::{self, Meant};
use super::runs::needed;
use super::{store, writing};

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "catalog.executors",
    object_kinds: &["run"],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    let Ok(run) = event.object_id.parse::<RunId>() else {
        return Ok(());
    };
    let Some(started) = store::find_run(ctx.db.reader(), run).await? else {
        return Ok(());
    };
    let Some(executor) = store::find(ctx.db.reader(), started.executor_id).await? else {
        return Ok(());
    };
    let run = match managed::runs::get(ctx, run).await {
        // The executor went with it.
        Err(error) if error.code() == Code::NotFound => return Ok(()),
        found => found?,
    };
    let meant = Meant { executor, started, run };
    note(ctx, &meant).await?;
    match meant.run.status == RunStatus::Planned && meant.started.auto_apply {
        true => go_on(ctx, meant).await,
        false => Ok(()),
    }
}

async fn note(ctx: &Ctx, meant: &Meant) -> Result<()> {
    let mut tx = ctx.begin().await?;
    if !writing::note(&tx, &meant.executor, &meant.run).await? {
        return Ok(());
    }
    if meant.run.status.is_final() {
        let mut changes = Map::new();
        changes.insert("status".to_owned(), json!(meant.run.status.as_str()));
        changes.insert("reason".to_owned(), json!(meant.run.error_message));
        let of = (&meant.executor, &meant.started);
        writing::record_run(&mut tx, ctx, of, "executor.run-ended", changes).await?;
    }
    tx.commit().await
}

/// Applies a plan without asking. Where rules want approvals, or where the rights of whoever started it are gone, it waits for
/// somebody.
async fn go_on(ctx: &Ctx, meant: Meant) -> Result<()> {
    let Some(person) = entitled(ctx, &meant).await? else {
        return Ok(());
    };
    match deciding::apply(&person, meant, "").await {
        Err(error) if is_for_people(&error) => Ok(()),
        other => other.map(drop),
    }
}

/// Whoever started the run, if he still may do what it does; the server itself for what no user started.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn entitled(ctx: &Ctx, meant: &Meant) -> Result<Option<Ctx>> {
    let Some(user) = meant.run.created_by else {
        return Ok(Some(Ctx::system(ctx.kernel())));
    };
    let Some(person) = users::service::acting(ctx, user).await? else {
        return Ok(None);
    };
    for permission in needed(meant.started.operation) {
        match person.authorize(*permission, &meant.executor.target()).await {
            Err(error) if is_for_people(&error) => return Ok(None),
            may => may?,
        }
    }
    Ok(Some(person))
}

/// Trying again changes nothing: somebody decides.
fn is_for_people(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Conflict | Code::Forbidden | Code::NotFound | Code::Unauthenticated | Code::PreconditionFailed
    )
}
