//! Which resources a workflow is about, and which of them wait for which.

use std::collections::{BTreeMap, BTreeSet};

use slipway_api::ids::{BlueprintId, OrganizationId, ProjectId, ResourceId, TemplateId, WorkflowId};
use slipway_api::resources::{NewCatalogResource, ResourceState};
use slipway_api::source_code_versions::{Lifecycle, VersionStatus};
use slipway_api::workflows::{NewWorkflow, WorkflowKind};
use slipway_api::{Code, Name};
use slipway_kernel::{Ctx, Error, Result};

use super::asking::permission;
use super::service;
use crate::permissions::{RESOURCE_READ, TEMPLATE_READ};
use crate::resources::model::{KIND, Secrets};
use crate::resources::{Resource, store as resources};
use crate::source_code_versions::SourceCodeVersion;
use crate::source_code_versions::service as versions;
use crate::templates::store as templates;

/// Steps of a workflow at most.
const STEPS: usize = 1_000;

/// What a workflow will be about.
pub(super) struct Plan {
    /// What happens, in a sentence.
    pub(super) title: String,
    /// The project of all the resources, if they are of one.
    pub(super) project: Option<ProjectId>,
    /// The blueprint, where resources are made by one.
    pub(super) blueprint: Option<BlueprintId>,
    /// What the resources are called, by id.
    pub(super) names: BTreeMap<ResourceId, String>,
    /// For each the others that it waits for.
    pub(super) after: BTreeMap<ResourceId, BTreeSet<ResourceId>>,
    /// What is to be made; nothing where the resources are there.
    pub(super) parts: Vec<Planned>,
}

/// What is to be made of a part of a blueprint.
pub(super) struct Planned {
    /// The id that the resource will have.
    pub(super) id: ResourceId,
    /// The name of the part.
    pub(super) name: String,
    /// What the resource will be called, if that is known.
    pub(super) resource_name: Option<Name>,
    /// What will be ordered, without secrets.
    pub(super) order: NewCatalogResource,
    /// Values of its secrets.
    pub(super) secrets: Secrets,
}

/// Finds them, as far as the caller may change them.
///
/// # Errors
///
/// `NotFound`, `Forbidden`: of the first resource that the caller may not change, also of one that stands on what shall be
/// destroyed; `Conflict` where the caller may not even see such a one, or where nothing is to be done; `Invalid`.
pub(super) async fn plan(ctx: &Ctx, organization: OrganizationId, wanted: &NewWorkflow) -> Result<Plan> {
    let version = match wanted.kind {
        WorkflowKind::Upgrade => Some(version(ctx, organization, wanted).await?),
        WorkflowKind::Destroy | WorkflowKind::Refresh | WorkflowKind::Create => None,
    };
    let named = named(ctx, organization, wanted).await?;
    let found = match (wanted.kind, named.is_empty()) {
        (WorkflowKind::Destroy, true) if wanted.workflow.is_none() => {
            return Err(Error::invalid("/data/attributes/resources", "Say what to destroy."));
        }
        (WorkflowKind::Destroy, _) => with_descendants(ctx, organization, named).await?,
        (_, false) => named,
        (WorkflowKind::Upgrade, true) => {
            provisioned(ctx, organization, version.as_ref().map(|version| version.template_id)).await?
        }
        (WorkflowKind::Refresh | WorkflowKind::Create, true) => provisioned(ctx, organization, None).await?,
    };
    let is_concerned = |resource: &Resource| match wanted.kind {
        WorkflowKind::Destroy => resource.state != ResourceState::Destroyed,
        WorkflowKind::Upgrade => {
            let other = resource.source_code_version_id != version.as_ref().map(|version| version.id);
            resource.state == ResourceState::Provisioned && other
        }
        WorkflowKind::Refresh | WorkflowKind::Create => {
            resource.state == ResourceState::Provisioned
                && (!wanted.resources.is_empty() || !resource.stale.0.is_empty())
        }
    };
    let found: BTreeMap<ResourceId, Resource> = found
        .into_iter()
        .filter(|(_, resource)| is_concerned(resource))
        .collect();
    if let Some(version) = &version
        && let Some(other) = found.values().find(|one| one.template_id != version.template_id)
    {
        let detail = format!(
            "{} is of another template than the version {}.",
            other.name,
            version.called()
        );
        return Err(Error::invalid("/data/attributes/resources", detail));
    }
    for resource in found.values() {
        match ctx.authorize(permission(wanted.kind), &resource.target()).await {
            // It was not named: not even its id is told.
            Err(error) if error.code() == Code::NotFound => {
                return Err(Error::conflict(
                    "Something that you may not see stands on one of these.",
                ));
            }
            allowed => allowed?,
        }
    }
    let title = title(ctx, wanted, &found, version.as_ref()).await?;
    match found.len() {
        0 => Err(Error::conflict(nothing(wanted.kind))),
        1..=STEPS => Ok(Plan {
            title,
            project: only_project(&found),
            blueprint: None,
            names: found.values().map(|one| (one.id, one.name.to_string())).collect(),
            after: after(ctx, organization, wanted.kind, &found).await?,
            parts: Vec::new(),
        }),
        more => Err(Error::conflict(format!(
            "These are {more} resources; a workflow has {STEPS} steps at most. Name fewer of them."
        ))),
    }
}

