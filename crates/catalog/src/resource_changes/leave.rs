//! Whether a change may be applied: by the rules that count for it, and by who asked for it.

use std::collections::BTreeSet;

use slipway_api::approvals::ApprovalOperation;
use slipway_api::ids::UserId;
use slipway_api::resource_changes::ResourceChangeKind;
use slipway_api::workspaces::Tag;
use slipway_identity::users;
use slipway_infra::approvals::Subject;
use slipway_infra::approvals::decide::Decision;
use slipway_infra::approvals::standing::{Standing, standing};
use slipway_infra::workspaces::Tags;
use slipway_kernel::{Ctx, Error, Result};

use super::decide::Leave;
use super::model::ResourceChange;
use crate::permissions::RESOURCE_APPROVE;
use crate::project_rules::store as rules;
use crate::resources::{Resource, loading};

/// Whether it may, and what was asked for that; no standing where nobody has to approve what it changes.
pub(super) async fn of(ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<(Leave, Option<Standing>)> {
    let standing = match is_free(ctx, change).await? {
        true => None,
        false => Some(standing(ctx, subject(ctx, resource, change).await?).await?),
    };
    let leave = match standing.as_ref().map(|standing| &standing.decision) {
        None | Some(Decision::NotNeeded) if confirms_itself(ctx, resource, change).await? => Leave::Free,
        None | Some(Decision::NotNeeded) => Leave::Ask,
        Some(Decision::Approved) => Leave::Met,
        Some(Decision::Waiting(_) | Decision::Rejected(_)) => Leave::Missing,
    };
    Ok((leave, standing))
}

/// Whether it changes only what the project wants no approval for.
async fn is_free(ctx: &Ctx, change: &ResourceChange) -> Result<bool> {
    if change.kind != ResourceChangeKind::Update {
        return Ok(false);
    }
    let of = (change.organization_id, change.project_id);
    Ok(rules::of_project(ctx.db.reader(), of)
        .await?
        .frees(&change.differences.0))
}

/// What is to be approved. Rules about labels count by the labels that the resource has and by those that it shall have, so
/// that nobody changes them to be rid of a rule.
async fn subject(ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<Subject> {
    let template = loading::template(ctx.db.reader(), resource).await?;
    let labels = [&resource.specification.0.labels, &change.specification.0.labels];
    let labels: BTreeSet<&String> = labels.into_iter().flatten().collect();
    Ok(Subject {
        id: change.id.to_string(),
        operation: match change.kind {
            ResourceChangeKind::Destroy => ApprovalOperation::Destroy,
            ResourceChangeKind::Create | ResourceChangeKind::Update => ApprovalOperation::PlanAndApply,
        },
        template: Some(template.key.to_string()),
        tags: Tags(labels.into_iter().map(|label| tag(label)).collect()),
        scope: resource.scope(),
        requester: change.requester_id,
        permission: RESOURCE_APPROVE,
    })
}

/// A label as the tag that rules and workspaces know.
pub(super) fn tag(label: &str) -> Tag {
    match label.split_once('=') {
        Some((key, value)) => Tag {
            key: key.to_owned(),
            value: Some(value.to_owned()),
        },
        None => Tag {
            key: label.to_owned(),
            value: None,
        },
    }
}

/// Whether whoever asked wanted no further question, and may still decide that.
async fn confirms_itself(ctx: &Ctx, resource: &Resource, change: &ResourceChange) -> Result<bool> {
    match (change.auto_apply, change.requester_id) {
        (true, Some(user)) => may_approve(ctx, resource, user).await,
        (said, _) => Ok(said),
    }
}

async fn may_approve(ctx: &Ctx, resource: &Resource, user: UserId) -> Result<bool> {
    let Some(person) = users::service::acting(ctx, user).await? else {
        return Ok(false);
    };
    Ok(person.granted().await?.allows(RESOURCE_APPROVE, &resource.scope()))
}

/// Refuses where approvals are missing, with what is missing.
pub(super) async fn missing(ctx: &Ctx, standing: Option<&Standing>) -> Result<Option<String>> {
    match standing {
        Some(standing) => standing.missing(ctx).await,
        None => Ok(None),
    }
}

/// Where no rule counts, nobody has to approve: an approval would say nothing.
pub(super) fn not_needed() -> Error {
    Error::conflict("No approval rule counts for this change: confirm it, or reject it.")
}
