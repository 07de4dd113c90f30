//! What people do with rules about pools.

use serde_json::{Value, json};
use slipway_api::Code;
use slipway_api::ids::PoolConstraintId;
use slipway_api::pools::{NewPoolConstraint, PoolConstraintChanges, PoolField};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::{PoolConstraint, Values};
use super::store;
use crate::owner::{self, require_somebody};
use crate::permissions::{POOL_MANAGE, POOL_READ};
use crate::running::routing;

const KIND: &str = "pool-constraint";

/// The rules that count for an organization: its own and the site's.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx, organization: &Organization) -> Result<Vec<PoolConstraint>> {
    organizations::require(ctx, POOL_READ, organization).await?;
    store::seen_by(ctx.db.reader(), organization.id).await
}

/// Makes a rule.
///
/// # Errors
///
/// `Forbidden`; `Invalid`, with every field at fault; `AlreadyExists` when its owner has one about these pools and this field.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewPoolConstraint) -> Result<PoolConstraint> {
    let owner = owner::of_new(ctx, POOL_MANAGE, organization, wanted.is_shared).await?;
    let rule = PoolConstraint {
        id: ctx.new_id()?,
        organization_id: owner,
        pools: wanted.pools,
        field: wanted.field,
        rule_values: Values(wanted.values),
        denies: wanted.denies,
        created_at: ctx.now(),
        version: 1,
    };
    rule.check()?;
    let mut tx = ctx.begin().await?;
    let there = store::seen_by(&*tx, organization.id).await?;
    let is_same = |one: &PoolConstraint| {
        (one.organization_id, &one.pools, one.field) == (rule.organization_id, &rule.pools, rule.field)
    };
    if there.iter().any(is_same) {
        return Err(Error::new(
            Code::AlreadyExists,
            format!(
                "There is a rule about {} in the pools {} already: change that one.",
                rule.field.as_str(),
                rule.pools
            ),
        ));
    }
    store::insert(&tx, &rule).await?;
    record(&mut tx, ctx, &rule, "pool-constraint.created").await?;
    tx.commit().await?;
    route(ctx, rule.field).await;
    Ok(rule)
}

/// Changes what a rule allows.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Invalid`, with every field at fault.
pub async fn update(ctx: &Ctx, id: PoolConstraintId, changes: PoolConstraintChanges) -> Result<PoolConstraint> {
    let mut tx = ctx.begin().await?;
    let mut rule = held(&tx, ctx, id).await?;
    rule.rule_values = changes.values.map_or(rule.rule_values, Values);
    rule.denies = changes.denies.unwrap_or(rule.denies);
    rule.version += 1;
    rule.check()?;
    store::update(&tx, &rule).await?;
    record(&mut tx, ctx, &rule, "pool-constraint.updated").await?;
    tx.commit().await?;
    route(ctx, rule.field).await;
    Ok(rule)
}

/// Deletes a rule.
///
/// # Errors
///
/// `NotFound`; `Forbidden`.
pub async fn delete(ctx: &Ctx, id: PoolConstraintId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let rule = held(&tx, ctx, id).await?;
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, &rule, "pool-constraint.deleted").await?;
    tx.commit().await?;
    route(ctx, rule.field).await;
    Ok(())
}

/// Rules about routers count at once, unlike those that are looked at when an app is put somewhere.
async fn route(ctx: &Ctx, field: PoolField) {
    if field == PoolField::Router {
        routing::changed(ctx).await;
    }
}

/// The rule as it is in this transaction, if the caller may change it.
async fn held(tx: &Tx, ctx: &Ctx, id: PoolConstraintId) -> Result<PoolConstraint> {
    require_somebody(ctx)?;
    let rule = store::hold(tx, id).await?;
    let rule = rule.ok_or_else(|| Error::not_found("pool constraint", id))?;
    let target = owner::target(rule.organization_id, "pool constraint", &id, POOL_READ);
    ctx.authorize(POOL_MANAGE, &target).await?;
    Ok(rule)
}

async fn record(tx: &mut Tx, ctx: &Ctx, rule: &PoolConstraint, action: &'static str) -> Result<()> {
    let changes: Value = json!({
        "pools": rule.pools,
        "field": rule.field.as_str(),
        "values": rule.rule_values,
        "denies": rule.denies,
    });
    let event = NewEvent {
        action,
        organization: rule.organization_id,
        project: None,
        object_kind: KIND,
        object_id: rule.id.to_string(),
        object_name: format!("{} of {}", rule.field.as_str(), rule.pools),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}
