//! A service instance goes when its resource does.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::{ResourceId, ServiceId, ServiceInstanceId};
use slipway_api::resources::ResourceState;
use slipway_catalog::resources::{binding, service as resources};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::queue::{NewItem, WorkItem, hasten_or_enqueue};
use slipway_kernel::{Ctx, Result, Tx, directory};

use super::model::{KIND, ServiceInstance};
use super::store;
use crate::work::SERVICE_INSTANCE;

/// Whoever orders gets so long to, before a row without its resource is taken for what a server left that was killed.
const ORDERING: Duration = Duration::from_secs(600);

/// Has the instance of a resource looked at, of which something was told.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn hear(ctx: &Ctx, resource: ResourceId) -> Result<()> {
    let Some(instance) = store::of_resource(ctx.db.reader(), resource).await? else {
        return Ok(());
    };
    let mut tx = ctx.begin().await?;
    let item = NewItem {
        organization: Some(instance.organization_id),
        ..NewItem::job(SERVICE_INSTANCE, instance.id.to_string(), json!({}))
    };
    hasten_or_enqueue(&mut tx, ctx, item).await?;
    tx.commit().await
}

/// Looks whether an instance can go. Subject: the instance.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let id: ServiceInstanceId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no service instance", item.subject)))?;
    let instance = store::find(ctx.db.reader(), id).await;
    let looked = match instance {
        Ok(Some(instance)) => look(ctx, &instance).await,
        Ok(None) => return Ok(()),
        Err(error) => Err(error),
    };
    looked.map_err(|error| match error.code() {
        Code::Unavailable | Code::Internal | Code::TooManyRequests | Code::PreconditionFailed => {
            JobError::Retry(error.to_string())
        }
        _ => JobError::Fail(error.to_string()),
    })
}

/// Removes an instance whose resource is gone; of one that is leaving, the destroyed resource, too.
async fn look(ctx: &Ctx, instance: &ServiceInstance) -> Result<()> {
    match binding::find(ctx, instance.resource_id).await? {
        Some(resource) => {
            let is_over = resource.state == ResourceState::Destroyed && resource.change_id.is_none();
            if !(instance.is_leaving && is_over) {
                return Ok(());
            }
            resources::delete(ctx, &resource).await?;
        }
        None if ctx.now() < instance.created_at.after(ORDERING) && !instance.is_leaving => return Ok(()),
        None => {}
    }
    let mut tx = ctx.begin().await?;
    remove(&mut tx, ctx, instance).await?;
    tx.commit().await
}

/// Looks at all that were ordered some time ago; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let before = ctx.now().before(ORDERING);
    let mut after = None;
    loop {
        let some = store::older(ctx.db.reader(), before, after).await?;
        let Some(last) = some.last() else {
            return Ok(());
        };
        after = Some(last.id);
        for instance in &some {
            match look(ctx, instance).await {
                // Somebody is at it, or something stands on it: that is for whoever wants it gone.
                Err(error) if matches!(error.code(), Code::Conflict | Code::PreconditionFailed) => {}
                other => other?,
            }
        }
    }
}

/// Removes an instance of which nothing is there.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn remove(tx: &mut Tx, ctx: &Ctx, instance: &ServiceInstance) -> Result<()> {
    if !store::delete(tx, instance.id).await? {
        return Ok(());
    }
    let id = instance.id.to_string();
    slipway_identity::role_assignments::remove_at(tx, &id).await?;
    directory::store::remove(tx, &id).await?;
    let told = json!({"name": instance.name});
    record(tx, ctx, instance, ("service-instance.deleted", told)).await
}

/// Removes what was ordered of a service of an organization that is being deleted.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn remove_of_service(tx: &mut Tx, ctx: &Ctx, service: ServiceId) -> Result<()> {
    for instance in store::of_service(&**tx, service).await? {
        remove(tx, ctx, &instance).await?;
    }
    Ok(())
}

pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    instance: &ServiceInstance,
    (action, changes): (&'static str, Value),
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(instance.organization_id),
        project: Some(instance.project_id),
        object_kind: KIND,
        object_id: instance.id.to_string(),
        object_name: instance.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
