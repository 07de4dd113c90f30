//! At which domain the apps of each pool answer, and who takes their requests.

use std::collections::HashMap;

use slipway_api::ids::{ClusterId, PoolId};
use slipway_kernel::{Ctx, Result};

use super::model::Settings;
use super::store;
use crate::pools;

/// Where the apps of each pool answer.
pub(crate) struct Places {
    clusters: HashMap<PoolId, ClusterId>,
    settings: HashMap<ClusterId, Settings>,
}

impl Places {
    /// As they are now.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(crate) async fn load(ctx: &Ctx) -> Result<Self> {
        let pools = pools::store::all(ctx.db.reader()).await?;
        let connections = store::connections(ctx.db.reader()).await?;
        Ok(Self {
            clusters: pools.into_iter().map(|pool| (pool.id, pool.cluster_id)).collect(),
            settings: connections
                .into_iter()
                .map(|connection| (connection.cluster_id, connection.settings))
                .collect(),
        })
    }

    /// Whether the built-in router takes the requests to apps of a pool: where the cluster does not.
    pub(crate) fn is_routed_here(&self, pool: PoolId) -> bool {
        self.settings(pool).is_none()
    }

    /// What apps of a pool are below.
    pub(crate) fn domain<'a>(&'a self, ctx: &'a Ctx, pool: PoolId) -> &'a str {
        let own = self.settings(pool).and_then(|settings| settings.domain.as_deref());
        own.unwrap_or(&ctx.settings.apps.domain)
    }

    /// Everything that apps are below, wherever they run.
    pub(crate) fn domains<'a>(&'a self, ctx: &'a Ctx) -> impl Iterator<Item = &'a str> {
        let own = self.settings.values().filter_map(|settings| settings.domain.as_deref());
        std::iter::once(ctx.settings.apps.domain.as_str()).chain(own)
    }

    /// The address at which people open apps of a pool, with `*` for the host; nothing where that is the built-in router's.
    pub(crate) fn pattern(&self, pool: PoolId) -> Option<&str> {
        let settings = self.settings(pool)?;
        Some(settings.public_url.as_deref().unwrap_or("http://*/"))
    }

    fn settings(&self, pool: PoolId) -> Option<&Settings> {
        self.settings.get(self.clusters.get(&pool)?)
    }
}
