//! From what somebody sent to a draft that is checked and ordered.

use slipway_api::Code;
use slipway_api::ids::{ProjectId, ResourceChangeId, ResourceId};
use slipway_api::resources::{
    CatalogResourceChanges, NewCatalogResource, ResourceCheck, ResourceRequest, ResourceRestoration,
    ResourceSpecification, ResourceState,
};
use slipway_api::templates::TemplateKey;
use slipway_identity::organizations::Organization;
use slipway_identity::projects::{self, Project};
use slipway_infra::permissions::STATE_WRITE;
use slipway_kernel::{Ctx, Error, Result};

use super::super::checks::facts::Draft;
use super::super::loading::Place;
use super::super::model::{Resource, Secrets};
use super::super::{revisions, values, wanted};
use super::ordering::{self, ATTRIBUTES, Brought, Order};
use super::{secrets, secrets_of_change};
use crate::permissions::{RESOURCE_CREATE, RESOURCE_UPDATE, TEMPLATE_READ};
use crate::source_code_versions::service as versions;
use crate::templates::{Template, store as templates};

/// Orders a resource.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with every field at fault; `AlreadyExists` when somebody was faster with a name or a unique value.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewCatalogResource) -> Result<Resource> {
    create_as(ctx, organization, wanted, (ctx.new_id()?, ctx.new_id()?)).await
}

/// The same, with an id that the resource will have, and one that its first change will have.
///
/// # Errors
///
/// As those of [`create`].
pub async fn create_as(
    ctx: &Ctx,
    organization: &Organization,
    wanted: NewCatalogResource,
    (id, change): (ResourceId, ResourceChangeId),
) -> Result<Resource> {
    let draft = draft(ctx, organization, &wanted).await?;
    let brought = wanted.import.as_ref().map(|import| Brought { organization, import });
    let order = Order {
        draft,
        change,
        reason: wanted.reason,
        auto_apply: wanted.auto_apply,
        is_refresh: false,
    };
    ordering::create(ctx, id, order, brought).await
}

/// What ordering a resource would do.
///
/// # Errors
///
/// As those of [`create`].
pub async fn check_create(
    ctx: &Ctx,
    organization: &Organization,
    wanted: &NewCatalogResource,
) -> Result<ResourceCheck> {
    let draft = draft(ctx, organization, wanted).await?;
    let checked = ordering::check(ctx, &draft, &wanted.reason).await?;
    let taken = match &wanted.import {
        Some(import) => Some(Brought { organization, import }.taken(ctx, &checked).await?),
        None => None,
    };
    Ok(ordering::shown(&checked, taken))
}

/// Whether the caller may order with a state in any project of the organization: which one is in the body, that has not been
/// read by then.
///
/// # Errors
///
/// Those of the database.
pub async fn may_bring_states(ctx: &Ctx, organization: &Organization) -> Result<bool> {
    let orders = ctx.visible(RESOURCE_CREATE, organization.id).await?;
    let writes = ctx.visible(STATE_WRITE, organization.id).await?;
    Ok(!orders.is_nothing() && !writes.is_nothing())
}

/// A new resource as somebody wants it, where he may order one.
pub(super) async fn draft(ctx: &Ctx, organization: &Organization, wanted: &NewCatalogResource) -> Result<Draft> {
    let project = project_named(ctx, organization, wanted.project).await?;
    ctx.authorize(RESOURCE_CREATE, &projects::target(&project)).await?;
    if wanted.import.is_some() {
        // Whoever writes a state says what the project's credentials are used on.
        ctx.authorize(STATE_WRITE, &projects::target(&project)).await?;
    }
    let template = template_named(ctx, organization, &wanted.template).await?;
    let placeholder = "unnamed".parse().map_err(Error::internal)?;
    let mut specification = wanted::ordered(wanted, wanted.name.clone().unwrap_or(placeholder));
    if specification.source_code_version.is_none() && !template.is_abstract {
        specification.source_code_version = versions::recommended(ctx, template.id).await?;
    }
    Ok(Draft {
        place: Place {
            organization: (organization.id, organization.name.clone()),
            project: (project.id, project.name),
            template,
        },
        seen: None,
        specification,
        given_name: wanted.name.clone(),
    })
}

/// The project that somebody named, if he may see it; else the default one.
///
/// # Errors
///
/// `Invalid` where there is none.
pub(crate) async fn project_named(ctx: &Ctx, organization: &Organization, named: Option<ProjectId>) -> Result<Project> {
    let Some(id) = named else {
        return projects::default_of(ctx, organization.id).await;
    };
    let missing = || {
        let detail = format!("There is no project \"{id}\", or you may not see it.");
        Error::invalid(&format!("{ATTRIBUTES}/project"), detail)
    };
    match projects::get_visible(ctx, id).await {
        Ok(project) if project.organization_id == organization.id => Ok(project),
        Ok(_) => Err(missing()),
        Err(error) if error.code() == Code::NotFound => Err(missing()),
        Err(error) => Err(error),
    }
}

