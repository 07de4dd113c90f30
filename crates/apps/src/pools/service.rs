//! What people and the rest of the program do with pools.

use slipway_api::Name;
use slipway_api::ids::{ClusterId, OrganizationId, PoolId};
use slipway_identity::organizations::{self, Organization};
use slipway_kernel::db::Tx;
use slipway_kernel::{Ctx, Error, Result};

use super::model::Pool;
use super::store;
use crate::permissions::POOL_READ;

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
    let is_chosen = |pool: &Pool| name.map_or(pool.is_default, |name| pool.name == *name);
    pools.into_iter().find(is_chosen).ok_or_else(|| {
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