fn only_project(found: &BTreeMap<ResourceId, Resource>) -> Option<ProjectId> {
    let first = found.values().next()?.project_id;
    found.values().all(|one| one.project_id == first).then_some(first)
}

/// Those of a template, or all, that are there and that the caller may see.
async fn provisioned(
    ctx: &Ctx,
    organization: OrganizationId,
    template: Option<TemplateId>,
) -> Result<BTreeMap<ResourceId, Resource>> {
    let visible = ctx.visible(RESOURCE_READ, organization).await?;
    let found = resources::provisioned(ctx.db.reader(), (organization, &visible), template).await?;
    Ok(found.into_iter().map(|one| (one.id, one)).collect())
}

fn nothing(kind: WorkflowKind) -> &'static str {
    match kind {
        WorkflowKind::Destroy => "All of these are destroyed already.",
        WorkflowKind::Upgrade => "No resource that is there has another version than this one.",
        WorkflowKind::Refresh | WorkflowKind::Create => "Every resource is up to date.",
    }
}

/// The version that resources are taken to.
async fn version(ctx: &Ctx, organization: OrganizationId, wanted: &NewWorkflow) -> Result<SourceCodeVersion> {
    let place = "/data/attributes/source-code-version";
    let id = wanted
        .source_code_version
        .ok_or_else(|| Error::invalid(place, "Name the version that the resources are taken to."))?;
    let missing = || Error::invalid(place, format!("There is no version {id}."));
    let version = match versions::load(ctx, id, TEMPLATE_READ).await {
        Err(error) if error.code() == Code::NotFound => return Err(missing()),
        found => found?,
    };
    if version.organization_id != organization {
        return Err(missing());
    }
    let refused = |what| {
        Err(Error::invalid(
            place,
            format!("The version {} {what}.", version.called()),
        ))
    };
    match (version.status, version.lifecycle) {
        (VersionStatus::Failed, _) => refused("cannot be read"),
        (_, Lifecycle::Archived) => refused("is archived: nothing new takes it"),
        _ => Ok(version),
    }
}

/// The resources that were named, and those that the named workflow made.
async fn named(
    ctx: &Ctx,
    organization: OrganizationId,
    wanted: &NewWorkflow,
) -> Result<BTreeMap<ResourceId, Resource>> {
    let found = resources::of_ids(ctx.db.reader(), organization, &wanted.resources).await?;
    let mut found: BTreeMap<ResourceId, Resource> = found.into_iter().map(|one| (one.id, one)).collect();
    for id in &wanted.resources {
        let resource = found.get(id).ok_or_else(|| Error::not_found(KIND, id))?;
        ctx.authorize(RESOURCE_READ, &resource.target()).await?;
    }
    if let Some(workflow) = wanted.workflow {
        found.extend(made(ctx, organization, workflow).await?);
    }
    Ok(found)
}

