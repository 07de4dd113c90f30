//! The first administrator, by a link that the server prints.

use serde_json::json;
use slipway_api::Name;
use slipway_api::users::NewUser;
use slipway_kernel::events;
use slipway_kernel::grants::Scope;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::sign_in::Browser;
use super::{as_system, event, password, sign_in};
use crate::links::service::{About, NewlyMade};
use crate::links::{self, LinkKind};
use crate::roles::OWNER;
use crate::sessions::service::Started;
use crate::users::{self, User};
use crate::{prepare, role_assignments};

/// What somebody types to get an account. No `Debug`.
pub struct NewAccount {
    /// The name to sign in with.
    pub username: Name,
    /// The mail address, if any.
    pub email: Option<String>,
    /// The password.
    pub password: String,
    /// The password once more.
    pub again: String,
}

/// Makes a link that makes a site administrator.
///
/// # Errors
///
/// `Forbidden` for everybody but the server itself.
pub async fn make_link(ctx: &Ctx) -> Result<NewlyMade> {
    if *ctx.actor() != Actor::System {
        return Err(Error::new(
            slipway_api::Code::Forbidden,
            "Set-up links are made on the server's machine, with `slipway admin set-up-link`.",
        ));
    }
    prepare(ctx).await?;
    let mut tx = ctx.begin().await?;
    let made = links::service::add(&tx, ctx, LinkKind::SetUp, About::default()).await?;
    let made_event = events::NewEvent {
        action: "site.set-up-link-made",
        organization: None,
        project: None,
        object_kind: "site",
        object_id: "site".to_owned(),
        object_name: "site".to_owned(),
        access_id: None,
        changes: json!({"expired-at": made.link.expires_at}),
    };
    events::record(&mut tx, ctx, made_event).await?;
    tx.commit().await?;
    Ok(made)
}

/// A link for the first administrator, where there is nobody yet.
///
/// # Errors
///
/// Those of [`make_link`].
pub async fn first_link(ctx: &Ctx) -> Result<Option<NewlyMade>> {
    if users::store::any(ctx.db.reader()).await? {
        return Ok(None);
    }
    make_link(ctx).await.map(Some)
}

/// Makes a site administrator by a link, and signs in. Every other set-up link is void from then on.
///
/// # Errors
///
/// `NotFound` when the link cannot be used any more; `AlreadyExists`; `Invalid`.
pub async fn use_link(ctx: &Ctx, text: &str, wanted: NewAccount, browser: Browser) -> Result<Started> {
    let link = links::service::find(ctx, LinkKind::SetUp, text).await?;
    let system = as_system(ctx);
    let user = new_user(&system, wanted).await?;
    let mut tx = system.begin().await?;
    links::service::take(&tx, &link).await?;
    links::store::delete_of_kind(&tx, LinkKind::SetUp).await?;
    users::store::insert(&tx, &user).await?;
    let changes = json!({"username": user.username, "by": "set-up link"});
    events::record(&mut tx, &system, event("user.created", &user, changes)).await?;
    role_assignments::service::assign_built_in(&mut tx, &system, user.id, OWNER, &Scope::site()).await?;
    let started = sign_in::begin(&mut tx, ctx, &user, browser, json!({"with": "set-up link"})).await?;
    tx.commit().await?;
    Ok(started)
}

/// A user with a password, not stored yet.
pub(crate) async fn new_user(ctx: &Ctx, wanted: NewAccount) -> Result<User> {
    let NewAccount {
        username,
        email,
        password,
        again,
    } = wanted;
    let user = User::new(ctx.new_id()?, NewUser { username, email }, ctx.now())?;
    let hash = password::accepted(ctx, &user, password, &again).await?;
    Ok(User {
        password_hash: Some(hash),
        password_changed_at: Some(ctx.now()),
        ..user
    })
}
