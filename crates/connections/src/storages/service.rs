//! What people and the rest of the program do with storages.

use std::time::Duration;

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::StorageId;
use slipway_api::storages::{NewStorage, StorageChanges, StorageTask};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::carrying_out::wake;
use super::clouds::{Trouble, open};
use super::decide::differences;
use super::model::{Differences, KIND, Storage};
use super::place;
use super::store::{self, Filter};
use crate::integrations;
use crate::permissions::{INTEGRATION_USE, STORAGE_CREATE, STORAGE_DESTROY, STORAGE_READ, STORAGE_UPDATE};

/// Longer than all attempts of a job take.
const LONG: Duration = Duration::from_secs(2 * 3_600);

/// The storage, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: StorageId, permission: Permission) -> Result<Storage> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let storage = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &storage.target()).await?;
    Ok(storage)
}

/// A page of an organization's storages that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, filter: &Filter<'_>, page: &Page) -> Result<Listed<Storage>> {
    let visible = ctx.visible(STORAGE_READ, organization.id).await?;
    store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await
}

/// Makes a storage; its bucket is made soon.
///
/// # Errors
///
/// `Forbidden`, also where the caller may not use the integration (`integration.use`); `AlreadyExists` when the name is taken;
/// `Conflict` when the integration cannot be used; `Invalid`, with every field at fault.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewStorage) -> Result<Storage> {
    organizations::require(ctx, STORAGE_CREATE, organization).await?;
    let id = wanted.integration_id;
    let integration = integrations::service::load(ctx, id, INTEGRATION_USE).await?;
    if integration.organization_id != organization.id {
        return Err(Error::not_found(integrations::service::KIND, id));
    }
    place::check(&wanted.place, &integration)?;
    integration.require_usable()?;
    let made_by = (ctx.actor().name(), ctx.now());
    let storage = Storage::new(ctx.new_id()?, organization.id, wanted, made_by)?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &storage).await?;
    directory::store::put(&tx, &storage.object()).await?;
    directory::store::connect(&tx, &storage.edge()).await?;
    wake(&mut tx, ctx, &storage).await?;
    record(&mut tx, ctx, &storage, "storage.created", told(&storage)).await?;
    tx.commit().await?;
    Ok(storage)
}

/// Changes what is said about a storage, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when somebody changed it since; `Invalid`, with the field at fault.
pub async fn update(ctx: &Ctx, seen: &Storage, changes: StorageChanges) -> Result<Storage> {
    ctx.authorize(STORAGE_UPDATE, &seen.target()).await?;
    let storage = seen.changed(changes, ctx.now())?;
    let (before, after) = (told(seen), told(&storage));
    if before == after {
        return Ok(seen.clone());
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &storage).await? {
        return Err(changed_meanwhile());
    }
    directory::store::put(&tx, &storage.object()).await?;
    let told = json!({"before": before, "after": after});
    record(&mut tx, ctx, &storage, "storage.updated", told).await?;
    tx.commit().await?;
    Ok(storage)
}

/// Looks at the bucket of a storage, and keeps in what it differs from what it should be. It changes nothing at the cloud.
///
/// # Errors
///
/// `Forbidden`; `Conflict` while the server works at it, when its bucket was removed, or when the cloud shows nothing;
/// `Unavailable` when the cloud does not answer.
pub async fn check(ctx: &Ctx, seen: &Storage) -> Result<Storage> {
    ctx.authorize(STORAGE_UPDATE, &seen.target()).await?;
    seen.require_idle()?;
    let looked = async { open(ctx, seen).await?.see().await };
    let found = looked.await.map_err(|trouble| match &trouble {
        Trouble::Away(_) | Trouble::Busy(_) => Error::unavailable(trouble.in_words()),
        Trouble::Denied { .. } | Trouble::Refused(_) => Error::conflict(trouble.in_words()),
    })?;
    let checked = Storage {
        differences: Differences(differences(&found)),
        checked_at: Some(ctx.now()),
        ..seen.clone()
    };
    let mut tx = ctx.begin().await?;
    if !store::set_state(&tx, &checked, seen.asked).await? {
        return Err(changed_meanwhile());
    }
    let count = checked.differences.0.len();
    record(&mut tx, ctx, &checked, "storage.checked", json!({"differences": count})).await?;
    tx.commit().await?;
    Ok(checked)
}

