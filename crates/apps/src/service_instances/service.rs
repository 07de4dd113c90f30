//! What people do with service instances.

use serde_json::json;
use slipway_api::ids::{ResourceId, ServiceInstanceId};
use slipway_api::resources::{NewCatalogResource, ResourceRequest, ResourceState};
use slipway_api::services::NewServiceInstance;
use slipway_catalog::resources::{binding, service as resources};
use slipway_catalog::{permissions::RESOURCE_DESTROY, templates};
use slipway_identity::organizations::Organization;
use slipway_identity::projects::{self, Project};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory::{self, BACKED_BY, Edge, uses};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::leaving::{record, remove};
use super::model::{KIND, ServiceInstance};
use super::store::{self, Filter};
use crate::permissions::{SERVICE_INSTANCE_CREATE, SERVICE_INSTANCE_DELETE, SERVICE_INSTANCE_READ};
use crate::services::{self, Service};

/// Why a service instance depends on its service.
const INSTANCE: &str = "instance";

/// The service instance, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ServiceInstanceId, permission: Permission) -> Result<ServiceInstance> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let instance = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &instance.target()).await?;
    Ok(instance)
}

/// A page of an organization's service instances that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<ServiceInstance>> {
    let visible = ctx.visible(SERVICE_INSTANCE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// Orders from a service: a resource of its template, as if the caller ordered that himself.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with every field at fault; `AlreadyExists` when the name is taken.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewServiceInstance) -> Result<ServiceInstance> {
    let project = match wanted.project {
        Some(id) => projects::get_visible(ctx, id).await?,
        None => projects::default_of(ctx, organization.id).await?,
    };
    if project.organization_id != organization.id {
        return Err(Error::not_found("project", project.id));
    }
    ctx.authorize(SERVICE_INSTANCE_CREATE, &projects::target(&project))
        .await?;
    let service = services::service::named(ctx, organization, &wanted.service).await?;
    if !service.is_for(project.id) {
        let detail = format!(
            "The service \"{}\" is not for the project \"{}\".",
            service.name, project.name
        );
        return Err(Error::invalid("/data/attributes/project", detail));
    }
    let order = order(ctx, &service, &project, &wanted).await?;
    // What the catalog refuses is said before anything is written.
    resources::check_create(ctx, organization, &order).await?;
    let instance = ServiceInstance {
        id: ctx.new_id()?,
        organization_id: organization.id,
        project_id: project.id,
        service_id: service.id,
        name: wanted.name,
        resource_id: ctx.new_id()?,
        is_leaving: false,
        created_by: ctx.actor().name(),
        created_at: ctx.now(),
    };
    keep(ctx, &instance, &service).await?;
    let ids = (instance.resource_id, ctx.new_id()?);
    if let Err(error) = resources::create_as(ctx, organization, order, ids).await {
        let mut tx = ctx.begin().await?;
        remove(&mut tx, ctx, &instance).await?;
        tx.commit().await?;
        return Err(error);
    }
    Ok(instance)
}

async fn order(
    ctx: &Ctx,
    service: &Service,
    project: &Project,
    wanted: &NewServiceInstance,
) -> Result<NewCatalogResource> {
    let template = templates::service::keys(ctx, &[service.template_id]).await?;
    let template = template.into_values().next();
    Ok(NewCatalogResource {
        template: template.ok_or_else(|| Error::internal(format!("{} has no template", service.id)))?,
        project: Some(project.id),
        name: Some(wanted.name.clone()),
        description: wanted.description.clone(),
        labels: Vec::new(),
        source_code_version: None,
        parents: wanted.parents.clone(),
        integrations: wanted.integrations.clone(),
        values: wanted.values.clone(),
        references: wanted.references.clone(),
        tags: Vec::new(),
        settings: Vec::new(),
        import: None,
        reason: wanted.reason.clone(),
        auto_apply: wanted.auto_apply,
    })
}

/// Writes an instance, before its resource is ordered.
async fn keep(ctx: &Ctx, instance: &ServiceInstance, service: &Service) -> Result<()> {
    let mut tx = ctx.begin().await?;
    projects::hold(&tx, instance.project_id).await?;
    if services::store::hold(&tx, service.id).await?.is_none() {
        return Err(Error::not_found("service", service.id));
    }
    store::insert(&tx, instance).await?;
    directory::store::put(&tx, &instance.object()).await?;
    connect(&tx, instance, service.id.to_string(), INSTANCE).await?;
    connect(&tx, instance, instance.resource_id.to_string(), BACKED_BY).await?;
    let told = json!({"name": instance.name, "service": service.name, "resource": instance.resource_id});
    record(&mut tx, ctx, instance, ("service-instance.ordered", told)).await?;
    tx.commit().await
}

async fn connect(tx: &Tx, instance: &ServiceInstance, to: String, why: &'static str) -> Result<()> {
    let edge = Edge {
        from: instance.id.to_string(),
        to,
        why,
    };
    directory::store::connect(tx, &edge).await
}

/// Has what was ordered destroyed, as the catalog destroys resources, after which the instance is gone; at once where nothing is
/// behind it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while it is bound, naming the apps that the caller may see, or while its resource cannot be destroyed.
pub async fn delete(ctx: &Ctx, id: ServiceInstanceId, request: ResourceRequest) -> Result<()> {
    let instance = load(ctx, id, SERVICE_INSTANCE_DELETE).await?;
    let bound = uses::bound_in_words(ctx, instance.organization_id, &id.to_string()).await?;
    if let Some(bound) = bound {
        return Err(Error::conflict(format!(
            "\"{}\" is bound to {bound}, which would break. Unbind it there first.",
            instance.name
        )));
    }
    let Some(resource) = binding::find(ctx, instance.resource_id).await? else {
        return forget(ctx, &instance).await;
    };
    let resource = resources::load(ctx, resource.id, RESOURCE_DESTROY).await?;
    let is_there = match resource.state {
        ResourceState::Provisioned => true,
        ResourceState::Requested => resource.workspace_id.is_some(),
        ResourceState::Destroyed => false,
    };
    if !is_there {
        resources::delete(ctx, &resource).await?;
        return forget(ctx, &instance).await;
    }
    leave(ctx, &instance, true).await?;
    if let Err(error) = resources::destroy(ctx, &resource, request).await {
        leave(ctx, &instance, instance.is_leaving).await?;
        return Err(error);
    }
    Ok(())
}

async fn forget(ctx: &Ctx, instance: &ServiceInstance) -> Result<()> {
    let mut tx = ctx.begin().await?;
    remove(&mut tx, ctx, instance).await?;
    tx.commit().await
}

async fn leave(ctx: &Ctx, instance: &ServiceInstance, is_leaving: bool) -> Result<()> {
    let next = ServiceInstance {
        is_leaving,
        ..instance.clone()
    };
    let mut tx = ctx.begin().await?;
    store::note_leaving(&tx, instance.id, is_leaving).await?;
    directory::store::put(&tx, &next.object()).await?;
    let action = match is_leaving {
        true => "service-instance.leaving",
        false => "service-instance.staying",
    };
    record(&mut tx, ctx, &next, (action, json!({}))).await?;
    tx.commit().await
}

/// The service that a resource was ordered of.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn service_of(ctx: &Ctx, resource: ResourceId) -> Result<Option<Service>> {
    match store::of_resource(ctx.db.reader(), resource).await? {
        Some(instance) => services::service::get(ctx, instance.service_id).await.map(Some),
        None => Ok(None),
    }
}
