//! What apps are bound to: who may bind to it, what it puts out now, and what it is called.

use std::collections::BTreeMap;

use slipway_api::Code;
use slipway_api::binds::{BindOrigin, NewAppBind};
use slipway_api::ids::{BindId, OrganizationId};
use slipway_api::resources::ResourceState;
use slipway_catalog::permissions::RESOURCE_READ;
use slipway_catalog::resources::binding::{self, GivenOutput};
use slipway_catalog::resources::service as resources;
use slipway_catalog::templates::service as templates;
use slipway_infra::managed::outputs;
use slipway_infra::permissions::{STATE_READ, STATE_READ_OUTPUTS, WORKSPACE_READ};
use slipway_infra::workspaces;
use slipway_kernel::directory::{graph, uses};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Bind, Found, Origin};
use super::store;
use crate::apps::App;
use crate::jobs::Job;
use crate::permissions::SERVICE_INSTANCE_READ;
use crate::{service_instances, services};

/// What somebody wants to bind something of an organization to, with the names that its service gives; whoever binds may read what it puts out.
///
/// # Errors
///
/// `Invalid` where not exactly one thing is named; `NotFound`; `Forbidden`.
pub(super) async fn chosen(
    ctx: &Ctx,
    of: OrganizationId,
    wanted: &NewAppBind,
) -> Result<(Origin, BTreeMap<String, String>)> {
    match (wanted.service_instance, wanted.resource, wanted.workspace) {
        (Some(id), None, None) => {
            let instance = service_instances::service::load(ctx, id, SERVICE_INSTANCE_READ).await?;
            require_same(of, instance.organization_id, ("service instance", &id))?;
            resources::load(ctx, instance.resource_id, STATE_READ_OUTPUTS).await?;
            let service = services::service::get(ctx, instance.service_id).await?;
            let origin = Origin::ServiceInstance(id, instance.resource_id);
            let names = match service.outputs.0.is_empty() {
                true => templates::bindable(ctx, service.template_id).await?,
                false => service.outputs.0,
            };
            Ok((origin, names))
        }
        (None, Some(id), None) => {
            let resource = resources::load(ctx, id, STATE_READ_OUTPUTS).await?;
            require_same(of, resource.organization_id, ("resource", &id))?;
            let names = templates::bindable(ctx, resource.template_id).await?;
            Ok((Origin::Resource(id), names))
        }
        (None, None, Some(id)) => {
            let workspace = workspaces::load(ctx, id, STATE_READ).await?;
            require_same(of, workspace.organization_id, ("workspace", &id))?;
            Ok((Origin::Workspace(id), BTreeMap::new()))
        }
        _ => Err(Error::invalid(
            "/data/attributes",
            "Name one thing to bind to: a service instance, a resource or a workspace.",
        )),
    }
}

fn require_same(
    own: OrganizationId,
    other: OrganizationId,
    (kind, id): (&'static str, &impl std::fmt::Display),
) -> Result<()> {
    match own == other {
        true => Ok(()),
        false => Err(Error::not_found(kind, id)),
    }
}

/// What the origin of a bind puts out now. Nothing is recorded: that is said of the bind.
///
/// # Errors
///
/// `Conflict`, for people, when it cannot be read; those of the blobs and of the database.
pub(super) async fn found(ctx: &Ctx, bind: &Bind) -> Result<Found> {
    match bind.origin()? {
        Origin::ServiceInstance(_, resource) | Origin::Resource(resource) => {
            let Some(resource) = binding::find(ctx, resource).await? else {
                return Ok(absent("What it is bound to was deleted."));
            };
            match resource.state {
                ResourceState::Requested => Ok(absent("What it is bound to was ordered, and is not there yet.")),
                ResourceState::Destroyed => Ok(absent("What it is bound to was destroyed.")),
                ResourceState::Provisioned => Ok(Found {
                    outputs: binding::outputs(ctx, &resource).await?,
                    absent: None,
                }),
            }
        }
        Origin::Workspace(workspace) => {
            let state = match outputs::of_workspace(ctx, workspace).await {
                Err(error) if error.code() == Code::NotFound => return Ok(absent("The workspace was deleted.")),
                other => other?,
            };
            let Some(state) = state else {
                return Ok(absent("The workspace has no state yet."));
            };
            let outputs = state.outputs.into_iter().filter(|output| !output.value.is_null());
            let outputs = outputs.map(|output| {
                let bindable = GivenOutput {
                    value: output.value,
                    is_sensitive: output.sensitive,
                };
                (output.name, bindable)
            });
            Ok(Found {
                outputs: outputs.collect(),
                absent: None,
            })
        }
    }
}

fn absent(why: &str) -> Found {
    Found {
        outputs: BTreeMap::new(),
        absent: Some(why.to_owned()),
    }
}

/// What the binds of an app are to, in words: with names as far as the caller may see them.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn called_of_app(ctx: &Ctx, app: &App) -> Result<BTreeMap<BindId, String>> {
    let binds = store::of_app(ctx.db.reader(), app.id).await?;
    called(ctx, app.organization_id, &binds).await
}

/// The same of a job.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn called_of_job(ctx: &Ctx, job: &Job) -> Result<BTreeMap<BindId, String>> {
    let binds = store::of_job(ctx.db.reader(), job.id).await?;
    called(ctx, job.organization_id, &binds).await
}

/// The same of binds of an organization.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn called(
    ctx: &Ctx,
    organization: OrganizationId,
    binds: &[Bind],
) -> Result<BTreeMap<BindId, String>> {
    let shown = shown(ctx, organization, binds).await?;
    let words = shown.into_iter().map(|(bind, origin)| {
        let words = match origin.name {
            Some(name) => format!("{}/{name}", origin.kind.word()),
            None => format!("a {} that you may not see", origin.kind.word().replace('-', " ")),
        };
        (bind, words)
    });
    Ok(words.collect())
}

/// What binds of an organization are to, with ids and names as far as the caller may see them.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn shown(
    ctx: &Ctx,
    organization: OrganizationId,
    binds: &[Bind],
) -> Result<BTreeMap<BindId, BindOrigin>> {
    if binds.is_empty() {
        return Ok(BTreeMap::new());
    }
    let kinds = [
        ("service-instance", SERVICE_INSTANCE_READ),
        ("resource", RESOURCE_READ),
        ("workspace", WORKSPACE_READ),
    ];
    let kinds = uses::visible(ctx, organization, &kinds).await?;
    let mut shown = BTreeMap::new();
    for bind in binds {
        let origin = bind.origin()?;
        let object = graph::visible(ctx, organization, &origin.id(), &kinds).await?;
        let told = BindOrigin {
            kind: origin.kind(),
            id: object.as_ref().map(|object| object.id.clone()),
            name: object.map(|object| object.name),
        };
        shown.insert(bind.id, told);
    }
    Ok(shown)
}
