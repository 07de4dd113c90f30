//! Starting a run.

use slipway_api::ids::{ConfigurationVersionId, WorkspaceId};
use slipway_api::runs::{NewRun, RunStatus};
use slipway_kernel::blobs::store::Owner;
use slipway_kernel::http::key_of_caller;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::{change, turn};
use crate::configuration_versions::model::ConfigurationVersion;
use crate::configuration_versions::store as configurations;
use crate::managed;
use crate::permissions::{RUN_APPLY, RUN_DESTROY, RUN_PLAN, RUN_READ};
use crate::phases::model::{Phase, PhaseKind};
use crate::phases::store as phases;
use crate::runs::model::{History, Options, Run, Step, Unaccounted};
use crate::runs::store;
use crate::sources;
use crate::workspaces::model::Workspace;
use crate::workspaces::service as workspace_service;
use crate::workspaces::store as workspaces;

/// Longest message of a run, in characters; the rest is cut.
const LONGEST_MESSAGE: usize = 1_000;

/// What somebody wants to run.
#[derive(Debug, Clone)]
pub struct NewRunRequest {
    /// Where.
    pub workspace: WorkspaceId,
    /// Which files; the workspace's newest when none.
    pub configuration: Option<ConfigurationVersionId>,
    /// What.
    pub attributes: NewRun,
    /// The `Idempotency-Key` of the request, when it has one.
    pub request_key: Option<String>,
}

/// Starts a run: it is queued at once if it only plans or if the workspace is free, and waits for its turn otherwise.
///
/// # Errors
///
/// What the caller may not do, wishes that contradict each other, and a configuration that is not there.
pub async fn start(ctx: &Ctx, request: NewRunRequest) -> Result<Run> {
    let workspace = workspace_service::get_visible(ctx, request.workspace).await?;
    let key = request.request_key.as_deref();
    let request_key = key.map(|key| key_of_caller(ctx, key)).transpose()?;
    if let Some(key) = &request_key
        && let Some(run) = store::of_request(ctx.db.reader(), key).await?
    {
        if !is_same(&run, &request) {
            return Err(Error::conflict(format!(
                "The Idempotency-Key of this request started run {} with other contents. Use a new key for a new run.",
                run.id
            )));
        }
        ctx.authorize(RUN_READ, &workspace.target()).await?;
        return Ok(run);
    }
    // Before anything is fetched for the caller.
    ctx.authorize(RUN_PLAN, &workspace.target()).await?;
    if request.attributes.plan_only != Some(true) {
        managed::require_own(ctx, &workspace).await?;
    }
    let configuration = configuration(ctx, &workspace, request.configuration).await?;
    let options = Options::from_request(&request.attributes, workspace.auto_apply, configuration.speculative)?;
    authorize(ctx, &workspace, &options).await?;
    check_addresses(&options)?;
    if options.plan.destroy && !workspace.allow_destroy_plan && !options.plan_only {
        return Err(Error::conflict(format!(
            "Workspace {} does not allow destroy runs. Its setting allow-destroy-plan permits them.",
            workspace.name
        )));
    }
    let message = request.attributes.message.unwrap_or_else(|| default_message(&options));
    let source = request.attributes.source.unwrap_or_else(|| "api".to_owned());
    if !matches!(source.as_str(), "api" | "cli" | "ui" | "tfe-api" | "tfe-ui") {
        return Err(Error::invalid(
            "/data/attributes/source",
            "The source must be \"api\", \"cli\" or \"ui\".",
        ));
    }
    let run = Run {
        message: shortened(&message),
        source,
        request_key,
        ..blank(ctx, &workspace, configuration.id, options)?
    };
    let mut tx = ctx.begin().await?;
    let run = place(&mut tx, ctx, run).await?;
    tx.commit().await?;
    Ok(run)
}

/// A run that nobody has seen yet, of the caller.
pub(crate) fn blank(
    ctx: &Ctx,
    workspace: &Workspace,
    configuration: ConfigurationVersionId,
    options: Options,
) -> Result<Run> {
    Ok(Run {
        id: ctx.new_id()?,
        organization_id: workspace.organization_id,
        workspace_id: workspace.id,
        configuration_version_id: configuration,
        status: RunStatus::Pending,
        history: History(vec![Step {
            status: RunStatus::Pending,
            at: ctx.now(),
            by: ctx.actor().name(),
        }]),
        options,
        message: String::new(),
        source: "api".to_owned(),
        created_by: ctx.user().ok(),
        request_key: None,
        has_changes: false,
        error_message: None,
        cancel_requested_at: None,
        unaccounted: Unaccounted::default(),
        created_at: ctx.now(),
        version: 1,
    })
}

/// Stores the run with its phases, and queues it if its turn has come already.
pub(crate) async fn place(tx: &mut Tx, ctx: &Ctx, run: Run) -> Result<Run> {
    let mut workspace = workspaces::hold(tx, run.workspace_id).await?;
    store::insert(tx, &run).await?;
    for kind in [PhaseKind::Plan, PhaseKind::Apply] {
        let owner = Owner::new("phase", Phase::id_of(run.id, kind));
        let log = ctx.logs.create(tx, ctx, run.organization_id, &owner).await?;
        let events = ctx.logs.create(tx, ctx, run.organization_id, &owner).await?;
        phases::insert(tx, &Phase::new(run.id, run.organization_id, kind, log, events)).await?;
    }
    change::record(tx, ctx, &workspace, &run, "run.created").await?;
    if run.holds_workspace() {
        change::note(tx, ctx, &mut workspace, &run).await?;
        turn::give(tx, ctx, &mut workspace).await?;
        return store::get(&**tx, run.id).await;
    }
    let mut run = run.queue_plan(ctx.now(), "Slipway")?;
    turn::enqueue(tx, ctx, &workspace, &run, PhaseKind::Plan).await?;
    store::update(tx, &mut run).await?;
    Ok(run)
}