/// Has what differs about the bucket set right soon.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when there is no bucket, or the server works at it.
pub async fn repair(ctx: &Ctx, seen: &Storage) -> Result<Storage> {
    ctx.authorize(STORAGE_UPDATE, &seen.target()).await?;
    let next = seen.asked(StorageTask::Repair, ctx.now())?;
    ask(ctx, seen, next, "storage.repair-asked").await
}

/// Has tried again soon what did not succeed.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when nothing failed, or the server works at it.
pub async fn retry(ctx: &Ctx, seen: &Storage) -> Result<Storage> {
    let permission = match seen.task {
        StorageTask::Destroy => STORAGE_DESTROY,
        StorageTask::Create | StorageTask::Repair => STORAGE_UPDATE,
    };
    ctx.authorize(permission, &seen.target()).await?;
    let next = seen.asked_again(ctx.now())?;
    ask(ctx, seen, next, "storage.retried").await
}

/// Has the bucket removed soon, if nothing is in it.
///
/// # Errors
///
/// `Forbidden`; `Conflict` when it was removed already, or the server works at it.
pub async fn destroy(ctx: &Ctx, seen: &Storage) -> Result<Storage> {
    ctx.authorize(STORAGE_DESTROY, &seen.target()).await?;
    let next = seen.asked(StorageTask::Destroy, ctx.now())?;
    ask(ctx, seen, next, "storage.destroy-asked").await
}

async fn ask(ctx: &Ctx, seen: &Storage, next: Storage, action: &'static str) -> Result<Storage> {
    let mut tx = ctx.begin().await?;
    if !store::set_state(&tx, &next, seen.asked).await? {
        return Err(changed_meanwhile());
    }
    directory::store::set_status(&tx, &next.id.to_string(), next.status.word()).await?;
    wake(&mut tx, ctx, &next).await?;
    let told = json!({"task": next.task.word(), "bucket": next.place.0.title()});
    record(&mut tx, ctx, &next, action, told).await?;
    tx.commit().await?;
    Ok(next)
}

/// Forgets a storage. Its bucket, if there is one, stays as it is.
///
/// # Errors
///
/// `Forbidden`; `NotFound`.
pub async fn forget(ctx: &Ctx, storage: &Storage) -> Result<()> {
    ctx.authorize(STORAGE_DESTROY, &storage.target()).await?;
    let mut tx = ctx.begin().await?;
    remove(&mut tx, ctx, storage).await?;
    tx.commit().await
}

async fn remove(tx: &mut Tx, ctx: &Ctx, storage: &Storage) -> Result<()> {
    if !store::delete(tx, storage.id).await? {
        return Err(Error::not_found(KIND, storage.id));
    }
    directory::store::remove(tx, &storage.id.to_string()).await?;
    let told = json!({
        "name": storage.name,
        "bucket": storage.place.0.title(),
        "status": storage.status.word(),
    });
    record(tx, ctx, storage, "storage.forgotten", told).await
}

/// Forgets the storages of organizations that are being deleted, whose buckets stay, and has worked at again what nobody works
/// at although it is due: a server that was killed with every attempt leaves that. To be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for storage in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &storage).await?;
            tx.commit().await?;
        }
    }
    for storage in store::working_since(ctx.db.reader(), ctx.now().before(LONG)).await? {
        let mut tx = ctx.begin().await?;
        wake(&mut tx, ctx, &storage).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn told(storage: &Storage) -> Value {
    json!({
        "name": storage.name,
        "description": storage.description,
        "labels": storage.labels,
        "integration": storage.integration_id,
        "place": storage.place,
    })
}

fn changed_meanwhile() -> Error {
    Error::new(
        Code::PreconditionFailed,
        "Somebody changed the storage at this moment. Look at it again, and repeat your change if it is still wanted.",
    )
}

pub(super) async fn record(
    tx: &mut Tx,
    ctx: &Ctx,
    storage: &Storage,
    action: &'static str,
    changes: Value,
) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(storage.organization_id),
        project: None,
        object_kind: KIND,
        object_id: storage.id.to_string(),
        object_name: storage.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
