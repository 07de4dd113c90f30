//! Which routers take the requests to what is in which pool.

use std::collections::HashMap;

use slipway_api::ids::{OrganizationId, PoolId};
use slipway_api::pools::PoolField;
use slipway_kernel::{Ctx, Result};

use super::placing::sorted;
use super::rules::Constraint;
use super::{PoolConstraint, store};
use crate::pools::{self, Pool};

/// The rules about routers, of everybody.
pub(crate) struct OfRouters {
    stored: Vec<PoolConstraint>,
    pools: HashMap<PoolId, Pool>,
    known: HashMap<(OrganizationId, PoolId), Vec<Constraint>>,
}

impl OfRouters {
    /// As they are now.
    ///
    /// # Errors
    ///
    /// Those of the database.
    pub(crate) async fn read(ctx: &Ctx) -> Result<Self> {
        let stored = store::about(ctx.db.reader(), PoolField::Router).await?;
        let pools = match stored.is_empty() {
            true => Vec::new(),
            false => pools::store::all(ctx.db.reader()).await?,
        };
        Ok(Self {
            stored,
            pools: pools.into_iter().map(|pool| (pool.id, pool)).collect(),
            known: HashMap::new(),
        })
    }

    /// What a router has to keep to, each rule of it, to get the requests to the apps of an organization in a pool.
    ///
    /// # Errors
    ///
    /// When a rule is stored that is none.
    pub(crate) fn of(&mut self, organization: OrganizationId, pool: PoolId) -> Result<Vec<Constraint>> {
        let Some(found) = self.pools.get(&pool) else {
            return Ok(Vec::new());
        };
        if let Some(known) = self.known.get(&(organization, pool)) {
            return Ok(known.clone());
        }
        let is_seen = |rule: &&PoolConstraint| rule.organization_id.is_none_or(|owner| owner == organization);
        let seen = self.stored.iter().filter(is_seen).cloned().collect();
        let rules = sorted(seen)?.of_routers(found);
        self.known.insert((organization, pool), rules.clone());
        Ok(rules)
    }
}
