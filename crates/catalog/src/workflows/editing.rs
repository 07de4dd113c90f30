//! Changing what a step of a workflow will make, as long as nothing of it was asked for.
//!
//! The step is judged as when the workflow was made, by the rights of now; the resources of other parts that are not there yet
//! are taken as they will be ordered.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::ResourceId;
use slipway_api::resources::NewCatalogResource;
use slipway_api::workflows::{WorkflowKind, WorkflowStepChanges, WorkflowStepStatus};
use slipway_identity::{organizations, projects};
use slipway_kernel::{Ctx, Error, Result};

use super::judging::{Site, There, known_name};
use super::model::{KIND, Step, Workflow};
use super::parts::{self, Part};
use super::{recording, service, store};
use crate::resources::model::{Beginning, Resource, Secrets};
use crate::resources::store::{self as resources, Connection};
use crate::resources::{loading, sealing, wanted as specifying};
use crate::templates::specification::Problems;
use crate::templates::{Template, store as templates};

/// Where what somebody says stands in a body.
const ATTRIBUTES: &str = "/data/attributes";

/// Changes what the step of a resource will make.
///
/// # Errors
///
/// `NotFound` for a step that the workflow has not; `Forbidden` for who may not order, and while it is carried out with the
/// rights of another;
/// `Conflict` when it makes nothing, or was asked for already; `Invalid`, with every field at fault; `PreconditionFailed` when
/// somebody changed the workflow since.
pub async fn change(
    ctx: &Ctx,
    (seen, steps): (Workflow, Vec<Step>),
    id: ResourceId,
    changes: WorkflowStepChanges,
) -> Result<(Workflow, Vec<Step>)> {
    service::entitled(ctx, &seen, &steps).await?;
    require_requester(ctx, &seen)?;
    let missing = || Error::not_found("step", id);
    let step = steps.iter().find(|step| step.resource_id == id).ok_or_else(missing)?;
    if seen.kind != WorkflowKind::Create {
        return Err(Error::conflict(
            "Only what a workflow makes of a blueprint can be changed. Cancel this one, and make another.",
        ));
    }
    require_unmade(ctx.db.reader(), step).await?;
    let mut all = parts::store::of_workflow(ctx.db.reader(), seen.id).await?;
    let part = all.remove(&id).ok_or_else(missing)?;
    let template = template(ctx, &seen, &part).await?;
    let told = told(&changes);
    let order = changed(ctx, &part, &template, changes).await?;
    let (part, name) = judged(ctx, &seen, (part, &template, order), all.into_values().collect()).await?;
    let mut tx = ctx.begin().await?;
    let held = store::hold(&tx, seen.id).await?;
    let workflow = held.ok_or_else(|| Error::not_found(KIND, seen.id))?;
    if workflow.version != seen.version {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the workflow at this moment. Look at it again.",
        ));
    }
    let mut steps = store::steps_of(&*tx, seen.id).await?;
    let step = steps
        .iter_mut()
        .find(|step| step.resource_id == id)
        .ok_or_else(missing)?;
    // Whoever begins a step holds the workflow, too.
    require_unmade(&*tx, step).await?;
    step.name = name;
    store::update_step(&tx, step).await?;
    parts::store::update(&tx, &part).await?;
    let workflow = workflow.touched(ctx.now());
    let told = json!({"step": part.name, "fields": told});
    recording::save_with(&mut tx, ctx, &workflow, ("workflow.step-changed", told)).await?;
    tx.commit().await?;
    Ok((workflow, steps))
}

/// What is carried out has the rights of somebody, which are not lent. Whoever starts it, or tries it again, does so with his
/// own.
fn require_requester(ctx: &Ctx, workflow: &Workflow) -> Result<()> {
    // Programs start none, and change none.
    let user = ctx.user()?;
    if !workflow.is_running() || user == workflow.requester_id {
        return Ok(());
    }
    Err(Error::new(
        Code::Forbidden,
        format!(
            "The workflow is carried out with the rights of {}, who alone can change its steps meanwhile. Wait for its end, or \
             stop it, and try it again yourself.",
            workflow.requested_by
        ),
    ))
}

/// Refuses to change what was asked for.
async fn require_unmade(connection: &impl Connection, step: &Step) -> Result<()> {
    let name = &step.name;
    if resources::find(connection, step.resource_id).await?.is_some() {
        return Err(Error::conflict(format!(
            "{name} was ordered already. Change the resource itself, or take its order back."
        )));
    }
    match step.status {
        WorkflowStepStatus::Pending | WorkflowStepStatus::Failed | WorkflowStepStatus::Skipped => Ok(()),
        WorkflowStepStatus::Running | WorkflowStepStatus::Waiting | WorkflowStepStatus::Done => {
            Err(Error::conflict(format!(
                "The step of {name} has begun. Wait for what comes of it; where it fails before anything is ordered, change it \
                 and try it again."
            )))
        }
    }
}

async fn template(ctx: &Ctx, workflow: &Workflow, part: &Part) -> Result<Template> {
    let key = part.wanted.0.template.clone();
    let found = templates::with_keys(ctx.db.reader(), workflow.organization_id, std::slice::from_ref(&key)).await?;
    let gone = || Error::conflict(format!("There is no template \"{key}\" any more."));
    found.into_iter().next().ok_or_else(gone)
}

