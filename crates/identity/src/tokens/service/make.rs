//! Making tokens.

use std::time::Duration;

use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, RunnerPoolId, UserId};
use slipway_api::tokens::NewToken;
use slipway_kernel::grants::{Scope, store as grants};
use slipway_kernel::secrets::SecretBytes;
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::{Holder, event, scopes};
use crate::role_assignments::service as assignments;
use crate::role_assignments::store as assigned;
use crate::roles::PermissionTree;
use crate::roles::presets::ORGANIZATION_TOKEN;
use crate::tokens::model::{Scopes, Token, TokenKind, acceptable};
use crate::tokens::store;
use crate::{organizations, users};

/// How long a token that was given for another is kept after it expired.
const GIVEN_MEMORY: Duration = Duration::from_secs(24 * 3_600);

/// A new token with its text, which is shown once.
pub struct NewlyMade {
    /// The row.
    pub token: Token,
    /// The text.
    pub text: SecretBytes,
}

/// Makes a token that stands for a user.
///
/// Nobody but the user himself and a site administrator can: managing users must not be a way to become one of them.
///
/// # Errors
///
/// `NotFound` when the caller may not see the user; `Forbidden`, also when the caller's own token is limited and this one
/// would be less; `Invalid` when a value is not acceptable.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, user: UserId, wanted: NewToken) -> Result<NewlyMade> {
    let user = users::service::get_visible(ctx, user).await?;
    if user.is_service_account {
        return Err(Error::conflict(
            "This is a service account; its tokens are made at /service-accounts/{id}/authentication-tokens.",
        ));
    }
    create_for(ctx, tree, &Holder::User(user), wanted).await
}

/// Makes a token of a holder that the caller sees. Nobody gets one of a holder who has what he lacks.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when a value is not acceptable.
pub async fn create_for(ctx: &Ctx, tree: &PermissionTree, holder: &Holder, wanted: NewToken) -> Result<NewlyMade> {
    let prepared = prepare(ctx, tree, holder, wanted).await?;
    let mut tx = ctx.begin().await?;
    let made = finish(&mut tx, ctx, holder, prepared).await?;
    tx.commit().await?;
    Ok(made)
}

/// Makes TFE's single token of a team or organization; the one before is refused from now on.
///
/// # Errors
///
/// As for [`create_for`].
pub async fn create_single(
    ctx: &Ctx,
    tree: &PermissionTree,
    holder: &Holder,
    expires_at: Option<Timestamp>,
) -> Result<NewlyMade> {
    let wanted = NewToken {
        expired_at: expires_at,
        ..NewToken::default()
    };
    let prepared = prepare(ctx, tree, holder, wanted).await?;
    let mut tx = ctx.begin().await?;
    if let Some(before) = store::single(&*tx, &holder.subject()).await? {
        store::revoke(&tx, before.id, ctx.now()).await?;
        events::record(&mut tx, ctx, event("token.revoked", &before, json!({}))).await?;
        grants::changed(&mut tx).await?;
    }
    let made = finish(&mut tx, ctx, holder, prepared).await?;
    tx.commit().await?;
    Ok(made)
}

/// A new token as it was wanted and may be made.
struct Prepared {
    wanted: NewToken,
    scopes: Option<Scopes>,
}

async fn prepare(ctx: &Ctx, tree: &PermissionTree, holder: &Holder, wanted: NewToken) -> Result<Prepared> {
    holder.require_maker(ctx, tree).await?;
    let scopes = scopes::acceptable(ctx, tree, holder, wanted.scopes.clone(), scopes::POINTER).await?;
    let expired_at = expiry(ctx, holder.organization(), wanted.expired_at).await?;
    Ok(Prepared {
        wanted: NewToken { expired_at, ..wanted },
        scopes,
    })
}

async fn finish(tx: &mut Tx, ctx: &Ctx, holder: &Holder, prepared: Prepared) -> Result<NewlyMade> {
    if let Holder::Organization(organization) = holder {
        organizations::hold(tx, organization.id).await?;
        give_organization_role(tx, ctx, organization.id).await?;
    }
    let whom = (holder.subject(), holder.organization());
    add(tx, ctx, holder.kind(), whom, prepared.wanted, prepared.scopes).await
}

/// The first token of an organization gives the organization what TFE's organization tokens have. If somebody took that
/// away since while there are tokens, it stays away.
async fn give_organization_role(tx: &mut Tx, ctx: &Ctx, organization: OrganizationId) -> Result<()> {
    let subject = organization.to_string();
    let is_first = store::count_of(&**tx, &subject).await? == 0;
    if !is_first || !assigned::of_subject(&**tx, &subject).await?.is_empty() {
        return Ok(());
    }
    let role = ORGANIZATION_TOKEN.row(ctx.now())?;
    assignments::assign_to(tx, ctx, &subject, &role, &Scope::organization(organization)).await?;
    Ok(())
}

