//! Starting the run of a change: once, with the code, the values and the integrations that it wants.
//!
//! Everything that is read from elsewhere is read first; the workspace, the run and the change's note of it are written in
//! one transaction, so that a change either has its run or has nothing.

use slipway_api::Name;
use slipway_api::ids::WorkspaceId;
use slipway_api::resource_changes::{ResourceChangeKind, ResourceChangeStatus};
use slipway_api::runs::NewRun;
use slipway_api::workspaces::{ExecutionMode, Tag, WorkspaceSettings};
use slipway_infra::managed::configurations::{self, Snapshot};
use slipway_infra::managed::{runs, states, workspaces};
use slipway_infra::workspaces::store as workspace_rows;
use slipway_kernel::directory::{self, BACKED_BY, Edge};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::decide::Ground;
use super::facts::Known;
use super::leave::tag;
use super::model::ResourceChange;
use super::{confirming, ending, ground, naming, recording, store};
use crate::resource_imports;
use crate::resources::values::{self, Context};
use crate::resources::{Resource, service, store as resources};
use crate::source_code_versions::SourceCodeVersion;
use crate::templates::Template;

/// What a run of a resource is started with.
struct Prepared {
    run: runs::Prepared,
    snapshot: Snapshot,
    settings: WorkspaceSettings,
    /// What a workspace that is not there yet begins with, where somebody brought it along.
    state: Option<states::Prepared>,
    /// For a workspace that is not there yet.
    name: Name,
}

/// Starts it. What cannot be started ends as failed, with the reason: nothing that is tried again by itself would mend it.
///
/// # Errors
///
/// `Conflict` when somebody decided about the change meanwhile.
pub(super) async fn start(ctx: &Ctx, known: &Known) -> Result<()> {
    // Before anything is read: what changes from now on is news.
    let resolved_at = ctx.now();
    let mut prepared = match prepare(ctx, known).await {
        Ok(prepared) => prepared,
        Err(error) if is_final(&error) => return ending::fail(ctx, known.change.id, &error.in_words()).await,
        Err(error) => return Err(error),
    };
    let mut tx = ctx.begin().await?;
    let (resource, mut change) = confirming::held(&tx, &known.change).await?;
    if change.run_id.is_some() || change.status != ResourceChangeStatus::Planning {
        return Ok(());
    }
    if ground::of(change.kind, &store::around(&*tx, &change).await?) != Ground::Firm {
        return Err(recording::changed_meanwhile());
    }
    let workspace = workspace(&mut tx, ctx, resource, &mut prepared).await?;
    let integrations = &change.specification.0.integrations;
    workspaces::give_integrations(&tx, ctx, workspace, integrations).await?;
    let of = (change.organization_id, workspace);
    let configuration = configurations::give(&mut tx, ctx, of, &prepared.snapshot).await?;
    let run = runs::start(&mut tx, ctx, prepared.run, (workspace, configuration)).await?;
    change.run_id = Some(run.id);
    change.resolved_at = Some(resolved_at);
    change.detail = None;
    change.touch(ctx.now());
    recording::write(&tx, &change).await?;
    tx.commit().await
}

/// What people have to mend; what is away comes back.
fn is_final(error: &Error) -> bool {
    use slipway_api::Code::{Conflict, Forbidden, Invalid, NotFound};
    matches!(error.code(), Conflict | Forbidden | Invalid | NotFound)
}

async fn prepare(ctx: &Ctx, known: &Known) -> Result<Prepared> {
    let (resource, change) = (&known.resource, &known.change);
    let secrets = service::secrets_of_change(ctx, change).await?;
    let context = values::context(ctx, resource, &change.specification.0, &secrets).await?;
    let version = context.version.as_ref().ok_or_else(|| {
        Error::conflict("The version of its template is not there any more. Change the resource to another version.")
    })?;
    let wanted = runs::Wanted {
        organization: change.organization_id,
        attributes: NewRun {
            message: Some(message(known)),
            is_destroy: change.kind == ResourceChangeKind::Destroy,
            // A run that can only plan is one that nobody can apply, whoever finds it.
            plan_only: Some(known.is_demo),
            ..NewRun::default()
        },
        values: Some(values::for_run(ctx, &context).await?),
        reads_plan: known.is_demo,
    };
    Ok(Prepared {
        run: runs::prepare(ctx, wanted).await?,
        snapshot: snapshot(version)?,
        settings: settings(&context.template, version, change),
        state: resource_imports::prepared(ctx, resource, change).await?,
        name: free_name(ctx, resource, &context).await?,
    })
}

