//! Asking for the change of a step, with the rights of whoever started the workflow.

use slipway_api::Code;
use slipway_api::resources::{CatalogResourceChanges, ResourceRequest, ResourceState};
use slipway_api::workflows::WorkflowKind;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Step, Workflow};
use crate::permissions::{RESOURCE_APPROVE, RESOURCE_DESTROY, RESOURCE_UPDATE};
use crate::resource_changes::store as changes;
use crate::resources::model::KIND;
use crate::resources::service;
use crate::resources::{Resource, store as resources};

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
    let is_gone = |resource: &Resource| resource.state == ResourceState::Destroyed;
    if workflow.kind == WorkflowKind::Destroy && found.as_ref().is_none_or(is_gone) {
        return Ok(Asked::NothingToDo);
    }
    let resource = found.ok_or_else(|| Error::not_found(KIND, step.resource_id))?;
    let request = ResourceRequest {
        reason: match workflow.reason.as_str() {
            "" => workflow.title.clone(),
            reason => format!("{}: {reason}", workflow.title),
        },
        auto_apply: workflow.auto_apply && may_approve(person, &resource).await?,
    };
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

async fn may_approve(person: &Ctx, resource: &Resource) -> Result<bool> {
    Ok(person.granted().await?.allows(RESOURCE_APPROVE, &resource.scope()))
}

/// What one needs for each step.
pub(super) const fn permission(kind: WorkflowKind) -> Permission {
    match kind {
        WorkflowKind::Destroy => RESOURCE_DESTROY,
        WorkflowKind::Upgrade | WorkflowKind::Refresh => RESOURCE_UPDATE,
    }
}
