//! Carrying a workflow out: the server's job, which goes on from the rows wherever it was stopped.
//!
//! A step begins in two moves: its change's id is written, then the change is asked for under that id. Whoever comes after
//! a crash between the two finds no change of that id, and asks for it; one that is there is never asked for twice.

use std::collections::HashMap;

use futures::FutureExt;
use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::{ResourceChangeId, WorkflowId};
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_api::workflows::{WorkflowStatus, WorkflowStepStatus};
use slipway_identity::users;
use slipway_kernel::events::Event;
use slipway_kernel::events::consumers::Consumer;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::asking::{self, Asked};
use super::graph::{Decision, decide};
use super::model::{Step, Workflow};
use super::{recording, store};
use crate::jobs::WORKFLOW;
use crate::resource_changes::model::KIND as CHANGE;
use crate::resource_changes::{ResourceChange, store as changes};

/// The consumer, to be kept running by the server.
pub const CONSUMER: Consumer = Consumer {
    name: "catalog.workflows",
    object_kinds: &[CHANGE],
    consume: |ctx, event| consume(ctx, event).boxed(),
};

/// Has the workflow of a change looked at. The event says only that something happened, so that it may come twice or late.
async fn consume(ctx: &Ctx, event: &Event) -> Result<()> {
    let Ok(change) = event.object_id.parse() else {
        return Ok(());
    };
    let Some(workflow) = store::of_change(ctx.db.reader(), change).await? else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    wake(&mut tx, ctx, workflow, event.organization_id).await?;
    tx.commit().await
}

/// Has a workflow looked at soon, after this transaction.
pub(super) async fn wake(
    tx: &mut Tx,
    ctx: &Ctx,
    id: WorkflowId,
    organization: Option<slipway_api::ids::OrganizationId>,
) -> Result<()> {
    let item = NewItem {
        organization,
        ..NewItem::job(WORKFLOW, id.to_string(), json!({}))
    };
    hasten_or_enqueue(tx, ctx, item).await
}

/// Takes the workflow that is the item's subject as far as it can go now.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no workflow", item.subject)))?;
    Ok(drive(ctx, id, item.attempt >= item.max_attempts).await?)
}

/// Has workflows looked at whose steps nobody told of, because something was lost; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for workflow in store::running(ctx.db.reader()).await? {
        let mut tx = ctx.begin().await?;
        wake(&mut tx, ctx, workflow.id, Some(workflow.organization_id)).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// Begins what can begin, until nothing can. `is_last`: what may pass will not be waited for any more.
///
/// # Errors
///
/// Of what may pass: to be tried again.
pub async fn drive(ctx: &Ctx, id: WorkflowId, is_last: bool) -> Result<()> {
    loop {
        let (workflow, begun) = match look(ctx, id).await? {
            Seen::Begun(workflow, steps) if !steps.is_empty() => (workflow, steps),
            Seen::Begun(..) | Seen::Gone => return Ok(()),
            Seen::Ended(workflow, steps) => return take_back(ctx, &workflow, &steps).await,
        };
        let person = person(ctx, &workflow).await?;
        for step in &begun {
            let asked = match &person {
                Ok(person) => asking::ask(person, &workflow, step).await,
                Err(reason) => Err(Error::conflict(reason.clone())),
            };
            match asked {
                Ok(Asked::Opened) => {}
                Ok(Asked::NothingToDo) => end(ctx, step, (WorkflowStepStatus::Done, None)).await?,
                Err(error) if may_pass(&error) && !is_last => return Err(error),
                Err(error) => {
                    let reason = Some(error.in_words());
                    end(ctx, step, (WorkflowStepStatus::Failed, reason)).await?;
                }
            }
        }
    }
}

/// Takes back what was being asked for at the moment in which the workflow was stopped. Where whoever started it may not any
/// more, somebody decides.
async fn take_back(ctx: &Ctx, workflow: &Workflow, steps: &[Step]) -> Result<()> {
    if workflow.status != WorkflowStatus::Canceled {
        return Ok(());
    }
    let Ok(person) = person(ctx, workflow).await? else {
        return Ok(());
    };
    for step in steps {
        match asking::take_back(&person, step).await {
            Err(error) if matches!(error.code(), Code::Forbidden | Code::NotFound) => {}
            taken => taken?,
        }
    }
    Ok(())
}

/// Something was away, or somebody else was faster.
fn may_pass(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Unavailable | Code::Internal | Code::PreconditionFailed | Code::TooManyRequests
    )
}

/// Whoever started the workflow, with the rights of now; or why that person cannot ask for anything.
async fn person(ctx: &Ctx, workflow: &Workflow) -> Result<std::result::Result<Ctx, String>> {
    let person = users::service::acting(ctx, workflow.requester_id).await?;
    Ok(person.ok_or_else(|| {
        format!(
            "{}, with whose rights the workflow runs, is suspended or gone. Whoever may do this can try it again.",
            workflow.requested_by
        )
    }))
}

/// What a look at a workflow found.
enum Seen {
    /// It is carried out: the steps whose changes are to be asked for.
    Begun(Workflow, Vec<Step>),
    /// It is not, or not any more: all its steps.
    Ended(Workflow, Vec<Step>),
    /// It was deleted.
    Gone,
}