/// What a workflow made, as far as it is still there.
async fn made(ctx: &Ctx, organization: OrganizationId, id: WorkflowId) -> Result<BTreeMap<ResourceId, Resource>> {
    let place = "/data/attributes/workflow";
    let missing = || Error::invalid(place, format!("There is no workflow \"{id}\", or you may not see it."));
    let (workflow, steps) = match service::load(ctx, id).await {
        Ok((workflow, steps)) if workflow.organization_id == organization => (workflow, steps),
        Ok(_) => return Err(missing()),
        Err(error) if error.code() == Code::NotFound => return Err(missing()),
        Err(error) => return Err(error),
    };
    if workflow.kind != WorkflowKind::Create {
        return Err(Error::invalid(
            place,
            "It made nothing; name one that makes the resources of a blueprint.",
        ));
    }
    if workflow.is_running() {
        return Err(Error::conflict(
            "The workflow still makes resources. Stop it first, or wait for its end.",
        ));
    }
    let ids: Vec<ResourceId> = steps.iter().map(|step| step.resource_id).collect();
    let rows = resources::of_ids(ctx.db.reader(), organization, &ids).await?;
    Ok(rows.into_iter().map(|one| (one.id, one)).collect())
}

/// These and everything that stands on them.
async fn with_descendants(
    ctx: &Ctx,
    organization: OrganizationId,
    named: BTreeMap<ResourceId, Resource>,
) -> Result<BTreeMap<ResourceId, Resource>> {
    let mut found = named;
    let mut waiting: Vec<ResourceId> = found.keys().copied().collect();
    while !waiting.is_empty() {
        let links = resources::links_to(ctx.db.reader(), &waiting).await?;
        let next: BTreeSet<ResourceId> = links
            .into_iter()
            .map(|link| link.resource_id)
            .filter(|id| !found.contains_key(id))
            .collect();
        waiting = next.into_iter().collect();
        let rows = resources::of_ids(ctx.db.reader(), organization, &waiting).await?;
        found.extend(rows.into_iter().map(|one| (one.id, one)));
    }
    Ok(found)
}

/// Who waits for whom: to destroy, each for those that stand on it; else, each for those that it stands on.
async fn after(
    ctx: &Ctx,
    organization: OrganizationId,
    kind: WorkflowKind,
    found: &BTreeMap<ResourceId, Resource>,
) -> Result<BTreeMap<ResourceId, BTreeSet<ResourceId>>> {
    let ids: Vec<ResourceId> = found.keys().copied().collect();
    let mut after: BTreeMap<ResourceId, BTreeSet<ResourceId>> = ids.iter().map(|id| (*id, BTreeSet::new())).collect();
    let links = resources::links_to(ctx.db.reader(), &ids).await?;
    let inside = links
        .iter()
        .filter(|link| link.organization_id == organization && found.contains_key(&link.resource_id));
    for link in inside {
        let (waits, first) = match kind {
            WorkflowKind::Destroy => (link.parent_id, link.resource_id),
            WorkflowKind::Upgrade | WorkflowKind::Refresh | WorkflowKind::Create => (link.resource_id, link.parent_id),
        };
        after.entry(waits).or_default().insert(first);
    }
    Ok(after)
}

async fn title(
    ctx: &Ctx,
    wanted: &NewWorkflow,
    found: &BTreeMap<ResourceId, Resource>,
    version: Option<&SourceCodeVersion>,
) -> Result<String> {
    let count = match found.len() {
        1 => found
            .values()
            .next()
            .map_or_else(String::new, |one| one.name.to_string()),
        more => format!("{more} resources"),
    };
    Ok(match (wanted.kind, version) {
        (WorkflowKind::Destroy, _) => {
            let first = wanted.resources.first().and_then(|id| found.get(id));
            match (first, found.len()) {
                (Some(first), more @ 2..) if wanted.resources.len() == 1 => {
                    format!("Destroy {} and {} on it", first.name, counted(more - 1))
                }
                _ => format!("Destroy {count}"),
            }
        }
        (WorkflowKind::Upgrade, Some(version)) => {
            let template = templates::find(ctx.db.reader(), version.template_id).await?;
            let template = template.map_or_else(String::new, |template| format!(" of {}", template.name));
            format!("Take {count}{template} to {}", version.called())
        }
        _ => format!("Bring {count} up to date"),
    })
}

fn counted(count: usize) -> String {
    match count {
        1 => "what stands".to_owned(),
        more => format!("{more} resources that stand"),
    }
}
