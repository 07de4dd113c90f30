//! Making and changing pools; which pool a workspace's runs go to, and what they wait for there.

use std::time::Duration;

use serde_json::json;
use slipway_api::Name;
use slipway_api::ids::RunnerPoolId;
use slipway_api::runner_pools::RunnerPoolSettings;
use slipway_api::tokens::NewToken;
use slipway_identity::organizations::{self, Organization};
use slipway_identity::tokens::{self, NewlyMade};
use slipway_kernel::directory::{self, Object};
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::http::{ListQuery, Listed};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::{Pool, Runner};
use super::store;
use crate::permissions::{RUNNER_POOL_MANAGE, RUNNER_POOL_READ};
use crate::workspaces::model::Workspace;

/// The name of the site's pool.
const SITE_POOL: &str = "default";

/// A pool as what somebody wants to do something to.
#[must_use]
pub fn target(pool: &Pool) -> Target<'static> {
    let scope = pool
        .organization_id
        .map_or_else(Scope::site, Scope::organization)
        .object(pool.id);
    Target {
        kind: "runner pool",
        name: pool.id.to_string().into(),
        scope,
        read: RUNNER_POOL_READ,
    }
}

/// The site's pool, made if it is not there.
///
/// # Errors
///
/// Those of the database.
pub async fn ensure_site_pool(ctx: &Ctx) -> Result<Pool> {
    if let Some(pool) = store::site_pool(ctx.db.reader()).await? {
        return Ok(pool);
    }
    let tx = ctx.begin().await?;
    if let Some(pool) = store::site_pool(&*tx).await? {
        return Ok(pool);
    }
    let name: Name = SITE_POOL.parse().map_err(Error::internal)?;
    let pool = Pool {
        id: ctx.new_id()?,
        organization_id: None,
        name,
        organization_scoped: true,
        created_at: ctx.now(),
        version: 1,
    };
    store::insert(&tx, &pool).await?;
    tx.commit().await?;
    Ok(pool)
}

/// Makes a pool.
///
/// # Errors
///
/// What the caller may not do, a missing or taken name.
pub async fn create(ctx: &Ctx, organization: &Name, settings: RunnerPoolSettings) -> Result<Pool> {
    let organization = organizations::find_visible(ctx, organization).await?;
    ctx.authorize(RUNNER_POOL_MANAGE, &organizations::target(&organization))
        .await?;
    let name = settings
        .name
        .ok_or_else(|| Error::invalid("/data/attributes/name", "A runner pool needs a name."))?;
    let pool = Pool {
        id: ctx.new_id()?,
        organization_id: Some(organization.id),
        name,
        organization_scoped: settings.organization_scoped.unwrap_or(true),
        created_at: ctx.now(),
        version: 1,
    };
    let mut tx = ctx.begin().await?;
    store::insert(&tx, &pool).await?;
    note(&mut tx, ctx, &pool, "runner-pool.created").await?;
    tx.commit().await?;
    Ok(pool)
}

/// A pool that the caller may see.
///
/// # Errors
///
/// `NotFound` when there is none or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: RunnerPoolId) -> Result<Pool> {
    let pool = store::get(ctx.db.reader(), id).await?;
    ctx.authorize(RUNNER_POOL_READ, &target(&pool)).await?;
    Ok(pool)
}

/// A pool, for a caller who may change it.
///
/// # Errors
///
/// What the caller may not do or see.
pub async fn get_manageable(ctx: &Ctx, id: RunnerPoolId) -> Result<Pool> {
    let pool = store::get(ctx.db.reader(), id).await?;
    ctx.authorize(RUNNER_POOL_MANAGE, &target(&pool)).await?;
    Ok(pool)
}

/// A page of an organization's pools.
///
/// # Errors
///
/// What the caller may not see.
pub async fn list(ctx: &Ctx, organization: &Name, query: &ListQuery) -> Result<(Organization, Listed<Pool>)> {
    let organization = organizations::find_visible(ctx, organization).await?;
    let visible = ctx.visible(RUNNER_POOL_READ, organization.id).await?;
    let listed = store::list(ctx.db.reader(), organization.id, &visible, &query.page).await?;
    Ok((organization, listed))
}

/// Changes a pool.
///
/// # Errors
///
/// What the caller may not do, a taken name.
pub async fn update(ctx: &Ctx, mut pool: Pool, settings: RunnerPoolSettings) -> Result<Pool> {
    pool.name = settings.name.unwrap_or(pool.name);
    pool.organization_scoped = settings.organization_scoped.unwrap_or(pool.organization_scoped);
    let mut tx = ctx.begin().await?;
    store::update(&tx, &mut pool).await?;
    note(&mut tx, ctx, &pool, "runner-pool.updated").await?;
    tx.commit().await?;
    Ok(pool)
}

