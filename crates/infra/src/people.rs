//! Who somebody at a forge is here, and what they may do.

use slipway_api::ids::UserId;
use slipway_connections::forges::model::Person;
use slipway_connections::repositories::{self, Repository};
use slipway_identity::{forge_accounts, users};
use slipway_kernel::ctx::Origin;
use slipway_kernel::{Actor, Ctx, Result};

/// Somebody at a forge.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Who that is here, if anybody.
    pub user: Option<UserId>,
    /// The same as a caller.
    pub actor: Option<Actor>,
    /// What the forge calls them.
    pub login: Option<String>,
}

impl Known {
    /// For people.
    pub fn name(&self) -> String {
        let here = self.actor.as_ref().map(Actor::name);
        here.or_else(|| self.login.clone())
            .unwrap_or_else(|| "Slipway".to_owned())
    }

    /// A piece of work on their behalf; none for strangers, and for whoever was suspended.
    pub fn ctx(&self, ctx: &Ctx) -> Option<Ctx> {
        let actor = self.actor.clone()?;
        Some(Ctx::new(std::sync::Arc::clone(ctx.kernel()), actor, Origin::default()))
    }
}

/// Who an account at a repository's forge is here.
///
/// # Errors
///
/// Those of the database.
pub async fn known(ctx: &Ctx, repository: &Repository, person: &Person) -> Result<Known> {
    let user = match repositories::service::accounts_host(ctx, repository).await? {
        Some(host) => forge_accounts::service::user_of(ctx, &host, &person.id, &person.login).await?,
        None => None,
    };
    let actor = match user {
        // Whoever is suspended is nobody.
        Some(user) => users::service::actor(ctx.kernel(), user).await.ok(),
        None => None,
    };
    Ok(Known {
        user: user.filter(|_| actor.is_some()),
        actor,
        login: Some(person.login.chars().take(200).collect::<String>()).filter(|login| !login.is_empty()),
    })
}
