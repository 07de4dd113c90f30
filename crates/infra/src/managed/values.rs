//! The values of a managed run: variables that the run owns until it ended, and its workspace from then on.
//!
//! They are rows of `variables` like all others, sealed where they are sensitive. The run gets them in the place of its
//! workspace's own, so that what the manager left out is not there. A run that was applied, or that found nothing to do,
//! leaves them to its workspace in the transaction in which it ends; those of any other run go with it.

use slipway_api::ids::{OrganizationId, RunId};
use slipway_api::runs::RunStatus;
use slipway_api::variables::VariableSettings;
use slipway_kernel::{Ctx, Result, Tx};

use crate::runs::Run;
use crate::variables::{Variable, service, store as variables};

pub(super) async fn sealed(
    ctx: &Ctx,
    organization: OrganizationId,
    run: RunId,
    values: Vec<VariableSettings>,
) -> Result<Vec<Variable>> {
    let mut rows = Vec::with_capacity(values.len());
    for settings in values {
        let wanted = Variable::wanted(ctx.new_id()?, organization, run.to_string(), settings, ctx.now())?;
        rows.push(service::sealed(ctx, wanted).await?);
    }
    Ok(rows)
}

pub(super) async fn store(tx: &Tx, values: &[Variable]) -> Result<()> {
    for variable in values {
        variables::insert(tx, variable).await?;
    }
    Ok(())
}

/// The run has ended: its values become the workspace's, or go.
pub(crate) async fn settle(tx: &Tx, run: &Run) -> Result<()> {
    if !run.options.has_values {
        return Ok(());
    }
    let is_real = match run.status {
        RunStatus::Applied => true,
        RunStatus::PlannedAndFinished => !run.options.plan_only,
        _ => false,
    };
    let (of_run, of_workspace) = (run.id.to_string(), run.workspace_id.to_string());
    if is_real {
        variables::remove_of_owner(tx, &of_workspace).await?;
        return variables::give_to(tx, &of_run, &of_workspace).await;
    }
    variables::remove_of_owner(tx, &of_run).await
}

/// The workspace goes, with plans that were kept aside.
pub(crate) async fn remove_of_runs(tx: &Tx, unfinished: &[Run]) -> Result<()> {
    for run in unfinished.iter().filter(|run| run.options.has_values) {
        variables::remove_of_owner(tx, &run.id.to_string()).await?;
    }
    Ok(())
}
