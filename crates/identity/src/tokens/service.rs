//! Making tokens and taking them back.

use serde_json::json;
use slipway_api::ids::{OrganizationId, RunnerPoolId, TokenId, UserId};
use slipway_api::tokens::NewToken;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Permission, Scope, store as grants};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Token, TokenKind, acceptable};
use super::store;
use crate::callers::require_somebody;
use crate::permissions::{EVERYTHING, RUNNER_POOL_MANAGE, RUNNER_POOL_READ};
use crate::users;

/// A new token with its text, which is shown once.
pub struct NewlyMade {
    /// The row.
    pub token: Token,
    /// The text.
    pub text: SecretBytes,
}

/// The tokens of a user, oldest first.
///
/// # Errors
///
/// `NotFound` when the caller may not see the user; `Forbidden` when he is neither the user nor manages users.
pub async fn list(ctx: &Ctx, user: UserId, page: &Page) -> Result<Listed<Token>> {
    let user = users::service::get_visible(ctx, user).await?;
    if !users::service::is_self(ctx, user.id) && !users::service::manages_users(ctx).await? {
        return Err(Error::new(
            slipway_api::Code::Forbidden,
            "Only the user, and who manages users, can see the user's tokens.",
        ));
    }
    store::list(ctx.db.reader(), &user.id.to_string(), page).await
}

/// Makes a token that stands for a user.
///
/// Nobody but the user himself and a site administrator can: managing users must not be a way to become one of them.
///
/// # Errors
///
/// `NotFound` when the caller may not see the user; `Forbidden`; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, user: UserId, wanted: NewToken) -> Result<NewlyMade> {
    let user = users::service::get_visible(ctx, user).await?;
    let is_admin = ctx.granted().await?.allows(EVERYTHING, &Scope::site());
    if !users::service::is_self(ctx, user.id) && !is_admin {
        return Err(Error::new(
            slipway_api::Code::Forbidden,
            "Only the user, or a site administrator, can make a token of the user's.",
        ));
    }
    let mut tx = ctx.begin().await?;
    let made = add_for_user(&mut tx, ctx, user.id, wanted).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes a token of a user in a transaction. Who may is decided by the caller.
pub(crate) async fn add_for_user(tx: &mut Tx, ctx: &Ctx, user: UserId, wanted: NewToken) -> Result<NewlyMade> {
    add(tx, ctx, TokenKind::User, (user.to_string(), None), wanted).await
}

/// Makes a token of a runner pool in the transaction of the pool's domain, which decides who may.
///
/// # Errors
///
/// `Invalid` when the description is too long or the expiry has passed.
pub async fn create_for_pool(
    tx: &mut Tx,
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    pool: RunnerPoolId,
    wanted: NewToken,
) -> Result<NewlyMade> {
    add(tx, ctx, TokenKind::RunnerPool, (pool.to_string(), organization), wanted).await
}

async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: TokenKind,
    (subject, organization_id): (String, Option<OrganizationId>),
    wanted: NewToken,
) -> Result<NewlyMade> {
    let wanted = acceptable(wanted, ctx.now())?;
    let text = slipway_kernel::tokens::generate(kind.letter(), &ctx.random)?;
    let token = Token {
        id: ctx.new_id()?,
        kind,
        subject,
        organization_id,
        description: wanted.description,
        hash: slipway_kernel::tokens::hash(text.expose_text()?),
        scopes: None,
        created_at: ctx.now(),
        expires_at: wanted.expired_at,
        last_used_at: None,
        revoked_at: None,
    };
    store::insert(tx, &token).await?;
    let changes = json!({"subject": token.subject, "expired-at": token.expires_at});
    events::record(tx, ctx, event("token.created", &token, changes)).await?;
    Ok(NewlyMade { token, text })
}

/// Whether `text` is a usable token of the pool.
///
/// # Errors
///
/// Those of the database.
pub async fn is_of_pool(ctx: &Ctx, text: &str, pool: RunnerPoolId) -> Result<bool> {
    let token = store::by_hash(ctx.db.reader(), &slipway_kernel::tokens::hash(text)).await?;
    Ok(token.is_some_and(|token| token.subject == pool.to_string() && token.is_usable(ctx.now())))
}

/// The tokens of a runner pool, oldest first. Who may see them is decided by the pool's domain.
///
/// # Errors
///
/// Those of the database.
pub async fn list_for_pool(ctx: &Ctx, pool: RunnerPoolId, page: &Page) -> Result<Listed<Token>> {
    store::list(ctx.db.reader(), &pool.to_string(), page).await
}

/// The token with this id, if the caller is its user, manages users, or may see its runner pool.
///
/// # Errors
///
/// `NotFound` when it is missing, revoked, or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: TokenId) -> Result<Token> {
    require_somebody(ctx)?;
    let token = store::by_id(ctx.db.reader(), id).await?;
    let token = token.filter(|token| token.revoked_at.is_none());
    let missing = || Error::not_found("token", id);
    let token = token.ok_or_else(missing)?;
    if may(ctx, &token, RUNNER_POOL_READ).await? {
        Ok(token)
    } else {
        Err(missing())
    }
}

/// Takes a token back: it is refused from the moment this is answered.
///
/// # Errors
///
/// `NotFound` as for [`get_visible`]; `Forbidden` for the token of a runner pool that the caller does not manage.
pub async fn revoke(ctx: &Ctx, id: TokenId) -> Result<()> {
    let token = get_visible(ctx, id).await?;
    if !may(ctx, &token, RUNNER_POOL_MANAGE).await? {
        return Err(Error::forbidden(RUNNER_POOL_MANAGE.as_str()));
    }
    let mut tx = ctx.begin().await?;
    if !store::revoke(&tx, id, ctx.now()).await? {
        return Err(Error::not_found("token", id));
    }
    grants::changed(&mut tx).await?;
    events::record(&mut tx, ctx, event("token.revoked", &token, json!({}))).await?;
    tx.commit().await
}

async fn may(ctx: &Ctx, token: &Token, for_pools: Permission) -> Result<bool> {
    match token.kind {
        TokenKind::User => {
            let is_own = token
                .subject
                .parse()
                .is_ok_and(|user| users::service::is_self(ctx, user));
            Ok(is_own || users::service::manages_users(ctx).await?)
        }
        TokenKind::RunnerPool => {
            let organization = token.organization_id.map_or_else(Scope::site, Scope::organization);
            let scope = organization.object(&token.subject);
            Ok(ctx.granted().await?.allows(for_pools, &scope))
        }
    }
}

/// Removes every token of a user or runner pool that is being removed, in the same transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of(tx: &mut Tx, subject: &str) -> Result<()> {
    store::delete_of(tx, subject).await?;
    grants::changed(tx).await
}

/// Removes every token that goes with an organization.
pub(crate) async fn remove_within(tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    store::delete_within(tx, organization).await?;
    grants::changed(tx).await
}

fn event(action: &'static str, token: &Token, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: token.organization_id,
        project: None,
        object_kind: "token",
        object_id: token.id.to_string(),
        object_name: token.description.clone(),
        access_id: Some(token.subject.clone()),
        changes,
    }
}