/// Deletes a pool. Its runners' tokens stop working with it.
///
/// # Errors
///
/// What the caller may not do; `Conflict` while workspaces use it.
pub async fn delete(ctx: &Ctx, id: RunnerPoolId) -> Result<()> {
    let pool = get_manageable(ctx, id).await?;
    let users = crate::workspaces::store::count_using_pool(ctx.db.reader(), id).await?;
    if users > 0 {
        return Err(Error::conflict(format!(
            "{users} workspaces use the runner pool {}. Give them another execution mode or pool first.",
            pool.name
        )));
    }
    let mut tx = ctx.begin().await?;
    tokens::remove_of(&mut tx, &id.to_string()).await?;
    store::delete(&tx, id).await?;
    directory::store::remove(&tx, &id.to_string()).await?;
    record(&mut tx, ctx, &pool, "runner-pool.deleted").await?;
    tx.commit().await
}

/// Makes a token for a pool's runners. The caller may manage the pool.
///
/// # Errors
///
/// `Invalid` for a description that is too long or an expiry in the past.
pub async fn create_token(ctx: &Ctx, pool: &Pool, wanted: NewToken) -> Result<NewlyMade> {
    let mut tx = ctx.begin().await?;
    let made = tokens::create_for_pool(&mut tx, ctx, pool.organization_id, pool.id, wanted).await?;
    tx.commit().await?;
    Ok(made)
}

/// A pool's runners, last heard of first.
///
/// # Errors
///
/// What the caller may not see.
pub async fn runners(ctx: &Ctx, id: RunnerPoolId) -> Result<Vec<Runner>> {
    get_visible(ctx, id).await?;
    store::runners_of(ctx.db.reader(), id).await
}

/// How many of a pool's runners are connected.
///
/// # Errors
///
/// Those of the database.
pub async fn connected(ctx: &Ctx, pool: RunnerPoolId) -> Result<u64> {
    store::connected(ctx.db.reader(), pool, ctx.now().before(patience(ctx))).await
}

/// How long a runner may be silent before it counts as gone.
#[must_use]
pub fn patience(ctx: &Ctx) -> Duration {
    Duration::from_secs(ctx.settings.runs.lease_seconds)
}

/// What the runners of a pool can do at once, and what they do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Capacity {
    /// Runners that are connected.
    pub runners: u64,
    /// Items that they can run at once.
    pub slots: u64,
    /// Items that they run.
    pub busy: u64,
}

/// The pool that a workspace's runs go to, and what its runners do.
///
/// # Errors
///
/// Those of the database.
pub async fn capacity_for(ctx: &Ctx, workspace: &Workspace) -> Result<(Pool, Capacity)> {
    let pool = store::get(ctx.db.reader(), store::of_workspace(ctx.db.reader(), workspace).await?).await?;
    let since = ctx.now().before(patience(ctx));
    let mut capacity = Capacity::default();
    for runner in store::runners_of(ctx.db.reader(), pool.id).await? {
        if runner.exited_at.is_none() && runner.last_seen_at >= since {
            capacity.runners += 1;
            capacity.slots += u64::try_from(runner.slots).unwrap_or(0);
            capacity.busy += u64::try_from(runner.running).unwrap_or(0);
        }
    }
    Ok((pool, capacity))
}

async fn note(tx: &mut Tx, ctx: &Ctx, pool: &Pool, action: &'static str) -> Result<()> {
    let object = Object {
        id: pool.id.to_string(),
        kind: "runner-pool",
        organization: pool.organization_id,
        project: None,
        name: pool.name.to_string(),
        status: String::new(),
        labels: String::new(),
    };
    directory::store::put(tx, &object).await?;
    record(tx, ctx, pool, action).await
}

async fn record(tx: &mut Tx, ctx: &Ctx, pool: &Pool, action: &'static str) -> Result<()> {
    let event = NewEvent {
        action,
        organization: pool.organization_id,
        project: None,
        object_kind: "runner-pool",
        object_id: pool.id.to_string(),
        object_name: pool.name.to_string(),
        access_id: None,
        changes: json!({ "name": pool.name, "organization-scoped": pool.organization_scoped }),
    };
    events::record(tx, ctx, event).await
}