/// What was said, without values: they may be secrets.
fn told(changes: &WorkflowStepChanges) -> Value {
    let mut fields: Vec<String> = changes.values.keys().cloned().collect();
    let others = [
        ("name", changes.name.is_some()),
        ("integrations", changes.integrations.is_some()),
        ("source-code-version", changes.source_code_version.is_some()),
    ];
    fields.extend(
        others
            .iter()
            .filter(|(_, said)| *said)
            .map(|(field, _)| (*field).to_owned()),
    );
    json!(fields)
}

/// The part's order with the changes, its secrets among the values.
async fn changed(
    ctx: &Ctx,
    part: &Part,
    template: &Template,
    changes: WorkflowStepChanges,
) -> Result<NewCatalogResource> {
    let of = (part.organization_id, &part.place());
    let secrets = sealing::opened(ctx, ctx.db.reader(), of, part.sealed.as_deref()).await?;
    let mut order = part.wanted.0.clone();
    order.values.extend(secrets.0);
    for (name, value) in changes.values {
        match value {
            Value::Null => order.values.remove(&name),
            value => {
                // What is given counts before what another puts out.
                order.references.remove(&name);
                order.values.insert(name, value)
            }
        };
    }
    if let Some(name) = changes.name {
        order.name = Some(name);
    }
    if let Some(integrations) = changes.integrations {
        order.integrations = integrations;
    }
    if changes.source_code_version.is_some() && !template.is_abstract {
        order.source_code_version = changes.source_code_version;
    }
    Ok(order)
}

/// The part as it will be kept, if it could be ordered so, and what its step is called.
async fn judged(
    ctx: &Ctx,
    workflow: &Workflow,
    (mut part, template, mut order): (Part, &Template, NewCatalogResource),
    others: Vec<Part>,
) -> Result<(Part, String)> {
    let organization = organizations::by_id(ctx, workflow.organization_id).await?;
    let project = workflow
        .project_id
        .ok_or_else(|| Error::not_found("project", "of the workflow"))?;
    let project = projects::get_visible(ctx, project).await?;
    let (there, to_be) = around(ctx, workflow, &others, &order).await?;
    let site = Site {
        ctx,
        organization: (organization.id, organization.name),
        project: (project.id, project.name),
        there: &there,
        to_be,
    };
    let facts = site.facts(&order, template).await?;
    let mut problems = Problems::at(ATTRIBUTES);
    site.judge((&order, &facts), &mut problems).await?;
    let name = known_name(&order, &facts).map(|name| name.to_string());
    let is_same = |other: &Part| other.wanted.0.template == part.wanted.0.template && other.resource_name == name;
    if name.is_some() && others.iter().any(is_same) {
        problems.add("name", "another part of this template has this name, too");
    }
    problems.none()?;
    order.values.clone_from(&facts.context.specification.values);
    let secrets: Secrets = facts.context.secrets;
    let of = (part.organization_id, &part.place());
    part.sealed = sealing::sealed(ctx, ctx.db.reader(), of, &secrets).await?;
    part.secrets = parts::model::Names(secrets.0.keys().cloned().collect());
    part.wanted = parts::model::Wanted(order);
    part.resource_name.clone_from(&name);
    let shown = name.unwrap_or_else(|| part.name.clone());
    Ok((part, shown))
}

/// All that the part may stand on: what is there, and the other parts as they will be.
async fn around(
    ctx: &Ctx,
    workflow: &Workflow,
    others: &[Part],
    order: &NewCatalogResource,
) -> Result<(There, BTreeSet<ResourceId>)> {
    let mut below: Vec<ResourceId> = order.parents.clone();
    below.extend(others.iter().flat_map(|part| part.wanted.0.parents.iter().copied()));
    let found = loading::ancestors(ctx.db.reader(), workflow.organization_id, &below).await?;
    let mut there: There = found
        .into_iter()
        .map(|one| (one.resource.id, (one.resource, one.template)))
        .collect();
    let keys: Vec<_> = others.iter().map(|part| part.wanted.0.template.clone()).collect();
    let templates = templates::with_keys(ctx.db.reader(), workflow.organization_id, &keys).await?;
    let placeholder: slipway_api::Name = "unnamed".parse().map_err(Error::internal)?;
    let mut to_be = BTreeSet::new();
    for part in others
        .iter()
        .filter(|part| !there.contains_key(&part.id))
        .collect::<Vec<_>>()
    {
        let wanted = &part.wanted.0;
        let Some(template) = templates.iter().find(|template| template.key == wanted.template) else {
            continue;
        };
        let Some(project) = workflow.project_id else { continue };
        let beginning = Beginning {
            id: part.id,
            organization: workflow.organization_id,
            project,
            template: template.id,
            by: workflow.requested_by.clone(),
            now: ctx.now(),
        };
        let name = part.resource_name.as_ref().and_then(|name| name.parse().ok());
        let name = name
            .or_else(|| wanted.name.clone())
            .unwrap_or_else(|| placeholder.clone());
        let resource = Resource::ordered(beginning, specifying::ordered(wanted, name));
        there.insert(part.id, (resource, template.key.clone()));
        to_be.insert(part.id);
    }
    Ok((there, to_be))
}
