//! What people do with tokens; a file per concern.

mod change;
mod holder;
mod make;
mod scopes;

use slipway_api::ids::{OrganizationId, RunnerPoolId, TokenId, UserId};
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::store as grants;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Token, TokenKind};
use super::store;
use crate::callers::require_somebody;
use crate::organizations::{self, Organization};
use crate::permissions::ACCESS_READ;

pub use change::{revoke, revoke_single, rotate};
pub use holder::Holder;
pub use make::{NewlyMade, create, create_for, create_for_pool, create_single};

pub(crate) use make::{Given, add_for_user, give};
pub(crate) use scopes::acceptable as acceptable_scopes;

/// The tokens of a user, oldest first.
///
/// # Errors
///
/// `NotFound` when the caller may not see the user; `Forbidden` when he is neither the user nor manages users.
pub async fn list(ctx: &Ctx, user: UserId, page: &Page) -> Result<Listed<Token>> {
    let user = crate::users::service::get_visible(ctx, user).await?;
    list_of(ctx, &Holder::User(user), page).await
}

/// The tokens of a holder that the caller sees, oldest first.
///
/// # Errors
///
/// `Forbidden` when the caller may not see them.
pub async fn list_of(ctx: &Ctx, holder: &Holder, page: &Page) -> Result<Listed<Token>> {
    if !holder.sees(ctx).await? {
        return Err(holder.unseen());
    }
    let filter = store::Filter {
        subject: Some(holder.subject()),
        ..store::Filter::default()
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// Which tokens of an organization to list; nothing for all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of one kind.
    pub kind: Option<TokenKind>,
    /// Of one holder.
    pub subject: Option<String>,
}

/// The tokens that go with an organization, oldest first: of its teams, service accounts and runner pools, and its own.
///
/// # Errors
///
/// `Forbidden` for who may not see who may do what there.
pub async fn list_within(ctx: &Ctx, organization: &Organization, wanted: Wanted, page: &Page) -> Result<Listed<Token>> {
    organizations::require(ctx, ACCESS_READ, organization).await?;
    let filter = store::Filter {
        organization: Some(organization.id),
        subject: wanted.subject,
        kind: wanted.kind,
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// TFE's single token of a team or organization: that without a description.
///
/// # Errors
///
/// `NotFound` when there is none; `Forbidden` when the caller may not see it.
pub async fn get_single(ctx: &Ctx, holder: &Holder) -> Result<Token> {
    if !holder.sees(ctx).await? {
        return Err(holder.unseen());
    }
    let found = store::single(ctx.db.reader(), &holder.subject()).await?;
    found.ok_or_else(|| Error::not_found("token", holder.subject()))
}

/// Whether `text` is a usable token of the pool.
///
/// # Errors
///
/// Those of the database.
pub async fn is_of_pool(ctx: &Ctx, text: &str, pool: RunnerPoolId) -> Result<bool> {
    let hash = slipway_kernel::tokens::hash(text);
    let token = store::by_hash(ctx.db.reader(), &hash).await?;
    Ok(token.is_some_and(|token| token.subject == pool.to_string() && token.accepts(&hash, ctx.now()).is_some()))
}

/// The tokens of a runner pool, oldest first. Who may see them is decided by the pool's domain.
///
/// # Errors
///
/// Those of the database.
pub async fn list_for_pool(ctx: &Ctx, pool: RunnerPoolId, page: &Page) -> Result<Listed<Token>> {
    let filter = store::Filter {
        subject: Some(pool.to_string()),
        ..store::Filter::default()
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// The token with this id, if the caller may see the tokens of its holder.
///
/// # Errors
///
/// `NotFound` when it is missing, revoked, or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: TokenId) -> Result<Token> {
    Ok(visible_with_holder(ctx, id).await?.0)
}

async fn visible_with_holder(ctx: &Ctx, id: TokenId) -> Result<(Token, Holder)> {
    require_somebody(ctx)?;
    let missing = || Error::not_found("token", id);
    let token = store::by_id(ctx.db.reader(), id).await?;
    let token = token.filter(|token| token.revoked_at.is_none()).ok_or_else(missing)?;
    let holder = Holder::of(ctx, &token).await?.ok_or_else(missing)?;
    if holder.sees(ctx).await? {
        Ok((token, holder))
    } else {
        Err(missing())
    }
}

/// Removes every token of a holder that is being removed, in the same transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of(tx: &mut Tx, subject: &str) -> Result<()> {
    store::delete_of(tx, subject).await?;
    grants::changed(tx).await
}

/// Takes back what was given by these rules of trusted issuers, in the transaction that changes the rules.
pub(crate) async fn revoke_given(tx: &mut Tx, ctx: &Ctx, origins: &[String]) -> Result<()> {
    if !origins.is_empty() && store::revoke_given(tx, origins, ctx.now()).await? {
        grants::changed(tx).await?;
    }
    Ok(())
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
