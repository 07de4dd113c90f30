//! What people do with service accounts.

use serde_json::json;
use slipway_api::ids::{OrganizationId, UserId};
use slipway_api::service_accounts::{NewServiceAccount, ServiceAccountChanges};
use slipway_api::users::NewUser;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::ServiceAccount;
use super::store;
use crate::callers::require_somebody;
use crate::changes::changed_fields;
use crate::organizations::service::changed_meanwhile;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ};
use crate::role_assignments::service as assignments;
use crate::roles::PermissionTree;
use crate::tokens;
use crate::users::{self, User};

pub(crate) const KIND: &str = "service account";

/// The service accounts of an organization that the caller sees, by name; `text` is a part of it, any case.
///
/// # Errors
///
/// `Forbidden` for who may not see who may do what there.
pub async fn list(
    ctx: &Ctx,
    organization: &Organization,
    text: Option<&str>,
    page: &Page,
) -> Result<Listed<ServiceAccount>> {
    organizations::require(ctx, ACCESS_READ, organization).await?;
    store::list(ctx.db.reader(), organization.id, text, page).await
}

/// The service account, if it is the caller or he sees who may do what in its organization.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: UserId) -> Result<ServiceAccount> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let account = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    if users::service::is_self(ctx, id) || ctx.granted().await?.allows(ACCESS_READ, &target(&account).scope) {
        Ok(account)
    } else {
        Err(missing())
    }
}

/// Makes a service account, which may do nothing yet.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the organization has one of the name; `Invalid`.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewServiceAccount) -> Result<ServiceAccount> {
    organizations::require(ctx, ACCESS_MANAGE, organization).await?;
    let account = ServiceAccount::new(ctx.new_id()?, organization.id, wanted, ctx.now())?;
    let wanted = NewUser {
        username: account.username()?,
        email: None,
    };
    let user = User {
        is_service_account: true,
        organization_id: Some(organization.id),
        ..User::new(account.user_id, wanted, ctx.now())?
    };
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    users::store::insert(&tx, &user).await?;
    store::insert(&tx, &account).await?;
    let changes = json!({"name": account.name, "description": account.description});
    events::record(&mut tx, ctx, event("service-account.created", &account, changes)).await?;
    tx.commit().await?;
    Ok(account)
}

/// Changes name and description, from the row that the caller saw. Events keep the name that its user had.
///
/// # Errors
///
/// `Forbidden`; `PreconditionFailed` when it was changed since; `AlreadyExists`; `Invalid`.
pub async fn update(ctx: &Ctx, seen: &ServiceAccount, changes: ServiceAccountChanges) -> Result<ServiceAccount> {
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    let account = seen.changed(changes)?;
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &account).await? {
        return Err(changed_meanwhile());
    }
    let user = users::store::by_id(&*tx, account.user_id).await?;
    let user = user.ok_or_else(|| Error::not_found(KIND, account.user_id))?;
    let renamed = User {
        username: account.username()?,
        version: user.version + 1,
        ..user
    };
    users::store::update(&tx, &renamed).await?;
    slipway_kernel::grants::store::changed(&mut tx).await?;
    let fields = changed_fields([
        ("name", json!(seen.name), json!(account.name)),
        ("description", json!(seen.description), json!(account.description)),
    ]);
    events::record(&mut tx, ctx, event("service-account.updated", &account, fields)).await?;
    tx.commit().await?;
    Ok(account)
}

/// Deletes a service account with its roles, teams and tokens: whoever uses one of these is nobody from now on.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access, or lacks himself something that it has; `Conflict` when it is the
/// organization's last owner.
pub async fn delete(ctx: &Ctx, tree: &PermissionTree, seen: &ServiceAccount) -> Result<()> {
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    assignments::require_all_covered(ctx, tree, &seen.user_id.to_string()).await?;
    let mut tx = ctx.begin().await?;
    assignments::take_all(&mut tx, ctx, &seen.user_id.to_string()).await?;
    if !remove(&mut tx, seen.user_id).await? {
        return Err(Error::not_found(KIND, seen.user_id));
    }
    events::record(&mut tx, ctx, event("service-account.deleted", seen, json!({}))).await?;
    tx.commit().await
}

/// Removes every service account of an organization that goes with them.
pub(crate) async fn remove_within(tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    for id in store::ids_within(&**tx, organization).await? {
        remove(tx, id).await?;
    }
    Ok(())
}

async fn remove(tx: &mut Tx, id: UserId) -> Result<bool> {
    tokens::service::remove_of(tx, &id.to_string()).await?;
    let was_there = store::delete(tx, id).await?;
    users::store::delete(tx, id).await?;
    Ok(was_there)
}

/// What authorization asks about a service account.
pub(crate) fn target(account: &ServiceAccount) -> Target<'static> {
    Target {
        kind: KIND,
        name: account.user_id.to_string().into(),
        scope: Scope::organization(account.organization_id),
        read: ACCESS_READ,
    }
}

fn event(action: &'static str, account: &ServiceAccount, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(account.organization_id),
        project: None,
        object_kind: "service-account",
        object_id: account.user_id.to_string(),
        object_name: account.name.to_string(),
        access_id: Some(account.organization_id.to_string()),
        changes,
    }
}