/// Writes down how the steps stand and which begin.
async fn look(ctx: &Ctx, id: WorkflowId) -> Result<Seen> {
    let mut tx = ctx.begin().await?;
    let Some(workflow) = store::hold(&tx, id).await? else {
        return Ok(Seen::Gone);
    };
    let before = store::steps_of(&*tx, id).await?;
    let (mut steps, mut begun) = (Vec::with_capacity(before.len()), Vec::new());
    for step in before.iter().cloned() {
        let step = match step.change_id {
            Some(change) if step.status != WorkflowStepStatus::Done => {
                match changes::find(&*tx, change).await? {
                    Some(change) => standing(step, &change),
                    None => {
                        // Its id was written, and then something was killed.
                        begun.extend((step.status == WorkflowStepStatus::Running).then(|| step.clone()));
                        step
                    }
                }
            }
            _ => step,
        };
        steps.push(step);
    }
    if !workflow.is_running() {
        // Stopped or failed: what had begun ends; what was never asked for is left out.
        for step in steps.iter_mut().filter(|step| begun.iter().any(|one| one == *step)) {
            let detail = Some("The workflow ended before it was asked for.".to_owned());
            *step = step.clone().at(WorkflowStepStatus::Skipped, detail, ctx.now());
        }
        write(&tx, &steps, &before).await?;
        tx.commit().await?;
        return Ok(Seen::Ended(workflow, steps));
    }
    let nodes: Vec<_> = steps.iter().map(Step::node).collect();
    let decision = decide(&nodes, workflow.limits());
    let status = decision.status;
    let (steps, more) = carried_out(ctx, steps, &decision)?;
    begun.extend(more);
    write(&tx, &steps, &before).await?;
    if status != WorkflowStatus::Running {
        let workflow = workflow.clone().at(status, ctx.now());
        recording::save(&mut tx, ctx, &workflow, word(status)).await?;
    }
    tx.commit().await?;
    Ok(Seen::Begun(workflow, begun))
}

/// Steps as their changes stand, which the job writes down a moment later: whoever looks when an event of a change came sees
/// what it told of.
pub(super) async fn current(ctx: &Ctx, steps: Vec<Step>) -> Result<Vec<Step>> {
    let open = steps.iter().filter(|step| step.status != WorkflowStepStatus::Done);
    let ids: Vec<ResourceChangeId> = open.filter_map(|step| step.change_id).collect();
    let found = changes::of_ids(ctx.db.reader(), &ids).await?;
    let found: HashMap<ResourceChangeId, ResourceChange> =
        found.into_iter().map(|change| (change.id, change)).collect();
    let stands = |step: Step| match step.change_id.and_then(|id| found.get(&id)) {
        Some(change) => standing(step, change),
        None => step,
    };
    Ok(steps.into_iter().map(stands).collect())
}

async fn write(tx: &Tx, steps: &[Step], before: &[Step]) -> Result<()> {
    for (step, _) in steps.iter().zip(before).filter(|(now, then)| now != then) {
        store::update_step(tx, step).await?;
    }
    Ok(())
}

const fn word(status: WorkflowStatus) -> &'static str {
    match status {
        WorkflowStatus::Succeeded => "workflow.succeeded",
        _ => "workflow.failed",
    }
}

/// A step as its change stands.
fn standing(step: Step, change: &ResourceChange) -> Step {
    let (status, detail) = match change.status {
        ResourceChangeStatus::Planning | ResourceChangeStatus::Applying => {
            (WorkflowStepStatus::Running, change.detail.clone())
        }
        ResourceChangeStatus::Waiting => (WorkflowStepStatus::Waiting, change.detail.clone()),
        ResourceChangeStatus::Applied => (WorkflowStepStatus::Done, None),
        ResourceChangeStatus::Failed | ResourceChangeStatus::Rejected | ResourceChangeStatus::Canceled => {
            (WorkflowStepStatus::Failed, change.error.clone())
        }
    };
    if step.status == status && step.detail == detail {
        return step;
    }
    // Whoever looks before the job wrote it down is told the same time.
    step.at(status, detail, change.ended_at.unwrap_or(change.updated_at))
}

/// The steps after a decision, and those of them that began.
fn carried_out(
    ctx: &Ctx,
    steps: Vec<Step>,
    decision: &Decision<slipway_api::ids::ResourceId>,
) -> Result<(Vec<Step>, Vec<Step>)> {
    let name_of = |id| {
        steps
            .iter()
            .find(|step| step.resource_id == id)
            .map(|step| step.name.clone())
    };
    let reasons: Vec<Option<String>> = steps
        .iter()
        .map(|step| {
            let cause = decision.skip.get(&step.resource_id)?;
            Some(match cause.and_then(name_of) {
                Some(name) => format!("It waits for {name}, which was not done."),
                None => "Too many steps failed before it began.".to_owned(),
            })
        })
        .collect();
    let (mut all, mut begun) = (Vec::with_capacity(steps.len()), Vec::new());
    for (step, reason) in steps.into_iter().zip(reasons) {
        let step = if decision.begin.contains(&step.resource_id) {
            let step = step.begun(ctx.new_id()?, ctx.now());
            begun.push(step.clone());
            step
        } else if reason.is_some() {
            step.at(WorkflowStepStatus::Skipped, reason, ctx.now())
        } else {
            step
        };
        all.push(step);
    }
    Ok((all, begun))
}

/// Ends a step that has no change: it cannot be asked for, or nothing is to be done. Whoever drives looks again.
async fn end(ctx: &Ctx, step: &Step, (status, detail): (WorkflowStepStatus, Option<String>)) -> Result<()> {
    let tx = ctx.begin().await?;
    if store::hold(&tx, step.workflow_id).await?.is_none() {
        return Ok(());
    }
    if let Some(change) = step.change_id
        && changes::find(&*tx, change).await?.is_some()
    {
        // Somebody else asked for it at this moment.
        return Ok(());
    }
    let ended = Step {
        change_id: None,
        ..step.clone().at(status, detail, ctx.now())
    };
    store::update_step(&tx, &ended).await?;
    tx.commit().await
}
