//! What people do with services.

use serde_json::json;
use slipway_api::ids::{ProjectId, ServiceId};
use slipway_api::services::{NewService, ServiceChanges};
use slipway_api::{Code, Name};
use slipway_catalog::resources::service::template_named;
use slipway_identity::organizations::{self, Organization};
use slipway_identity::projects;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::directory::{self, Edge};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result, Tx};

use super::model::{KIND, Service};
use super::store;
use crate::permissions::{SERVICE_MANAGE, SERVICE_READ};
use crate::service_instances::store as instances;

/// Why a service depends on its template.
const TEMPLATE: &str = "template";

/// The service, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ServiceId, permission: Permission) -> Result<Service> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let service = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &service.target()).await?;
    Ok(service)
}

/// The service, whoever may see it: of what was ordered, which keeps it.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn get(ctx: &Ctx, id: ServiceId) -> Result<Service> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::internal(format!("{id} is gone, and something was ordered of it")))
}

/// The service of this name, if the caller may see it.
///
/// # Errors
///
/// `Invalid` where there is none.
pub(crate) async fn named(ctx: &Ctx, organization: &Organization, name: &Name) -> Result<Service> {
    let missing = || {
        let detail = format!("There is no service \"{name}\", or you may not see it.");
        Error::invalid("/data/attributes/service", detail)
    };
    let found = store::by_name(ctx.db.reader(), organization.id, name).await?;
    let service = found.ok_or_else(missing)?;
    match ctx.authorize(SERVICE_READ, &service.target()).await {
        Err(error) if error.code() == Code::NotFound => Err(missing()),
        other => other.map(|()| service),
    }
}

/// A page of an organization's services that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, text: Option<&str>, page: &Page) -> Result<Listed<Service>> {
    let visible = ctx.visible(SERVICE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), text, page).await
}

/// Offers a template as a service.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewService) -> Result<Service> {
    ctx.authorize(SERVICE_MANAGE, &organizations::target(organization))
        .await?;
    let template = template_named(ctx, organization, &wanted.template).await?;
    require_projects(ctx, organization, &wanted.projects).await?;
    let ids = (ctx.new_id()?, organization.id, template.id);
    let service = Service::new(ids, &wanted, ctx.now())?;
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &service).await?;
    directory::store::put(&tx, &service.object()).await?;
    let edge = Edge {
        from: service.id.to_string(),
        to: template.id.to_string(),
        why: TEMPLATE,
    };
    directory::store::connect(&tx, &edge).await?;
    let told = json!({"name": service.name, "template": template.key, "outputs": service.outputs.0});
    record(&mut tx, ctx, &service, ("service.created", told)).await?;
    tx.commit().await?;
    Ok(service)
}

async fn require_projects(ctx: &Ctx, organization: &Organization, wanted: &[ProjectId]) -> Result<()> {
    for id in wanted {
        let missing = || {
            let detail = format!("There is no project \"{id}\", or you may not see it.");
            Error::invalid("/data/attributes/projects", detail)
        };
        match projects::get_visible(ctx, *id).await {
            Ok(project) if project.organization_id == organization.id => {}
            Ok(_) => return Err(missing()),
            Err(error) if error.code() == Code::NotFound => return Err(missing()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Changes a service, from the row that the caller saw. Binds that are there keep the variables that they have.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Invalid`, with every field at fault.
pub async fn update(
    ctx: &Ctx,
    organization: &Organization,
    seen: &Service,
    changes: ServiceChanges,
) -> Result<Service> {
    ctx.authorize(SERVICE_MANAGE, &seen.target()).await?;
    if let Some(projects) = &changes.projects {
        require_projects(ctx, organization, projects).await?;
    }
    let service = seen.changed(&changes, ctx.now())?;
    let mut told = serde_json::Map::new();
    if service.description != seen.description {
        told.insert("description".to_owned(), json!([seen.description, service.description]));
    }
    if service.outputs != seen.outputs {
        told.insert("outputs".to_owned(), json!([seen.outputs, service.outputs]));
    }
    if service.projects != seen.projects {
        told.insert("projects".to_owned(), json!([seen.projects, service.projects]));
    }
    if told.is_empty() {
        return Ok(seen.clone());
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &service).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the service at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    record(&mut tx, ctx, &service, ("service.updated", told.into())).await?;
    tx.commit().await?;
    Ok(service)
}

/// Does not offer a service any more.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while anything is there that was ordered of it.
pub async fn delete(ctx: &Ctx, id: ServiceId) -> Result<()> {
    let service = load(ctx, id, SERVICE_MANAGE).await?;
    let mut tx = ctx.begin().await?;
    store::hold(&tx, id).await?;
    let ordered = instances::count_of(&*tx, id).await?;
    if ordered > 0 {
        let what = if ordered == 1 { "instance" } else { "instances" };
        return Err(Error::conflict(format!(
            "The service \"{}\" has {ordered} {what}. Delete them first: slipway service-instance list",
            service.name
        )));
    }
    remove(&mut tx, ctx, &service).await?;
    tx.commit().await
}

async fn remove(tx: &mut Tx, ctx: &Ctx, service: &Service) -> Result<()> {
    if !store::delete(tx, service.id).await? {
        return Ok(());
    }
    let id = service.id.to_string();
    slipway_identity::role_assignments::remove_at(tx, &id).await?;
    directory::store::remove(tx, &id).await?;
    record(tx, ctx, service, ("service.deleted", json!({"name": service.name}))).await
}

/// Removes the services of organizations that are being deleted, with what was ordered of them; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for service in store::of(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            crate::service_instances::leaving::remove_of_service(&mut tx, ctx, service.id).await?;
            remove(&mut tx, ctx, &service).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    service: &Service,
    (action, changes): (&'static str, serde_json::Value),
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(service.organization_id),
        project: None,
        object_kind: KIND,
        object_id: service.id.to_string(),
        object_name: service.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