fn message(known: &Known) -> String {
    let (resource, change) = (&known.resource, &known.change);
    let verb = match change.kind {
        ResourceChangeKind::Create => "Create",
        ResourceChangeKind::Update => "Change",
        ResourceChangeKind::Destroy => "Destroy",
    };
    let demo = if known.is_demo { ", as a demo" } else { "" };
    let what = format!("{verb} {}{demo}, for {}", resource.name, change.requested_by);
    match change.reason.trim() {
        "" => what,
        reason => format!("{what}: {reason}"),
    }
}

fn snapshot(version: &SourceCodeVersion) -> Result<Snapshot> {
    match (&version.digest, &version.blob, version.size_bytes) {
        (Some(digest), Some(blob), Some(size_bytes)) => Ok(Snapshot {
            digest: digest.clone(),
            blob: blob.clone(),
            size_bytes,
        }),
        _ => Err(Error::conflict(
            "The module of its version cannot be read. Refresh the version, or change the resource to another one.",
        )),
    }
}

fn settings(template: &Template, version: &SourceCodeVersion, change: &ResourceChange) -> WorkspaceSettings {
    let engine_version = match template.engine_version.as_str() {
        "" => "latest",
        wanted => wanted,
    };
    let labels = change.specification.0.labels.iter();
    let tags: Vec<Tag> = labels.map(|label| tag(label)).collect();
    WorkspaceSettings {
        description: Some(Some(change.specification.0.description.clone())),
        execution_mode: Some(ExecutionMode::Remote),
        engine: Some(template.engine),
        terraform_version: Some(engine_version.to_owned()),
        working_directory: Some(version.directory.clone()),
        tags: Some(tags),
        ..WorkspaceSettings::default()
    }
}

/// A name that no workspace has; taken meanwhile, the next try finds another one.
async fn free_name(ctx: &Ctx, resource: &Resource, context: &Context) -> Result<Name> {
    let names = naming::candidates(context.project.1.as_str(), context.template.key.as_str(), resource)?;
    let mut last = None;
    for name in names {
        let is_taken = workspace_rows::find_named(ctx.db.reader(), resource.organization_id, &name)
            .await?
            .is_some();
        if !is_taken {
            return Ok(name);
        }
        last = Some(name);
    }
    last.ok_or_else(|| Error::internal(format!("{} has no name for its workspace", resource.id)))
}

/// The resource's workspace, as this change wants it.
async fn workspace(tx: &mut Tx, ctx: &Ctx, mut resource: Resource, prepared: &mut Prepared) -> Result<WorkspaceId> {
    if let Some(id) = resource.workspace_id {
        return Ok(workspaces::update(tx, ctx, id, &prepared.settings).await?.id);
    }
    let wanted = workspaces::Wanted {
        organization: resource.organization_id,
        project: resource.project_id,
        manager: resource.id.to_string(),
        name: prepared.name.clone(),
        settings: prepared.settings.clone(),
    };
    let workspace = workspaces::create(tx, ctx, wanted).await?;
    let edge = Edge {
        from: resource.id.to_string(),
        to: workspace.id.to_string(),
        why: BACKED_BY,
    };
    directory::store::connect(tx, &edge).await?;
    if let Some(state) = prepared.state.take() {
        states::give(tx, ctx, workspace.id, state).await?;
    }
    resource.workspace_id = Some(workspace.id);
    resource.updated_at = ctx.now();
    resource.version += 1;
    match resources::update(tx, &resource).await? {
        true => Ok(workspace.id),
        false => Err(recording::changed_meanwhile()),
    }
}
