//! Asking for the change of a step, with the rights of whoever started the workflow.

use slipway_api::Code;
use slipway_api::ids::ResourceChangeId;
use slipway_api::resource_changes::ResourceChangeStatus;
use slipway_api::resources::{CatalogResourceChanges, ResourceRequest, ResourceState};
use slipway_api::workflows::WorkflowKind;
use slipway_identity::organizations;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Step, Workflow};
use super::parts;
use crate::permissions::{RESOURCE_APPROVE, RESOURCE_CREATE, RESOURCE_DESTROY, RESOURCE_UPDATE};
use crate::resource_changes::{deciding, store as changes};
use crate::resources::model::KIND;
use crate::resources::{Resource, sealing, service, store as resources};

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The step's change is there.
    Opened,
    /// The resource is as the step wants it: there is no change, and none comes.
    NothingToDo,
}

/// Asks for it, unless it was asked for already.
///
/// # Errors
///
/// Why it cannot be asked for.
pub(super) async fn ask(person: &Ctx, workflow: &Workflow, step: &Step) -> Result<Asked> {
    let Some(id) = step.change_id else {
        return Ok(Asked::NothingToDo);
    };
    if changes::find(person.db.reader(), id).await?.is_some() {
        return Ok(Asked::Opened);
    }
    let found = resources::find(person.db.reader(), step.resource_id).await?;
    if workflow.kind == WorkflowKind::Create {
        return order(person, workflow, (step, found), id).await;
    }
    let is_gone = |resource: &Resource| resource.state == ResourceState::Destroyed;
    if workflow.kind == WorkflowKind::Destroy && found.as_ref().is_none_or(is_gone) {
        return Ok(Asked::NothingToDo);
    }
    let resource = found.ok_or_else(|| Error::not_found(KIND, step.resource_id))?;
    let request = request(person, workflow, &resource.scope()).await?;
    if workflow.kind == WorkflowKind::Destroy && is_unmade(&resource) {
        forget(person, resource, &request.reason).await?;
        return Ok(Asked::NothingToDo);
    }
    let asked = match workflow.kind {
        WorkflowKind::Destroy => service::destroy_as(person, &resource, request, id).await,
        WorkflowKind::Refresh => service::refresh_as(person, &resource, request, id).await,
        WorkflowKind::Upgrade => {
            let changes = CatalogResourceChanges {
                source_code_version: workflow.source_code_version_id,
                reason: request.reason,
                auto_apply: request.auto_apply,
                ..CatalogResourceChanges::default()
            };
            service::update_as(person, &resource, changes, id).await
        }
        WorkflowKind::Create => return Ok(Asked::NothingToDo),
    };
    match asked {
        Err(error) if error.code() == Code::NotFound => Err(Error::conflict(format!(
            "{} may not see {} any more.",
            workflow.requested_by, step.name
        ))),
        asked => Ok(match asked?.change_id == Some(id) {
            true => Asked::Opened,
            false => Asked::NothingToDo,
        }),
    }
}

/// Why it is asked for, and whether its plan needs nobody's yes where no rule wants one.
async fn request(person: &Ctx, workflow: &Workflow, scope: &Scope) -> Result<ResourceRequest> {
    let may_approve = person.granted().await?.allows(RESOURCE_APPROVE, scope);
    Ok(ResourceRequest {
        reason: match workflow.reason.as_str() {
            "" => workflow.title.clone(),
            reason => format!("{}: {reason}", workflow.title),
        },
        auto_apply: workflow.auto_apply && may_approve,
    })
}

/// Orders what is to be made of a part. Where that was begun already, it is ordered again.
async fn order(
    person: &Ctx,
    workflow: &Workflow,
    (step, found): (&Step, Option<Resource>),
    change: ResourceChangeId,
) -> Result<Asked> {
    let missing = || Error::conflict("What was to be made is not known any more. Use the blueprint again.");
    let part = parts::store::find(person.db.reader(), step.resource_id).await?;
    let part = part.ok_or_else(missing)?;
    let project = workflow.project_id.ok_or_else(missing)?;
    let scope = Scope::project(workflow.organization_id, project).object(step.resource_id);
    let request = request(person, workflow, &scope).await?;
    let asked = match found {
        Some(resource) if resource.state == ResourceState::Provisioned => return Ok(Asked::NothingToDo),
        Some(resource) => service::refresh_as(person, &resource, request, change).await?,
        None => {
            let organization = organizations::by_id(person, workflow.organization_id).await?;
            let of = (part.organization_id, &part.place());
            let secrets = sealing::opened(person, person.db.reader(), of, part.sealed.as_deref()).await?;
            let mut wanted = part.wanted.0;
            wanted.values.extend(secrets.0);
            wanted.reason = request.reason;
            wanted.auto_apply = request.auto_apply;
            service::create_as(person, &organization, wanted, (step.resource_id, change)).await?
        }
    };
    Ok(match asked.change_id == Some(change) {
        true => Asked::Opened,
        false => Asked::NothingToDo,
    })
}

/// Takes the change of a step back that is not being applied yet.
///
/// # Errors
///
/// `Forbidden` for somebody who may not ask for it; those of the database.
pub(super) async fn take_back(person: &Ctx, step: &Step) -> Result<()> {
    let Some(id) = step.change_id else {
        return Ok(());
    };
    let change = changes::find(person.db.reader(), id).await?;
    let waits = change.is_some_and(|change| {
        matches!(
            change.status,
            ResourceChangeStatus::Planning | ResourceChangeStatus::Waiting
        )
    });
    if !waits {
        return Ok(());
    }
    match deciding::cancel(person, id, "the workflow was stopped").await {
        // Somebody was faster.
        Err(error) if error.code() == Code::Conflict => Ok(()),
        canceled => canceled.map(|_| ()),
    }
}

/// It was ordered, and nothing ran for it: nothing can be behind it.
fn is_unmade(resource: &Resource) -> bool {
    resource.state == ResourceState::Requested && resource.workspace_id.is_none()
}

/// Takes an order back of which nothing was made.
async fn forget(person: &Ctx, resource: Resource, reason: &str) -> Result<()> {
    person.authorize(RESOURCE_DESTROY, &resource.target()).await?;
    let resource = match resource.change_id {
        Some(change) => {
            deciding::cancel(person, change, reason).await?;
            service::load(person, resource.id, RESOURCE_DESTROY).await?
        }
        None => resource,
    };
    service::delete(person, &resource).await
}

/// What one needs for each step.
pub(super) const fn permission(kind: WorkflowKind) -> Permission {
    match kind {
        WorkflowKind::Destroy => RESOURCE_DESTROY,
        WorkflowKind::Upgrade | WorkflowKind::Refresh => RESOURCE_UPDATE,
        WorkflowKind::Create => RESOURCE_CREATE,
    }
}
