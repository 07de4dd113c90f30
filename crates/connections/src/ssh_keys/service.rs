//! What people and runs do with SSH keys.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::{OrganizationId, SshKeyId};
use slipway_api::ssh_keys::{NewSshKey, SshKeyChanges};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::db::Tx;
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::key::{self, PrivateKey};
use super::model::{SshKey, place};
use super::store;
use crate::permissions::{INTEGRATION_MANAGE, INTEGRATION_READ};
use crate::uses;

/// The word for SSH keys in the directory and in events.
pub const KIND: &str = "ssh-key";

/// The key, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: SshKeyId, permission: Permission) -> Result<SshKey> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let key = of_system(ctx, id).await?;
    ctx.authorize(permission, &key.target()).await?;
    Ok(key)
}

/// The key, without asking whether anybody may see it: for runs that were given it.
///
/// # Errors
///
/// `NotFound`.
pub async fn of_system(ctx: &Ctx, id: SshKeyId) -> Result<SshKey> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found("SSH key", id))
}

/// The private key in clear, for the program that opens a repository with it.
///
/// # Errors
///
/// `Internal` when it does not open.
pub async fn private_key(ctx: &Ctx, key: &SshKey) -> Result<SecretBytes> {
    let scope = Some(key.organization_id);
    ctx.secrets
        .open(ctx.db.reader(), scope, &place(key.id), &key.private_key)
        .await
}

/// A page of an organization's keys that the caller may see, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<SshKey>> {
    let visible = ctx.visible(INTEGRATION_READ, organization.id).await?;
    store::list(ctx.db.reader(), organization.id, &visible, page).await
}

/// Keeps a private key.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid` when it is no private key or has a passphrase.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewSshKey) -> Result<SshKey> {
    organizations::require(ctx, INTEGRATION_MANAGE, organization).await?;
    let id = ctx.new_id()?;
    let private = read(wanted.value)?;
    let made = SshKey {
        id,
        organization_id: organization.id,
        name: wanted.name,
        private_key: sealed(ctx, organization.id, id, &private).await?,
        algorithm: private.algorithm,
        fingerprint: private.fingerprint,
        created_at: ctx.now(),
        version: 1,
    };
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &made).await?;
    directory::store::put(&tx, &object(&made)).await?;
    let changes = json!({"name": made.name, "fingerprint": made.fingerprint});
    record(&mut tx, ctx, &made, "ssh-key.created", changes).await?;
    tx.commit().await?;
    Ok(made)
}

/// Changes a key, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed`; `AlreadyExists`; `Invalid`.
pub async fn update(ctx: &Ctx, seen: &SshKey, changes: SshKeyChanges) -> Result<SshKey> {
    ctx.authorize(INTEGRATION_MANAGE, &seen.target()).await?;
    let mut key = seen.clone();
    key.name = changes.name.unwrap_or(key.name);
    key.version += 1;
    if let Some(value) = changes.value {
        let private = read(value)?;
        key.private_key = sealed(ctx, key.organization_id, key.id, &private).await?;
        (key.algorithm, key.fingerprint) = (private.algorithm, private.fingerprint);
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &key).await? {
        return Err(Error::new(
            Code::PreconditionFailed,
            "Somebody changed the SSH key at this moment. Look at it again, and repeat your change if it is still wanted.",
        ));
    }
    directory::store::put(&tx, &object(&key)).await?;
    let told = json!({"name": [seen.name, key.name], "fingerprint": [seen.fingerprint, key.fingerprint]});
    record(&mut tx, ctx, &key, "ssh-key.updated", told).await?;
    tx.commit().await?;
    Ok(key)
}

/// Deletes a key that nothing uses.
///
/// # Errors
///
/// `Forbidden`; `NotFound`; `Conflict` while it is used.
pub async fn delete(ctx: &Ctx, id: SshKeyId) -> Result<()> {
    let key = load(ctx, id, INTEGRATION_MANAGE).await?;
    if let Some(users) = uses::in_words(ctx, key.organization_id, &id.to_string()).await? {
        return Err(Error::conflict(format!(
            "The SSH key \"{}\" is used by {users}. Let them use another first.",
            key.name
        )));
    }
    let mut tx = ctx.begin().await?;
    remove(&mut tx, ctx, &key).await?;
    tx.commit().await
}

/// Removes the keys of organizations that are being deleted; to be called now and then.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        for key in store::of_organization(ctx.db.reader(), organization.id).await? {
            let mut tx = ctx.begin().await?;
            remove(&mut tx, ctx, &key).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

async fn remove(tx: &mut Tx, ctx: &Ctx, key: &SshKey) -> Result<()> {
    if !store::delete(tx, key.id).await? {
        return Err(Error::not_found("SSH key", key.id));
    }
    directory::store::remove(tx, &key.id.to_string()).await?;
    record(tx, ctx, key, "ssh-key.deleted", json!({"name": key.name})).await
}

fn read(value: String) -> Result<PrivateKey> {
    let value = zeroize::Zeroizing::new(value);
    key::read(&value).map_err(|why| Error::invalid("/data/attributes/value", why))
}

async fn sealed(ctx: &Ctx, organization: OrganizationId, id: SshKeyId, private: &PrivateKey) -> Result<Vec<u8>> {
    ctx.secrets
        .seal(ctx.db.reader(), Some(organization), &place(id), private.text.as_bytes())
        .await
}

fn object(key: &SshKey) -> Object {
    Object {
        id: key.id.to_string(),
        kind: KIND,
        organization: Some(key.organization_id),
        project: None,
        name: key.name.to_string(),
        status: String::new(),
        labels: String::new(),
    }
}

async fn record(tx: &mut Tx, ctx: &Ctx, key: &SshKey, action: &'static str, changes: Value) -> Result<()> {
    let event = NewEvent {
        action,
        organization: Some(key.organization_id),
        project: None,
        object_kind: KIND,
        object_id: key.id.to_string(),
        object_name: key.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
