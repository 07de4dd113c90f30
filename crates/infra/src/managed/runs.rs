//! Runs of managed workspaces: the manager starts them with values, and says yes or no to exactly what was planned.

use slipway_api::ids::{ConfigurationVersionId, OrganizationId, RunId, WorkspaceId};
use slipway_api::runs::{NewRun, RunStatus};
use slipway_api::variables::VariableSettings;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Result, Tx};

use super::values;
use crate::phases::model::PhaseKind;
use crate::phases::store as phases;
use crate::runs::Run;
use crate::runs::model::Options;
use crate::runs::service::decide;
use crate::runs::service::start::{blank, check_addresses, place, shortened};
use crate::runs::store;
use crate::variables::Variable;
use crate::workspaces::store as workspaces;

/// What a manager's run says of its origin.
const SOURCE: &str = "catalog";
/// Runs that [`last_begun`] looks at: as many plans may have been made since.
const LOOKED_AT: u32 = 1_000;

/// A run as the manager wants it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The organization, whose key seals the values.
    pub organization: OrganizationId,
    /// What.
    pub attributes: NewRun,
    /// All variables that the workspace shall have when this was applied: they take the place of what it has now. None to
    /// run with what it has now, which are the values of the last run that was applied.
    pub values: Option<Vec<VariableSettings>>,
    /// Whether the manager reads what the plan says: see [`super::outputs::of_plan`].
    pub reads_plan: bool,
}

/// A run that can be started: checked, its values sealed.
#[derive(Debug, Clone)]
pub struct Prepared {
    id: RunId,
    options: Options,
    message: String,
    values: Vec<Variable>,
}

impl Prepared {
    /// Its id to be.
    #[must_use]
    pub const fn id(&self) -> RunId {
        self.id
    }
}

/// Checks a run, and seals its values; outside of any transaction, because sealing reads keys. It waits for the manager's
/// yes, unless `auto-apply` was said.
///
/// # Errors
///
/// `Invalid` for wishes that contradict each other and for values that cannot be any.
pub async fn prepare(ctx: &Ctx, wanted: Wanted) -> Result<Prepared> {
    let mut options = Options::from_request(&wanted.attributes, false, false)?;
    check_addresses(&options)?;
    options.has_values = wanted.values.is_some();
    options.needs_plan_json = wanted.reads_plan;
    let id = ctx.new_id()?;
    let values = wanted.values.unwrap_or_default();
    Ok(Prepared {
        id,
        options,
        message: shortened(wanted.attributes.message.as_deref().unwrap_or_default()),
        values: values::sealed(ctx, wanted.organization, id, values).await?,
    })
}

/// Starts a run: it is queued if the workspace is free, and waits for its turn otherwise.
///
/// # Errors
///
/// `AlreadyExists` for two values of one name; `NotFound` when the workspace is gone.
pub async fn start(
    tx: &mut Tx,
    ctx: &Ctx,
    prepared: Prepared,
    (workspace, configuration): (WorkspaceId, ConfigurationVersionId),
) -> Result<Run> {
    let workspace = workspaces::hold(tx, workspace).await?;
    values::store(tx, &prepared.values).await?;
    let run = Run {
        id: prepared.id,
        message: prepared.message,
        source: SOURCE.to_owned(),
        ..blank(ctx, &workspace, configuration, prepared.options)?
    };
    place(tx, ctx, run).await
}

/// The run as it is.
///
/// # Errors
///
/// `NotFound` when there is none.
pub async fn get(ctx: &Ctx, id: RunId) -> Result<Run> {
    crate::runs::store::get(ctx.db.reader(), id).await
}

/// What a run's plan found, or its apply did, in a few words: `1 to add, 0 to change, 0 to destroy`.
///
/// # Errors
///
/// `NotFound` when there is none.
pub async fn counts(ctx: &Ctx, id: RunId) -> Result<String> {
    let run = get(ctx, id).await?;
    crate::reports::service::counts(ctx, &run).await
}

