//! What people do with workflows.

use std::collections::HashMap;

use slipway_api::ids::{ResourceId, WorkflowId};
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_api::workflows::{NewWorkflow, WorkflowKind, WorkflowStatus, WorkflowStepStatus};
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::{KIND, Step, Workflow, steps_of};
use super::parts::{self, Part};
use super::planning::{self, Planned};
use super::store::{self, Filter};
use super::{asking, creating, driving, recording};
use crate::permissions::RESOURCE_READ;
use crate::resource_changes::{ResourceChange, deciding, store as changes};
use crate::resources::sealing;
use crate::resources::store::{self as resources, Connection};
use crate::templates::specification::Problems;

/// Steps at once, where nobody says.
const PARALLEL: u32 = 5;
/// Most steps at once.
const MOST_PARALLEL: u32 = 50;
/// Longest reason, in characters.
const REASON_LENGTH: usize = 2_000;

/// A page of an organization's workflows that the caller may see, the newest first, with their steps.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter,
    page: &Page,
) -> Result<(Listed<Workflow>, HashMap<WorkflowId, Vec<Step>>)> {
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    let listed = store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await?;
    let ids: Vec<WorkflowId> = listed.rows.iter().map(|workflow| workflow.id).collect();
    let steps = store::steps(ctx.db.reader(), &ids).await?;
    Ok((listed, steps))
}

/// A workflow with its steps, if the caller may see it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible.
pub async fn load(ctx: &Ctx, id: WorkflowId) -> Result<(Workflow, Vec<Step>)> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let workflow = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(RESOURCE_READ, &workflow.target()).await?;
    let steps = store::steps_of(ctx.db.reader(), id).await?;
    Ok((workflow, steps))
}

/// The same, with its steps as their changes stand at this moment.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible.
pub async fn look(ctx: &Ctx, id: WorkflowId) -> Result<(Workflow, Vec<Step>)> {
    let (workflow, steps) = load(ctx, id).await?;
    let steps = driving::current(ctx, steps).await?;
    Ok((workflow, steps))
}

/// Makes a workflow: finds its steps, and starts it if that was asked for.
///
/// # Errors
///
/// `Forbidden` when the caller may not change one of the resources; `Conflict` where nothing is to be done; `Invalid`.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewWorkflow) -> Result<(Workflow, Vec<Step>)> {
    let user = ctx.user()?;
    check(&wanted)?;
    let plan = match wanted.kind {
        WorkflowKind::Create => creating::plan(ctx, organization, &wanted).await?,
        _ => planning::plan(ctx, organization.id, &wanted).await?,
    };
    let workflow = Workflow {
        id: ctx.new_id()?,
        organization_id: organization.id,
        project_id: plan.project,
        kind: wanted.kind,
        title: plan.title,
        source_code_version_id: wanted.source_code_version,
        reason: wanted.reason.trim().to_owned(),
        status: WorkflowStatus::Planned,
        parallel: i64::from(wanted.parallel.unwrap_or(PARALLEL)),
        stop_after: i64::from(wanted.stop_after.unwrap_or(1)),
        auto_apply: wanted.auto_apply,
        requester_id: user,
        requested_by: ctx.actor().name(),
        created_at: ctx.now(),
        started_at: None,
        ended_at: None,
        updated_at: ctx.now(),
        version: 1,
        blueprint_id: plan.blueprint,
    };
    let steps = steps_of(&workflow, &plan.names, &plan.after)
        .ok_or_else(|| Error::conflict("These resources stand on each other in a circle."))?;
    let parts = sealed(ctx, &workflow, plan.parts).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    if let Some(project) = workflow.project_id.filter(|_| workflow.kind == WorkflowKind::Create) {
        projects::hold(&tx, project).await?;
    }
    store::insert(&tx, &workflow, &steps).await?;
    parts::store::insert(&tx, &parts).await?;
    recording::record(&mut tx, ctx, &workflow, "workflow.created").await?;
    let workflow = match wanted.start {
        true => begin(&mut tx, ctx, workflow).await?,
        false => workflow,
    };
    tx.commit().await?;
    Ok((workflow, steps))
}

/// The parts as they are kept: their secrets sealed.
async fn sealed(ctx: &Ctx, workflow: &Workflow, planned: Vec<Planned>) -> Result<Vec<Part>> {
    let mut parts = Vec::with_capacity(planned.len());
    for one in planned {
        let of = (workflow.organization_id, &Part::place_of(one.id));
        parts.push(Part {
            id: one.id,
            workflow_id: workflow.id,
            organization_id: workflow.organization_id,
            name: one.name,
            resource_name: one.resource_name.map(|name| name.to_string()),
            wanted: parts::model::Wanted(one.order),
            secrets: parts::model::Names(one.secrets.0.keys().cloned().collect()),
            sealed: sealing::sealed(ctx, ctx.db.reader(), of, &one.secrets).await?,
        });
    }
    Ok(parts)
}