/// The template that somebody named, if he may see it.
///
/// # Errors
///
/// `Invalid` where there is none.
pub async fn template_named(ctx: &Ctx, organization: &Organization, key: &TemplateKey) -> Result<Template> {
    let missing = || {
        let detail = format!("There is no template \"{key}\", or you may not see it.");
        Error::invalid(&format!("{ATTRIBUTES}/template"), detail)
    };
    let keys = [key.clone()];
    let found = templates::with_keys(ctx.db.reader(), organization.id, &keys)
        .await?
        .pop();
    let template = found.ok_or_else(missing)?;
    match ctx.authorize(TEMPLATE_READ, &template.target()).await {
        Ok(()) => Ok(template),
        Err(error) if error.code() == Code::NotFound => Err(missing()),
        Err(error) => Err(error),
    }
}

/// Asks for changes of a resource, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it was destroyed or has a change that is not over; `PreconditionFailed` when somebody changed it
/// since; `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, seen: &Resource, changes: CatalogResourceChanges) -> Result<Resource> {
    update_as(ctx, seen, changes, ctx.new_id()?).await
}

/// The same, by a change that will have this id.
///
/// # Errors
///
/// As those of [`update`].
pub async fn update_as(
    ctx: &Ctx,
    seen: &Resource,
    changes: CatalogResourceChanges,
    change: ResourceChangeId,
) -> Result<Resource> {
    let draft = changed(ctx, seen, &changes).await?;
    let order = Order {
        draft,
        change,
        reason: changes.reason,
        auto_apply: changes.auto_apply,
        is_refresh: false,
    };
    ordering::change(ctx, seen, order).await
}

/// What changes of a resource would do.
///
/// # Errors
///
/// As those of [`update`].
pub async fn check_update(ctx: &Ctx, seen: &Resource, changes: &CatalogResourceChanges) -> Result<ResourceCheck> {
    let draft = changed(ctx, seen, changes).await?;
    let checked = ordering::check(ctx, &draft, &changes.reason).await?;
    Ok(ordering::shown(&checked, None))
}

pub(super) async fn changed(ctx: &Ctx, seen: &Resource, changes: &CatalogResourceChanges) -> Result<Draft> {
    ctx.authorize(RESOURCE_UPDATE, &seen.target()).await?;
    if seen.state == ResourceState::Destroyed {
        return Err(Error::conflict(format!(
            "\"{}\" was destroyed. Restore one of its revisions, or order another.",
            seen.name
        )));
    }
    ordering::require_free(seen)?;
    let specification = wanted::changed(&seen.specification.0, changes);
    from(ctx, seen, specification, secrets(ctx, seen).await?).await
}

/// A draft of a resource that is there.
async fn from(ctx: &Ctx, seen: &Resource, specification: ResourceSpecification, secrets: Secrets) -> Result<Draft> {
    Ok(Draft {
        place: values::place(ctx, seen).await?,
        given_name: Some(specification.name.clone()),
        seen: Some((seen.clone(), secrets)),
        specification,
    })
}

/// Brings a resource up to date: the same specification, with what it stands on as it is now. Of one that was ordered and never
/// made, it is ordered again.
///
/// # Errors
///
/// As those of [`update`].
pub async fn refresh(ctx: &Ctx, seen: &Resource, request: ResourceRequest) -> Result<Resource> {
    refresh_as(ctx, seen, request, ctx.new_id()?).await
}

/// The same, by a change that will have this id.
///
/// # Errors
///
/// As those of [`update`].
pub async fn refresh_as(
    ctx: &Ctx,
    seen: &Resource,
    request: ResourceRequest,
    change: ResourceChangeId,
) -> Result<Resource> {
    let order = Order {
        draft: changed(ctx, seen, &CatalogResourceChanges::default()).await?,
        change,
        reason: request.reason,
        auto_apply: request.auto_apply,
        is_refresh: true,
    };
    ordering::change(ctx, seen, order).await
}

/// Asks for a resource to be again what it was as some revision, secrets included. What was destroyed is made anew.
///
/// # Errors
///
/// As those of [`update`]; `NotFound` when there is no such revision.
pub async fn restore(ctx: &Ctx, seen: &Resource, wanted: ResourceRestoration) -> Result<Resource> {
    ctx.authorize(RESOURCE_UPDATE, &seen.target()).await?;
    ordering::require_free(seen)?;
    let found = revisions::store::find(ctx.db.reader(), seen.id, wanted.revision).await?;
    let change = found.ok_or_else(|| Error::not_found("revision", wanted.revision))?;
    let mut specification = change.specification.0.clone();
    // Secrets that it did not have then are taken away.
    let mut kept = secrets(ctx, seen).await?;
    let then = secrets_of_change(ctx, &change).await?;
    for name in kept.0.keys().filter(|name| !then.0.contains_key(*name)) {
        specification.values.insert(name.clone(), serde_json::Value::Null);
    }
    specification.values.extend(then.0);
    let draft = from(ctx, seen, specification, std::mem::take(&mut kept)).await?;
    let order = Order {
        draft,
        change: ctx.new_id()?,
        reason: wanted.reason,
        auto_apply: wanted.auto_apply,
        is_refresh: seen.state != ResourceState::Provisioned,
    };
    ordering::change(ctx, seen, order).await
}
