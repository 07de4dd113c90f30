//! Making, changing and deleting trusted issuers.

use serde_json::{Value, json};
use slipway_api::ids::TrustedIssuerId;
use slipway_api::trusted_issuers::{NewTrustedIssuer, TrustedIssuerChanges};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, events};

use super::{KIND, event, rules, target};
use crate::callers::require_somebody;
use crate::changes::changed_fields;
use crate::links::base_url;
use crate::organizations::service::changed_meanwhile;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ};
use crate::roles::PermissionTree;
use crate::tokens;
use crate::trusted_issuers::model::TrustedIssuer;
use crate::trusted_issuers::store;

/// The trusted issuers of an organization, by name.
///
/// # Errors
///
/// `Forbidden` for who may not see who may do what there.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<TrustedIssuer>> {
    organizations::require(ctx, ACCESS_READ, organization).await?;
    store::list(ctx.db.reader(), organization.id, page).await
}

/// The trusted issuer, if the caller sees who may do what in its organization.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: TrustedIssuerId) -> Result<TrustedIssuer> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let issuer = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    if ctx.granted().await?.allows(ACCESS_READ, &target(&issuer).scope) {
        Ok(issuer)
    } else {
        Err(missing())
    }
}

/// Makes a trusted issuer.
///
/// # Errors
///
/// `Forbidden`, also for a rule to an account that has what the caller lacks; `AlreadyExists`; `Invalid`.
pub async fn create(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: &Organization,
    mut wanted: NewTrustedIssuer,
) -> Result<TrustedIssuer> {
    organizations::require(ctx, ACCESS_MANAGE, organization).await?;
    let rules = std::mem::take(&mut wanted.rules);
    let rules = rules::checked(ctx, tree, organization.id, rules, None).await?;
    let issuer = TrustedIssuer::new(ctx.new_id()?, organization.id, wanted, rules, ctx.now())?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &issuer).await?;
    events::record(
        &mut tx,
        ctx,
        event("trusted-issuer.created", &issuer, described(&issuer)),
    )
    .await?;
    tx.commit().await?;
    Ok(issuer)
}

/// Changes a trusted issuer, from the row that the caller saw. What was given by rules that are gone or others now, or by
/// keys or an audience that count no more, is taken back.
///
/// # Errors
///
/// `Forbidden` as for [`create`], where a rule stays as it was and is believed by the same things it is not looked at;
/// `PreconditionFailed` when somebody changed it since; `AlreadyExists`; `Invalid`.
pub async fn update(
    ctx: &Ctx,
    tree: &PermissionTree,
    seen: &TrustedIssuer,
    mut changes: TrustedIssuerChanges,
) -> Result<TrustedIssuer> {
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    let wanted = changes.rules.take();
    let believes_others = !seen.changed(changes.clone(), None)?.believes_like(seen);
    // Who changes whom an issuer's tokens must be for, or by which keys they are told, makes every rule anew.
    let wanted = match wanted {
        None if believes_others => Some(rules::written(&seen.rules)),
        wanted => wanted,
    };
    let known = (!believes_others).then_some(&seen.rules);
    let rules = match wanted {
        Some(wanted) => Some(rules::checked(ctx, tree, seen.organization_id, wanted, known).await?),
        None => None,
    };
    let issuer = seen.changed(changes, rules)?;
    let ended: Vec<String> = seen.ended_by(&issuer).iter().map(|rule| seen.origin(rule)).collect();
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &issuer).await? {
        return Err(changed_meanwhile());
    }
    tokens::service::revoke_given(&mut tx, ctx, &ended).await?;
    let (before, after) = (described(seen), described(&issuer));
    let fields = ["name", "audience", "ca-certificate", "keys", "rules"];
    let fields = fields.map(|name| (name, field(&before, name), field(&after, name)));
    events::record(
        &mut tx,
        ctx,
        event("trusted-issuer.updated", &issuer, changed_fields(fields)),
    )
    .await?;
    tx.commit().await?;
    Ok(issuer)
}

/// Deletes a trusted issuer with its rules, and takes back what they gave.
///
/// # Errors
///
/// `Forbidden`; `NotFound`.
pub async fn delete(ctx: &Ctx, seen: &TrustedIssuer) -> Result<()> {
    ctx.authorize(ACCESS_MANAGE, &target(seen)).await?;
    let ended: Vec<String> = seen.rules.0.iter().map(|rule| seen.origin(&rule.name)).collect();
    let mut tx = ctx.begin().await?;
    if !store::delete(&tx, seen.id).await? {
        return Err(Error::not_found(KIND, seen.id));
    }
    tokens::service::revoke_given(&mut tx, ctx, &ended).await?;
    events::record(&mut tx, ctx, event("trusted-issuer.deleted", seen, json!({}))).await?;
    tx.commit().await
}

/// Whom tokens of the issuer must be for.
#[must_use]
pub fn accepted_audience(ctx: &Ctx, issuer: &TrustedIssuer) -> String {
    issuer
        .audience
        .clone()
        .unwrap_or_else(|| base_url(&ctx.settings.server))
}

fn field(described: &Value, name: &str) -> Value {
    described.get(name).cloned().unwrap_or_default()
}

/// All of it: nothing here is secret.
fn described(issuer: &TrustedIssuer) -> Value {
    json!({
        "name": issuer.name,
        "issuer": issuer.issuer,
        "audience": issuer.audience,
        "ca-certificate": issuer.ca_certificate,
        "keys": issuer.public_keys,
        "rules": issuer.rules,
    })
}