/// What is to be made, by the ids of the resources; nothing where the workflow makes none.
///
/// # Errors
///
/// Those of the database.
pub async fn parts(ctx: &Ctx, workflow: &Workflow) -> Result<HashMap<ResourceId, Part>> {
    match workflow.kind {
        WorkflowKind::Create => parts::store::of_workflow(ctx.db.reader(), workflow.id).await,
        _ => Ok(HashMap::new()),
    }
}

fn check(wanted: &NewWorkflow) -> Result<()> {
    check_fields(wanted)?;
    if wanted
        .parallel
        .is_some_and(|count| !(1..=MOST_PARALLEL).contains(&count))
    {
        let detail = format!("1 to {MOST_PARALLEL} steps at once.");
        return Err(Error::invalid("/data/attributes/parallel", detail));
    }
    if wanted.stop_after == Some(0) {
        return Err(Error::invalid("/data/attributes/stop-after", "At least 1."));
    }
    if wanted.reason.chars().count() > REASON_LENGTH {
        let detail = format!("At most {REASON_LENGTH} characters.");
        return Err(Error::invalid("/data/attributes/reason", detail));
    }
    Ok(())
}

async fn begin(tx: &mut Tx, ctx: &Ctx, workflow: Workflow) -> Result<Workflow> {
    let workflow = workflow.at(WorkflowStatus::Running, ctx.now());
    recording::save(tx, ctx, &workflow, "workflow.started").await?;
    driving::wake(tx, ctx, workflow.id, Some(workflow.organization_id)).await?;
    Ok(workflow)
}

/// Starts a workflow that was planned. From then on it has the caller's rights.
///
/// # Errors
///
/// `Forbidden` when the caller may not change one of its resources; `Conflict` when it was started already.
pub async fn start(ctx: &Ctx, id: WorkflowId) -> Result<(Workflow, Vec<Step>)> {
    let (seen, steps) = load(ctx, id).await?;
    entitled(ctx, &seen, &steps).await?;
    let mut tx = ctx.begin().await?;
    let workflow = held(&tx, &seen).await?;
    if workflow.status != WorkflowStatus::Planned {
        return Err(refusal(&workflow, "started"));
    }
    let workflow = begin(&mut tx, ctx, owned(ctx, workflow)?).await?;
    tx.commit().await?;
    Ok((workflow, steps))
}

/// Refuses what only workflows of another kind have.
fn check_fields(wanted: &NewWorkflow) -> Result<()> {
    use WorkflowKind::{Create, Destroy, Upgrade};
    let is_said = [
        ("workflow", wanted.workflow.is_some(), Destroy, "destroys"),
        (
            "source-code-version",
            wanted.source_code_version.is_some(),
            Upgrade,
            "upgrades",
        ),
        ("blueprint", wanted.blueprint.is_some(), Create, "creates"),
        ("project", wanted.project.is_some(), Create, "creates"),
        ("name", wanted.name.is_some(), Create, "creates"),
        ("constants", !wanted.constants.is_empty(), Create, "creates"),
        ("externals", !wanted.externals.is_empty(), Create, "creates"),
        ("parts", !wanted.parts.is_empty(), Create, "creates"),
    ];
    let mut problems = Problems::at("/data/attributes");
    for (field, is_said, kind, does) in is_said {
        if is_said && wanted.kind != kind {
            problems.add(field, format!("only a workflow that {does} has this; leave it out"));
        }
    }
    if wanted.kind == Create && !wanted.resources.is_empty() {
        problems.add("resources", "what a blueprint makes is not there yet; leave it out");
    }
    problems.none()
}

/// Tries the steps again that failed, and those that were left out for that. From then on it has the caller's rights.
///
/// # Errors
///
/// `Forbidden` when the caller may not change one of its resources; `Conflict` when it has not failed, or when somebody decided
/// about it at this moment.
pub async fn retry(ctx: &Ctx, id: WorkflowId) -> Result<(Workflow, Vec<Step>)> {
    let (seen, steps) = load(ctx, id).await?;
    entitled(ctx, &seen, &steps).await?;
    if seen.status != WorkflowStatus::Failed && seen.status != WorkflowStatus::Canceled {
        return Err(refusal(&seen, "tried again"));
    }
    // First: cut after this, the next retry finds these changes on their way.
    for step in &steps {
        let open = open(ctx.db.reader(), step).await?;
        if let Some(change) = open.filter(|change| change.status == ResourceChangeStatus::Failed) {
            deciding::retry(ctx, change.id).await?;
        }
    }
    let mut tx = ctx.begin().await?;
    let workflow = held(&tx, &seen).await?;
    if workflow.version != seen.version {
        return Err(recording::changed_meanwhile());
    }
    let mut again = Vec::with_capacity(steps.len());
    for step in store::steps_of(&*tx, id).await? {
        let is_lost = matches!(step.status, WorkflowStepStatus::Failed | WorkflowStepStatus::Skipped);
        let step = match (is_lost, open(&*tx, &step).await?) {
            (false, _) => step,
            // Its resource takes no other.
            (true, Some(_)) => step.at(WorkflowStepStatus::Running, None, ctx.now()),
            (true, None) => step.again(),
        };
        store::update_step(&tx, &step).await?;
        again.push(step);
    }
    let workflow = begin(&mut tx, ctx, owned(ctx, workflow)?).await?;
    tx.commit().await?;
    Ok((workflow, again))
}