/// The full address of a page of the console, as the outside reaches this server.
#[must_use]
pub fn page(ctx: &Ctx, path: &str) -> String {
    crate::http::links::absolute(ctx, path)
}

/// The run as it is in this transaction, in which nobody else changes it any more.
///
/// # Errors
///
/// `NotFound` when there is none.
pub async fn hold(tx: &Tx, id: RunId) -> Result<Run> {
    decide::fresh(tx, id).await.map(|(run, _)| run)
}

/// These runs, in no order; those that are gone are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn all(ctx: &Ctx, ids: &[RunId]) -> Result<Vec<Run>> {
    store::of_ids(ctx.db.reader(), ids).await
}

/// A page of a workspace's runs, newest first; only in one of these statuses, if there are any.
///
/// # Errors
///
/// Those of the database.
pub async fn history(
    ctx: &Ctx,
    (organization, workspace): (OrganizationId, WorkspaceId),
    statuses: Vec<RunStatus>,
    page: &Page,
) -> Result<Listed<Run>> {
    let filter = store::Filter {
        workspace: Some(workspace),
        statuses,
        ..store::Filter::of(organization)
    };
    store::list(ctx, &filter, page).await
}

/// The workspace's runs that are not done, oldest first, as they are in this transaction: nobody starts another meanwhile.
///
/// # Errors
///
/// `NotFound` when the workspace is gone.
pub async fn hold_unfinished(tx: &Tx, workspace: WorkspaceId) -> Result<Vec<Run>> {
    workspaces::hold(tx, workspace).await?;
    store::active(&**tx, workspace).await
}

/// The workspace's runs that are not done, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn unfinished(ctx: &Ctx, workspace: WorkspaceId) -> Result<Vec<Run>> {
    store::active(ctx.db.reader(), workspace).await
}

/// The newest run that began to apply, whatever came of it: what the state has was made with its files.
///
/// # Errors
///
/// Those of the database.
pub async fn last_begun(ctx: &Ctx, place: (OrganizationId, WorkspaceId)) -> Result<Option<Run>> {
    let page = Page {
        number: 1,
        size: LOOKED_AT,
        after: None,
    };
    let found = history(ctx, place, store::final_statuses(), &page).await?;
    Ok(found.rows.into_iter().find(|run| run.has_reached(RunStatus::Applying)))
}

/// Whether a run's plan destroys anything, what is replaced included.
///
/// # Errors
///
/// Those of the database.
pub async fn destroys(ctx: &Ctx, id: RunId) -> Result<bool> {
    let plan = phases::of_run(ctx.db.reader(), id, PhaseKind::Plan).await?;
    Ok(plan.report.counts.destroy > 0)
}

/// Says yes to the plan: exactly that is applied.
///
/// # Errors
///
/// `Conflict` when there is nothing to confirm.
pub async fn confirm(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    decide::confirm_in(tx, ctx, id, words).await
}

/// Says no to the plan, or takes a run back that waits for its turn.
///
/// # Errors
///
/// `Conflict` when it is past that.
pub async fn discard(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    decide::discard_in(tx, ctx, id, words).await
}

/// Asks a run to stop.
///
/// # Errors
///
/// `Conflict` when it is done or waits for a decision.
pub async fn cancel(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<Run> {
    decide::cancel_in(tx, ctx, id, words).await
}

/// Gives a run up, whatever it does just now: a plan that waits is discarded, a run that goes on is asked to stop. Nothing
/// happens to one that has ended, is gone, or was asked already.
///
/// # Errors
///
/// Those of the database.
pub async fn give_up(tx: &mut Tx, ctx: &Ctx, id: RunId, words: &str) -> Result<()> {
    let Some(run) = crate::runs::store::find(&**tx, id).await? else {
        return Ok(());
    };
    if run.status.is_final() || run.cancel_requested_at.is_some() {
        return Ok(());
    }
    if run.is_confirmable() {
        return discard(tx, ctx, id, words).await.map(|_| ());
    }
    cancel(tx, ctx, id, words).await.map(|_| ())
}