/// A configuration version's files are here: starts the run that was wished with it.
///
/// # Errors
///
/// Those of [`start`].
pub async fn configuration_uploaded(ctx: &Ctx, configuration: &ConfigurationVersion) -> Result<Option<Run>> {
    if !configuration.auto_queue_runs {
        return Ok(None);
    }
    let request = NewRunRequest {
        workspace: configuration.workspace_id,
        configuration: Some(configuration.id),
        attributes: NewRun {
            message: Some("Configuration uploaded".to_owned()),
            ..NewRun::default()
        },
        request_key: Some(format!("configuration-{}", configuration.id)),
    };
    start(ctx, request).await.map(Some)
}

pub(super) async fn configuration(
    ctx: &Ctx,
    workspace: &Workspace,
    wanted: Option<ConfigurationVersionId>,
) -> Result<ConfigurationVersion> {
    let pointer = "/data/relationships/configuration-version";
    let found = match wanted {
        Some(id) => configurations::find(ctx.db.reader(), id)
            .await?
            .filter(|found| found.workspace_id == workspace.id),
        None => match sources::service::newest(ctx, workspace).await? {
            Some(newest) => Some(newest),
            None if workspace.managed_by.is_some() => last_applied(ctx, workspace).await?,
            None => configurations::latest_uploaded(ctx.db.reader(), workspace.id).await?,
        },
    };
    let found = found.ok_or_else(|| match wanted {
        Some(id) => Error::not_found("configuration version", id).at_field(pointer),
        None if workspace.managed_by.is_some() => Error::conflict(format!(
            "Nothing was applied in workspace {} yet, so that there is nothing to plan.",
            workspace.name
        )),
        None => Error::invalid(
            pointer,
            format!(
                "Workspace {} has no configuration yet. Upload one, or run `slipway plan` in its directory.",
                workspace.name
            ),
        ),
    })?;
    if !found.is_usable() {
        return Err(Error::invalid(
            pointer,
            match &found.error_message {
                Some(reason) => format!("Configuration version {} cannot be run: {reason}", found.id),
                None => format!(
                    "Configuration version {} cannot be run: its files are not here. Upload them first.",
                    found.id
                ),
            },
        ));
    }
    Ok(found)
}

/// What a managed workspace really has: the newest configuration may be one that its manager only thinks about.
async fn last_applied(ctx: &Ctx, workspace: &Workspace) -> Result<Option<ConfigurationVersion>> {
    match store::last_applied(ctx.db.reader(), workspace.id).await? {
        Some(run) => configurations::find(ctx.db.reader(), run.configuration_version_id).await,
        None => Ok(None),
    }
}

/// Whether a request that carries the key of an earlier one asks for the run that the earlier one started.
fn is_same(run: &Run, request: &NewRunRequest) -> bool {
    let wanted = &request.attributes;
    // What the request leaves out was decided by the workspace and the configuration of that time.
    let options = Options::from_request(wanted, run.options.auto_apply, run.options.plan_only);
    run.workspace_id == request.workspace
        && request
            .configuration
            .is_none_or(|id| id == run.configuration_version_id)
        && wanted
            .message
            .as_deref()
            .is_none_or(|text| shortened(text) == run.message)
        && options.is_ok_and(|options| options == run.options)
}

pub(crate) fn shortened(message: &str) -> String {
    message.chars().take(LONGEST_MESSAGE).collect()
}

async fn authorize(ctx: &Ctx, workspace: &Workspace, options: &Options) -> Result<()> {
    let target = workspace.target();
    ctx.authorize(RUN_PLAN, &target).await?;
    if !options.plan_only {
        ctx.authorize(RUN_APPLY, &target).await?;
        if options.plan.destroy {
            ctx.authorize(RUN_DESTROY, &target).await?;
        }
    }
    Ok(())
}

/// Addresses become arguments of the engine: none may look like an option or carry control characters.
pub(crate) fn check_addresses(options: &Options) -> Result<()> {
    let check = |addresses: &[String], pointer: &str| {
        let bad = |address: &&String| {
            address.is_empty()
                || address.len() > 1_000
                || address.starts_with('-')
                || address.chars().any(char::is_control)
        };
        match addresses.iter().find(bad) {
            Some(address) => Err(Error::invalid(
                pointer,
                format!("\"{address}\" is not the address of a resource."),
            )),
            None => Ok(()),
        }
    };
    check(&options.plan.targets, "/data/attributes/target-addrs")?;
    check(&options.plan.replace, "/data/attributes/replace-addrs")
}

fn default_message(options: &Options) -> String {
    let what = if options.plan.destroy {
        "Destroy"
    } else if options.plan.refresh_only {
        "Refresh"
    } else if options.plan_only {
        "Plan"
    } else {
        "Apply"
    };
    format!("{what} started by hand")
}