/// The change of a step, while it is not over.
async fn open(connection: &impl Connection, step: &Step) -> Result<Option<ResourceChange>> {
    let Some(id) = step.change_id else {
        return Ok(None);
    };
    let change = changes::find(connection, id).await?;
    Ok(change.filter(|change| !change.status.is_over()))
}

/// Stops a workflow: no other step begins, and plans that wait are taken back. What is being applied is applied.
///
/// # Errors
///
/// `Forbidden` when the caller may not change one of its resources; `Conflict` when it is over.
pub async fn cancel(ctx: &Ctx, id: WorkflowId) -> Result<(Workflow, Vec<Step>)> {
    let (seen, steps) = load(ctx, id).await?;
    entitled(ctx, &seen, &steps).await?;
    let mut tx = ctx.begin().await?;
    let workflow = held(&tx, &seen).await?;
    if !matches!(workflow.status, WorkflowStatus::Planned | WorkflowStatus::Running) {
        return Err(refusal(&workflow, "stopped"));
    }
    let mut left = Vec::with_capacity(steps.len());
    for step in store::steps_of(&*tx, id).await? {
        let reason = || Some(format!("{} stopped the workflow.", ctx.actor().name()));
        let step = match step.status {
            WorkflowStepStatus::Pending => step.at(WorkflowStepStatus::Skipped, reason(), ctx.now()),
            _ => step,
        };
        store::update_step(&tx, &step).await?;
        left.push(step);
    }
    let workflow = workflow.at(WorkflowStatus::Canceled, ctx.now());
    recording::save(&mut tx, ctx, &workflow, "workflow.canceled").await?;
    // Should this server not come to it.
    driving::wake(&mut tx, ctx, id, Some(workflow.organization_id)).await?;
    tx.commit().await?;
    for step in &left {
        asking::take_back(ctx, step).await?;
    }
    Ok((workflow, left))
}

/// Deletes a workflow that is not carried out; the changes of its steps stay.
///
/// # Errors
///
/// `Forbidden` when the caller may not change one of its resources; `Conflict` while it is carried out.
pub async fn delete(ctx: &Ctx, id: WorkflowId) -> Result<()> {
    let (seen, steps) = load(ctx, id).await?;
    entitled(ctx, &seen, &steps).await?;
    let mut tx = ctx.begin().await?;
    let workflow = held(&tx, &seen).await?;
    if workflow.is_running() {
        return Err(refusal(&workflow, "deleted"));
    }
    store::delete(&tx, id).await?;
    recording::record(&mut tx, ctx, &workflow, "workflow.deleted").await?;
    tx.commit().await
}

/// Removes the workflows of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for id in store::of_organization(ctx.db.reader(), organization.id).await? {
            let tx = ctx.begin().await?;
            store::delete(&tx, id).await?;
            tx.commit().await?;
        }
    }
    driving::sweep(ctx).await
}

/// Refuses who may not change one of the resources; those that are gone ask for nothing.
pub(super) async fn entitled(ctx: &Ctx, workflow: &Workflow, steps: &[Step]) -> Result<()> {
    if workflow.kind == WorkflowKind::Create {
        // Most of them are not there yet.
        ctx.authorize(asking::permission(workflow.kind), &workflow.target())
            .await?;
    }
    let ids: Vec<ResourceId> = steps.iter().map(|step| step.resource_id).collect();
    for resource in resources::of_ids(ctx.db.reader(), workflow.organization_id, &ids).await? {
        ctx.authorize(asking::permission(workflow.kind), &resource.target())
            .await?;
    }
    Ok(())
}

/// The workflow with the caller as the one whose rights it has.
fn owned(ctx: &Ctx, workflow: Workflow) -> Result<Workflow> {
    Ok(Workflow {
        requester_id: ctx.user()?,
        requested_by: ctx.actor().name(),
        ..workflow
    })
}

async fn held(tx: &Tx, seen: &Workflow) -> Result<Workflow> {
    let found = store::hold(tx, seen.id).await?;
    found.ok_or_else(|| Error::not_found(KIND, seen.id))
}

fn refusal(workflow: &Workflow, what: &str) -> Error {
    let status = match workflow.status {
        WorkflowStatus::Planned => "not started yet",
        WorkflowStatus::Running => "carried out",
        WorkflowStatus::Succeeded => "done",
        WorkflowStatus::Failed => "failed",
        WorkflowStatus::Canceled => "stopped",
    };
    Error::conflict(format!("The workflow cannot be {what}: it is {status}."))
}
