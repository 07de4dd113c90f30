//! What people and the rest of the program do with pools.

use serde_json::{Value, json};
use slipway_api::Name;
use slipway_api::ids::{ClusterId, OrganizationId, PoolId};
use slipway_api::pools::{NewPool, PoolChanges};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::{Ctx, Error, Result};

use super::model::Pool;
use super::store;
use crate::clusters::Cluster;
use crate::owner::{self, require_somebody};
use crate::permissions::{POOL_MANAGE, POOL_READ};
use crate::{apps, clusters, jobs, plans, pool_constraints, quotas, volumes};

/// The name of the site's pool.
const DEFAULT: &str = "default";

/// Makes the pool of the machine's own cluster.
///
/// # Errors
///
/// Those of the database.
pub(crate) async fn prepare(tx: &Tx, ctx: &Ctx, cluster: ClusterId) -> Result<()> {
    let pool = Pool {
        id: ctx.new_id()?,
        organization_id: None,
        cluster_id: cluster,
        name: DEFAULT.parse().map_err(Error::internal)?,
        is_default: true,
        created_at: ctx.now(),
        version: 1,
    };
    store::insert(tx, &pool).await
}

/// The pools that an organization can use.
///
/// # Errors
///
/// `Forbidden`.
pub async fn list(ctx: &Ctx, organization: &Organization) -> Result<Vec<Pool>> {
    organizations::require(ctx, POOL_READ, organization).await?;
    store::seen_by(ctx.db.reader(), organization.id).await
}

/// Makes a pool on a cluster that the organization sees.
///
/// # Errors
///
/// `Forbidden`; `Invalid` when there is no such cluster; `AlreadyExists` when the organization sees one of this name.
pub async fn create(ctx: &Ctx, organization: &Organization, wanted: NewPool) -> Result<Pool> {
    let owner = owner::of_new(ctx, POOL_MANAGE, organization, wanted.is_shared).await?;
    let mut tx = ctx.begin().await?;
    let clusters = clusters::store::seen_by(&*tx, organization.id).await?;
    let cluster = cluster(&clusters, wanted.cluster.as_ref())?;
    if owner.is_none() && cluster.organization_id.is_some() {
        return Err(Error::invalid(
            "/data/attributes/cluster",
            format!(
                "The cluster \"{}\" is one organization's own: a pool of every organization needs one of the site.",
                cluster.name
            ),
        ));
    }
    let seen = store::seen_by(&*tx, organization.id).await?;
    if seen.iter().any(|pool| pool.name == wanted.name) {
        return Err(store::taken(&wanted.name));
    }
    if wanted.is_default {
        store::no_default(&tx, owner).await?;
    }
    let pool = Pool {
        id: ctx.new_id()?,
        organization_id: owner,
        cluster_id: cluster.id,
        name: wanted.name,
        is_default: wanted.is_default,
        created_at: ctx.now(),
        version: 1,
    };
    store::insert(&tx, &pool).await?;
    let told = json!({"name": pool.name, "cluster": cluster.name, "is-default": pool.is_default});
    record(&mut tx, ctx, &pool, ("pool.created", told)).await?;
    tx.commit().await?;
    Ok(pool)
}

/// The cluster of this name; the only one without a name.
fn cluster<'a>(clusters: &'a [Cluster], name: Option<&Name>) -> Result<&'a Cluster> {
    let found = match (name, clusters) {
        (None, [only]) => Some(only),
        (None, _) => None,
        (Some(name), _) => clusters.iter().find(|cluster| cluster.name == *name),
    };
    found.ok_or_else(|| {
        let names: Vec<&str> = clusters.iter().map(|cluster| cluster.name.as_str()).collect();
        let detail = match (name, names.as_slice()) {
            (_, []) => "There is no cluster that a pool could be on.".to_owned(),
            (Some(name), _) => format!("There is no cluster \"{name}\"; there is: {}.", names.join(", ")),
            (None, _) => format!("Say on which cluster: {}.", names.join(", ")),
        };
        Error::invalid("/data/attributes/cluster", detail)
    })
}

/// Changes a pool.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `AlreadyExists` when its owner has another of this name.
pub async fn update(ctx: &Ctx, id: PoolId, changes: PoolChanges) -> Result<Pool> {
    let mut tx = ctx.begin().await?;
    let seen = held(&tx, ctx, id).await?;
    let mut pool = seen.clone();
    pool.name = changes.name.unwrap_or(pool.name);
    pool.is_default = changes.is_default.unwrap_or(pool.is_default);
    if pool == seen {
        return Ok(pool);
    }
    if pool.is_default && !seen.is_default {
        store::no_default(&tx, pool.organization_id).await?;
    }
    pool.version += 1;
    store::update(&tx, &pool).await?;
    let told = json!({"name": [seen.name, pool.name], "is-default": [seen.is_default, pool.is_default]});
    record(&mut tx, ctx, &pool, ("pool.updated", told)).await?;
    tx.commit().await?;
    Ok(pool)
}

