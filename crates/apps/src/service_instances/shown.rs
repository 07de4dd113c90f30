//! Service instances as they are shown: with their resources and the apps and jobs that are bound to them, as far as the
//! caller may see those.

use std::collections::HashMap;

use slipway_api::ids::{OrganizationId, ServiceInstanceId};
use slipway_api::services::{InstanceResource, ServiceInstance as Wire, ServiceInstancePermissions, ServiceName};
use slipway_api::{Name, Resource};
use slipway_catalog::permissions::RESOURCE_READ;
use slipway_catalog::resources::binding;
use slipway_kernel::{Ctx, Error, Result};

use super::model::ServiceInstance;
use crate::apps::store as apps;
use crate::binds::Bind;
use crate::binds::store as binds;
use crate::jobs::store as jobs;
use crate::permissions::{APP_READ, JOB_READ, SERVICE_INSTANCE_DELETE};
use crate::services;

/// One instance.
pub(super) async fn shown(ctx: &Ctx, instance: ServiceInstance) -> Result<Resource<Wire>> {
    let mut all = resources(ctx, vec![instance]).await?;
    all.pop()
        .ok_or_else(|| Error::internal("a service instance is not shown"))
}

/// Several of one organization, in their order.
pub(super) async fn resources(ctx: &Ctx, instances: Vec<ServiceInstance>) -> Result<Vec<Resource<Wire>>> {
    let Some(organization) = instances.first().map(|one| one.organization_id) else {
        return Ok(Vec::new());
    };
    let granted = ctx.granted().await?;
    let services = services::store::of(ctx.db.reader(), organization).await?;
    let services: HashMap<_, _> = services.into_iter().map(|one| (one.id, one.name)).collect();
    let behind = behind(ctx, &instances).await?;
    let ids: Vec<_> = instances.iter().map(|one| one.id).collect();
    let binds = binds::of_instances(ctx.db.reader(), &ids).await?;
    let mut bound = bound(ctx, organization, &binds).await?;
    let mut bound_jobs = bound_jobs(ctx, organization, &binds).await?;
    let shown = instances.into_iter().filter_map(|one| {
        let permissions = ServiceInstancePermissions {
            can_delete: granted.allows(SERVICE_INSTANCE_DELETE, &one.scope()),
        };
        let attributes = Wire {
            service: ServiceName {
                id: one.service_id,
                name: services.get(&one.service_id)?.clone(),
            },
            resource: behind.get(&one.resource_id).cloned(),
            apps: bound.remove(&one.id).unwrap_or_default(),
            jobs: bound_jobs.remove(&one.id).unwrap_or_default(),
            name: one.name,
            is_leaving: one.is_leaving,
            permissions,
            created_by: one.created_by,
            created_at: one.created_at,
        };
        let path = format!("/api/v2/service-instances/{}", one.id);
        let shown = Resource::new(one.id, attributes).with_link("self", path);
        Some(shown.with("project", "projects", one.project_id))
    });
    Ok(shown.collect())
}

async fn behind(
    ctx: &Ctx,
    instances: &[ServiceInstance],
) -> Result<HashMap<slipway_api::ids::ResourceId, InstanceResource>> {
    let Some(organization) = instances.first().map(|one| one.organization_id) else {
        return Ok(HashMap::new());
    };
    let ids: Vec<_> = instances.iter().map(|one| one.resource_id).collect();
    let visible = ctx.visible(RESOURCE_READ, organization).await?;
    let all = binding::of_ids(ctx, organization, &ids).await?.into_iter();
    let seen = all.filter(|one| visible.contains(Some(&one.project_id.to_string()), &one.id.to_string()));
    let told = seen.map(|one| {
        let shown = InstanceResource {
            id: one.id,
            state: one.state,
            is_changing: one.change_id.is_some(),
        };
        (one.id, shown)
    });
    Ok(told.collect())
}

/// Names of the apps that are bound to each, as far as the caller may see them.
async fn bound(ctx: &Ctx, organization: OrganizationId, binds: &[Bind]) -> Result<Names> {
    let bound: Vec<_> = binds.iter().filter_map(|bind| bind.app_id).collect();
    let visible = ctx.visible(APP_READ, organization).await?;
    let mut names = Names::new();
    for app in apps::of_ids(ctx.db.reader(), &bound).await? {
        if visible.contains(Some(&app.project_id.to_string()), &app.id.to_string()) {
            let own = binds.iter().filter(|bind| bind.app_id == Some(app.id));
            add(&mut names, own, &app.name);
        }
    }
    Ok(names)
}

/// The same of jobs.
async fn bound_jobs(ctx: &Ctx, organization: OrganizationId, binds: &[Bind]) -> Result<Names> {
    let bound: Vec<_> = binds.iter().filter_map(|bind| bind.job_id).collect();
    let visible = ctx.visible(JOB_READ, organization).await?;
    let mut names = Names::new();
    for job in jobs::of_ids(ctx.db.reader(), &bound).await? {
        if visible.contains(Some(&job.project_id.to_string()), &job.id.to_string()) {
            let own = binds.iter().filter(|bind| bind.job_id == Some(job.id));
            add(&mut names, own, &job.name);
        }
    }
    Ok(names)
}

/// Names of what is bound to each instance.
type Names = HashMap<ServiceInstanceId, Vec<Name>>;

fn add<'a>(names: &mut Names, binds: impl Iterator<Item = &'a Bind>, name: &Name) {
    for instance in binds.filter_map(|bind| bind.service_instance_id) {
        let names = names.entry(instance).or_default();
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}