/// When a new token ends: as wanted, but no later than the site and the organization let tokens live.
pub(super) async fn expiry(
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    wanted: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    let own = match organization {
        Some(id) => organizations::by_id(ctx, id).await?.longest_token_days,
        None => None,
    };
    let own = own.and_then(|days| u32::try_from(days).ok());
    let longest = [ctx.settings.limits.longest_token_days, own]
        .into_iter()
        .flatten()
        .min();
    let Some(days) = longest else {
        return Ok(wanted);
    };
    let latest = ctx.now().after(Duration::from_secs(u64::from(days) * 86_400));
    match wanted {
        Some(wanted) if wanted > latest => Err(Error::invalid(
            "/data/attributes/expired-at",
            format!("Tokens live for at most {days} days here; choose a date until {latest}."),
        )),
        Some(wanted) => Ok(Some(wanted)),
        None => Ok(Some(latest)),
    }
}

/// Makes an unlimited token of a user in a transaction. Who may is decided by the caller.
pub(crate) async fn add_for_user(tx: &mut Tx, ctx: &Ctx, user: UserId, wanted: NewToken) -> Result<NewlyMade> {
    add(tx, ctx, TokenKind::User, (user.to_string(), None), wanted, None).await
}

/// Makes a token of a runner pool in the transaction of the pool's domain, which decides who may.
///
/// # Errors
///
/// `Invalid` when the description is too long, the expiry has passed, or scopes are wanted: a pool's token has none.
pub async fn create_for_pool(
    tx: &mut Tx,
    ctx: &Ctx,
    organization: Option<OrganizationId>,
    pool: RunnerPoolId,
    wanted: NewToken,
) -> Result<NewlyMade> {
    if wanted.scopes.is_some() {
        return Err(Error::invalid(
            "/data/attributes/scopes",
            "The token of a runner pool lets runners work for the pool and nothing else; it takes no scopes.",
        ));
    }
    let whom = (pool.to_string(), organization);
    add(tx, ctx, TokenKind::RunnerPool, whom, wanted, None).await
}

/// What a service account is given for a token of another issuer.
pub(crate) struct Given {
    /// Which rule of which issuer lets it in.
    pub origin: String,
    /// What is shown as its description.
    pub description: String,
    /// What it is limited to.
    pub scopes: Option<Vec<String>>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the other token said, for the audit log.
    pub told: serde_json::Value,
}

/// Gives a service account a token in a transaction. Who may is decided by the caller.
pub(crate) async fn give(
    tx: &mut Tx,
    ctx: &Ctx,
    (account, organization): (UserId, OrganizationId),
    given: Given,
) -> Result<NewlyMade> {
    let text = slipway_kernel::tokens::generate(TokenKind::ServiceAccount.letter(), &ctx.random)?;
    let token = Token {
        id: ctx.new_id()?,
        kind: TokenKind::ServiceAccount,
        subject: account.to_string(),
        organization_id: Some(organization),
        description: given.description,
        hash: slipway_kernel::tokens::hash(text.expose_text()?),
        scopes: given.scopes.map(Scopes),
        created_at: ctx.now(),
        expires_at: Some(given.expires_at),
        last_used_at: None,
        revoked_at: None,
        previous_hash: None,
        previous_expires_at: None,
        created_by: None,
        origin: Some(given.origin),
    };
    store::delete_given_before(tx, organization, ctx.now().before(GIVEN_MEMORY)).await?;
    store::insert(tx, &token).await?;
    let changes = json!({
        "kind": token.kind.word(),
        "subject": token.subject,
        "scopes": token.scopes,
        "expired-at": token.expires_at,
        "given-for": given.told,
    });
    events::record(tx, ctx, event("token.exchanged", &token, changes)).await?;
    Ok(NewlyMade { token, text })
}

async fn add(
    tx: &mut Tx,
    ctx: &Ctx,
    kind: TokenKind,
    (subject, organization_id): (String, Option<OrganizationId>),
    wanted: NewToken,
    scopes: Option<Scopes>,
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
        scopes,
        created_at: ctx.now(),
        expires_at: wanted.expired_at,
        last_used_at: None,
        revoked_at: None,
        previous_hash: None,
        previous_expires_at: None,
        created_by: ctx.actor().id(),
        origin: None,
    };
    store::insert(tx, &token).await?;
    let changes = json!({
        "kind": kind.word(),
        "subject": token.subject,
        "scopes": token.scopes,
        "expired-at": token.expires_at,
    });
    events::record(tx, ctx, event("token.created", &token, changes)).await?;
    Ok(NewlyMade { token, text })
}