/// Deletes a pool that no app, no job and no volume is in.
///
/// # Errors
///
/// `NotFound`; `Forbidden`; `Conflict` while something is in it.
pub async fn delete(ctx: &Ctx, id: PoolId) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let pool = held(&tx, ctx, id).await?;
    let apps = apps::store::count_in_pool(&*tx, id).await?;
    if apps > 0 {
        return Err(Error::conflict(format!(
            "Apps are in the pool \"{}\" ({apps}): delete them first.",
            pool.name
        )));
    }
    let jobs = jobs::store::count_in_pool(&*tx, id).await?;
    if jobs > 0 {
        return Err(Error::conflict(format!(
            "Jobs are in the pool \"{}\" ({jobs}): delete them first.",
            pool.name
        )));
    }
    let volumes = volumes::store::count_in_pool(&*tx, id).await?;
    if volumes > 0 {
        return Err(Error::conflict(format!(
            "Volumes are in the pool \"{}\" ({volumes}): delete them first.",
            pool.name
        )));
    }
    store::delete(&tx, id).await?;
    record(&mut tx, ctx, &pool, ("pool.deleted", json!({"name": pool.name}))).await?;
    tx.commit().await
}

/// The pool as it is in this transaction, if the caller may change it.
async fn held(tx: &Tx, ctx: &Ctx, id: PoolId) -> Result<Pool> {
    require_somebody(ctx)?;
    let pool = store::hold(tx, id).await?;
    let pool = pool.ok_or_else(|| Error::not_found("pool", id))?;
    let target = owner::target(pool.organization_id, "pool", &id, POOL_READ);
    ctx.authorize(POOL_MANAGE, &target).await?;
    Ok(pool)
}

async fn record(tx: &mut Tx, ctx: &Ctx, pool: &Pool, (action, changes): (&'static str, Value)) -> Result<()> {
    let event = NewEvent {
        action,
        organization: pool.organization_id,
        project: None,
        object_kind: "pool",
        object_id: pool.id.to_string(),
        object_name: pool.name.to_string(),
        access_id: None,
        changes,
    };
    events::record(tx, ctx, event).await
}

/// Removes pools, plans and rules of organizations that are being deleted and have no apps, jobs and volumes any more.
///
/// # Errors
///
/// Those of the database.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    for organization in organizations::service::deleting(ctx).await? {
        let apps = apps::store::of(ctx.db.reader(), organization.id, None).await?;
        let jobs = jobs::store::of(ctx.db.reader(), organization.id, None).await?;
        let volumes = volumes::store::of(ctx.db.reader(), organization.id, None).await?;
        if !apps.is_empty() || !jobs.is_empty() || !volumes.is_empty() {
            continue;
        }
        let tx = ctx.begin().await?;
        pool_constraints::store::delete_of(&tx, organization.id).await?;
        quotas::store::delete_of(&tx, organization.id).await?;
        store::delete_of(&tx, organization.id).await?;
        plans::store::delete_of(&tx, organization.id).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// The pool of an app.
///
/// # Errors
///
/// `NotFound`.
pub async fn get(ctx: &Ctx, id: PoolId) -> Result<Pool> {
    let found = store::find(ctx.db.reader(), id).await?;
    found.ok_or_else(|| Error::not_found("pool", id))
}

/// The pool of this name that an organization can use; the default one without a name.
///
/// # Errors
///
/// `Invalid` where there is none.
pub async fn chosen(ctx: &Ctx, organization: OrganizationId, name: Option<&Name>) -> Result<Pool> {
    let pools = store::seen_by(ctx.db.reader(), organization).await?;
    let names: Vec<String> = pools.iter().map(|pool| pool.name.to_string()).collect();
    let is_chosen = |pool: &&Pool| name.map_or(pool.is_default, |name| pool.name == *name);
    // What an organization has of its own comes before what all have.
    let own = pools
        .iter()
        .filter(|pool| pool.organization_id.is_some())
        .find(is_chosen);
    own.or_else(|| pools.iter().find(is_chosen)).cloned().ok_or_else(|| {
        let detail = match (name, names.as_slice()) {
            (_, []) => "There is no pool: no Docker Engine was found on the server's machine. Start one, then start the server \
                        again; or say where it listens by the setting apps.docker_socket."
                .to_owned(),
            (Some(name), _) => format!("There is no pool \"{name}\"; there is: {}.", names.join(", ")),
            (None, _) => format!("No pool is the default one: name one of {}.", names.join(", ")),
        };
        Error::invalid("/data/attributes/pool", detail)
    })
}
