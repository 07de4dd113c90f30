//! What people do with users.

use std::sync::Arc;

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::UserId;
use slipway_api::users::NewUser;
use slipway_kernel::ctx::Origin;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::Scope;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Kernel, Result, Tx};

use super::model::User;
use super::store;
use crate::callers::{require_at_site, require_somebody};
use crate::permissions::{ACCESS_READ, EVERYTHING, USER_MANAGE, USER_READ};
use crate::role_assignments::service::SITE;
use crate::roles::OWNER;
use crate::{role_assignments, teams, tokens};

/// The caller.
///
/// # Errors
///
/// `Unauthenticated` for nobody and for a user who is gone; `Forbidden` for programs that are no users.
pub async fn me(ctx: &Ctx) -> Result<User> {
    let id = ctx.user()?;
    let user = store::by_id(ctx.db.reader(), id).await?;
    user.ok_or_else(slipway_kernel::ctx::unauthenticated)
}

/// The user as a caller: the one place where a user becomes an actor.
///
/// # Errors
///
/// `Unauthenticated` for one who is gone or suspended.
pub async fn actor(kernel: &Kernel, id: UserId) -> Result<Actor> {
    let user = store::by_id(kernel.db.reader(), id).await?;
    let user = user.filter(|user| !user.is_suspended);
    let user = user.ok_or_else(slipway_kernel::ctx::unauthenticated)?;
    Ok(Actor::User {
        id,
        name: user.username,
        teams: teams::store::of_user(kernel.db.reader(), id).await?,
    })
}

/// A context in which a user acts who is not asking himself, with the rights of now; none for one who is gone or suspended.
///
/// # Errors
///
/// Those of the database.
pub async fn acting(ctx: &Ctx, id: UserId) -> Result<Option<Ctx>> {
    match actor(ctx.kernel(), id).await {
        Ok(actor) => Ok(Some(Ctx::new(Arc::clone(ctx.kernel()), actor, Origin::default()))),
        Err(error) if error.code() == Code::Unauthenticated => Ok(None),
        Err(error) => Err(error),
    }
}

/// The user with this id, if it is the caller, or the caller manages users, or sees who may do what in an organization
/// that the user has a role in.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: UserId) -> Result<User> {
    require_somebody(ctx)?;
    let missing = || Error::not_found("user", id);
    let user = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    if is_self(ctx, id) || sees_users(ctx).await? || meets(ctx, id).await? {
        Ok(user)
    } else {
        Err(missing())
    }
}

/// All users of the site, by name.
///
/// # Errors
///
/// `Forbidden` for those who see no users of the site.
pub async fn list(ctx: &Ctx, name: Option<&str>, page: &Page) -> Result<Listed<User>> {
    if !sees_users(ctx).await? {
        require_at_site(ctx, USER_READ).await?;
    }
    store::list(ctx.db.reader(), name, page).await
}

/// Makes a user, who may do nothing yet.
///
/// # Errors
///
/// `Forbidden`; `AlreadyExists` when the name is taken; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, wanted: NewUser) -> Result<User> {
    require_at_site(ctx, USER_MANAGE).await?;
    let mut tx = ctx.begin().await?;
    let user = add(&mut tx, ctx, wanted).await?;
    tx.commit().await?;
    Ok(user)
}

/// Makes a user in a transaction. Who may is decided by the caller.
pub(crate) async fn add(tx: &mut Tx, ctx: &Ctx, wanted: NewUser) -> Result<User> {
    let user = User::new(ctx.new_id()?, wanted, ctx.now())?;
    store::insert(tx, &user).await?;
    let changes = json!({"username": user.username});
    events::record(tx, ctx, event("user.created", &user, changes)).await?;
    Ok(user)
}

/// Deletes a user with all roles and tokens. Events keep the name.
///
/// # Errors
///
/// `NotFound`; `Forbidden`, also for a site administrator when the caller is none; `Conflict` for the last owner of an
/// organization or of the site.
pub async fn delete(ctx: &Ctx, id: UserId) -> Result<()> {
    require_at_site(ctx, USER_MANAGE).await?;
    let missing = || Error::not_found("user", id);
    let user = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    require_as_strong(ctx, id).await?;
    let mut tx = ctx.begin().await?;
    for assignment in role_assignments::store::of_subject(&*tx, &id.to_string()).await? {
        role_assignments::service::take(&mut tx, ctx, &assignment).await?;
    }
    tokens::service::remove_of(&mut tx, &id.to_string()).await?;
    if !store::delete(&tx, id).await? {
        return Err(missing());
    }
    events::record(&mut tx, ctx, event("user.deleted", &user, json!({}))).await?;
    tx.commit().await
}

/// Which of `users` administer the site, for those who may know it: each about himself, and who manages users.
///
/// # Errors
///
/// Those of the database.
pub async fn site_admins(ctx: &Ctx, users: &[User]) -> Result<Vec<Option<bool>>> {
    let subjects: Vec<String> = users.iter().map(|user| user.id.to_string()).collect();
    let holders = role_assignments::store::holders(ctx.db.reader(), OWNER.id()?, SITE, &subjects).await?;
    let knows_all = sees_users(ctx).await?;
    Ok(users
        .iter()
        .map(|user| (knows_all || is_self(ctx, user.id)).then(|| holders.contains(&user.id.to_string())))
        .collect())
}

/// Whether the caller is this user.
#[must_use]
pub fn is_self(ctx: &Ctx, id: UserId) -> bool {
    matches!(ctx.actor(), Actor::User { id: caller, .. } if *caller == id)
}

/// Whether the caller sees all users of the site: who manages them does.
async fn sees_users(ctx: &Ctx) -> Result<bool> {
    let granted = ctx.granted().await?;
    Ok([USER_READ, USER_MANAGE]
        .iter()
        .any(|permission| granted.allows(*permission, &Scope::site())))
}

/// Whether the caller manages the users of the site.
///
/// # Errors
///
/// Those of the database.
pub async fn manages_users(ctx: &Ctx) -> Result<bool> {
    Ok(ctx.granted().await?.allows(USER_MANAGE, &Scope::site()))
}

/// Refuses to act on a site administrator, or as any other user, by somebody who is no site administrator: managing
/// users must not be a way to more than that.
pub(crate) async fn require_as_strong(ctx: &Ctx, id: UserId) -> Result<()> {
    let is_admin = ctx.granted().await?.allows(EVERYTHING, &Scope::site());
    let holders = role_assignments::store::holders(ctx.db.reader(), OWNER.id()?, SITE, &[id.to_string()]).await?;
    if is_admin || holders.is_empty() {
        return Ok(());
    }
    Err(Error::new(
        slipway_api::Code::Forbidden,
        "This user is a site administrator; only another one can do this.",
    ))
}

/// Whether the user has a role where the caller sees who has which.
async fn meets(ctx: &Ctx, id: UserId) -> Result<bool> {
    let granted = ctx.granted().await?;
    let scopes: Vec<String> = granted.scopes(ACCESS_READ).into_iter().map(str::to_owned).collect();
    if scopes.iter().any(|scope| scope == SITE) {
        return Ok(true);
    }
    role_assignments::store::any_at_or_within(ctx.db.reader(), &id.to_string(), &scopes).await
}

pub(crate) fn event(action: &'static str, user: &User, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: None,
        project: None,
        object_kind: "user",
        object_id: user.id.to_string(),
        object_name: user.username.to_string(),
        access_id: None,
        changes,
    }
}
