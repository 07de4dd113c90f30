//! Lists of changes, and how changes are shown.

use std::collections::{BTreeSet, HashMap};

use slipway_api::ids::{ResourceId, TemplateId};
use slipway_api::resource_changes::{ResourceChange as Wire, ResourceChangeActions, ResourceChangeStatus};
use slipway_api::templates::TemplateKey;
use slipway_identity::organizations::Organization;
use slipway_kernel::http::{ListQuery, Listed};
use slipway_kernel::{Ctx, Error, Result};

use super::decide::{Ground, Leave};
use super::facts::Known;
use super::model::ResourceChange;
use super::store::{self, Filter};
use super::{facts, leave};
use crate::git_workspaces;
use crate::permissions::{RESOURCE_APPROVE, RESOURCE_READ};
use crate::project_rules::store as rules;
use crate::resource_imports;
use crate::resources::{Resource, store as resources};
use crate::templates::store as templates;

/// Parameters of lists of an organization.
pub(super) const FILTERS: &[&str] = &[
    "filter[status]",
    "filter[project][id]",
    "filter[template]",
    "filter[requester]",
    "filter[for-me]",
];

/// A page of an organization's changes that the caller may see.
///
/// # Errors
///
/// `MalformedRequest` for parameters that say nothing.
pub async fn list(ctx: &Ctx, organization: &Organization, query: &ListQuery) -> Result<Listed<ResourceChange>> {
    let mut filter = Filter {
        statuses: statuses(query)?,
        project: query.parsed_filter("filter[project][id]")?,
        template: query.parsed_filter("filter[template]")?,
        requester: query.parsed_filter("filter[requester]")?,
        ..Filter::default()
    };
    match query.filter("filter[for-me]") {
        None => {}
        Some("decide") => {
            filter.statuses = vec![ResourceChangeStatus::Waiting];
            filter.may = Some(ctx.visible(RESOURCE_APPROVE, organization.id).await?);
        }
        Some(other) => {
            let detail = format!("\"{other}\" is not \"decide\".");
            return Err(Error::malformed_parameter("filter[for-me]", detail));
        }
    }
    let visible = ctx.visible(RESOURCE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), &filter, &query.page).await
}

fn statuses(query: &ListQuery) -> Result<Vec<ResourceChangeStatus>> {
    let parse = |word: &str| {
        serde_json::from_value(word.trim().into())
            .map_err(|_| Error::malformed_parameter("filter[status]", format!("\"{word}\" is no status of a change.")))
    };
    match query.filter("filter[status]") {
        Some(text) => text.split(',').map(parse).collect(),
        None => Ok(Vec::new()),
    }
}

/// A page of the changes of a resource that the caller may see, the newest first.
///
/// # Errors
///
/// Those of the database.
pub async fn of_resource(ctx: &Ctx, resource: &Resource, query: &ListQuery) -> Result<Listed<ResourceChange>> {
    let filter = Filter {
        resource: Some(resource.id),
        ..Filter::default()
    };
    let visible = ctx.visible(RESOURCE_READ, resource.organization_id).await?;
    store::list(
        ctx.db.reader(),
        (resource.organization_id, &visible),
        &filter,
        &query.page,
    )
    .await
}

/// Changes as lists show them, in few queries for all.
///
/// # Errors
///
/// Those of the database.
pub async fn shown_all(ctx: &Ctx, changes: Vec<ResourceChange>) -> Result<Vec<(ResourceChange, Wire)>> {
    let ids: BTreeSet<ResourceId> = changes.iter().map(|change| change.resource_id).collect();
    let ids: Vec<ResourceId> = ids.into_iter().collect();
    let found = match changes.first() {
        Some(change) => resources::of_ids(ctx.db.reader(), change.organization_id, &ids).await?,
        None => Vec::new(),
    };
    let of: BTreeSet<TemplateId> = found.iter().map(|resource| resource.template_id).collect();
    let of: Vec<TemplateId> = of.into_iter().collect();
    let keys: HashMap<TemplateId, TemplateKey> = templates::keys(ctx.db.reader(), &of).await?.into_iter().collect();
    let demos = rules::demos(ctx.db.reader(), found.iter().map(|one| one.project_id)).await?;
    let found: HashMap<ResourceId, Resource> = found.into_iter().map(|one| (one.id, one)).collect();
    let shown = changes.into_iter().filter_map(|change| {
        let resource = found.get(&change.resource_id)?;
        let key = keys.get(&resource.template_id)?.clone();
        let wire = wire(&change, (resource, demos.contains(&resource.project_id)), key);
        Some((change, wire))
    });
    Ok(shown.collect())
}

/// A change with what it is about, and how it stands.
///
/// # Errors
///
/// Those of the database.
pub async fn shown(ctx: &Ctx, change: ResourceChange) -> Result<(ResourceChange, Wire)> {
    let specification = change.specification.0.clone();
    let standing = match change.status {
        ResourceChangeStatus::Waiting => Some(facts::known(ctx, change.clone()).await?),
        _ => None,
    };
    let id = change.id;
    let mut all = shown_all(ctx, vec![change]).await?;
    let (change, mut wire) = all
        .pop()
        .ok_or_else(|| Error::internal(format!("{id} has no resource")))?;
    wire.specification = Some(specification);
    wire.pull_request = git_workspaces::service::pull_request_of(ctx, &change).await?;
    wire.import = resource_imports::shown(ctx, id).await?;
    if let Some(known) = standing {
        let missing = leave::missing(ctx, known.standing.as_ref()).await?;
        wire.detail = match &known.facts.ground {
            // Whatever people say, this stands in the way.
            Ground::Coming(reason) | Ground::Lost(reason) => Some(reason.clone()),
            Ground::Firm => wire.detail.or(missing).or_else(|| waits(&known)),
        };
        if let Some(standing) = &known.standing {
            wire.approvals = Some(standing.shown(ctx).await?);
        }
    }
    Ok((change, wire))
}

fn waits(known: &Known) -> Option<String> {
    let waits = match known.is_demo {
        true => {
            "Waits for somebody to confirm or reject it. It is a demo: nothing is made, changed or destroyed by that."
        }
        false => "Waits for somebody to confirm or reject the plan.",
    };
    (known.facts.leave == Leave::Ask).then(|| waits.to_owned())
}

fn wire(change: &ResourceChange, (resource, is_demo): (&Resource, bool), template: TemplateKey) -> Wire {
    let status = change.status;
    Wire {
        number: change.number,
        kind: change.kind,
        status,
        resource_name: resource.name.clone(),
        template,
        is_demo,
        differences: change.differences.0.clone(),
        specification: None,
        reason: change.reason.clone(),
        auto_apply: change.auto_apply,
        detail: change.detail.clone(),
        error: change.error.clone(),
        import: None,
        revision: change.revision,
        requested_by: change.requested_by.clone(),
        approvals: None,
        pull_request: None,
        actions: ResourceChangeActions {
            is_decidable: status == ResourceChangeStatus::Waiting,
            is_retryable: status == ResourceChangeStatus::Failed,
            is_cancelable: !status.is_over(),
        },
        created_at: change.created_at,
        updated_at: change.updated_at,
        ended_at: change.ended_at,
    }
}
