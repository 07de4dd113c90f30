//! Promising, and keeping it.

use slipway_connections::integrations::environment::Phase;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Model, broken};
use super::store;
use crate::integrations::service::counting;
use crate::runs::Run;
use crate::workspaces::Workspace;

/// Notes what the apply of a run is to be given, when its plan begins.
///
/// # Errors
///
/// Those of the database.
pub async fn make(ctx: &Ctx, workspace: &Workspace, run: &Run) -> Result<()> {
    if run.options.plan_only || run.options.is_untrusted {
        return Ok(());
    }
    let now: Vec<Model> = counting(ctx, workspace, Phase::Apply)
        .await?
        .into_iter()
        .map(|integration| Model {
            run_id: run.id,
            integration_id: integration.id,
            name: integration.name.to_string(),
        })
        .collect();
    // A plan that is made again, after its runner was lost, promises anew.
    if now == store::of_run(ctx.db.reader(), run.id).await? {
        return Ok(());
    }
    let tx = ctx.begin().await?;
    store::replace(&tx, run.id, now).await?;
    tx.commit().await
}

/// Refuses to apply without what was promised.
///
/// # Errors
///
/// `Conflict` with a sentence for the run.
pub async fn require(ctx: &Ctx, workspace: &Workspace, run: &Run) -> Result<()> {
    let promises = store::of_run(ctx.db.reader(), run.id).await?;
    if promises.is_empty() {
        return Ok(());
    }
    let given: Vec<_> = counting(ctx, workspace, Phase::Apply)
        .await?
        .into_iter()
        .map(|integration| integration.id)
        .collect();
    match broken(&promises, &given) {
        Some(why) => Err(Error::conflict(why)),
        None => Ok(()),
    }
}
