//! Who does something, with what: the first argument of every service function.
//!
//! [`Kernel`] is what one process shares; a [`Ctx`] is the kernel seen by one caller for one piece of work. Nothing
//! ambient stands beside it: time, ids and randomness come from here.

use std::ops::Deref;
use std::sync::Arc;

use slipway_api::ids::{Id, Kind, OrganizationId, RunnerPoolId, TeamId, UserId, WorkItemId};
use slipway_api::{Name, Timestamp};

use crate::blobs::Blobs;
use crate::clock::Clock;
use crate::db::{Db, Tx};
use crate::errors::{Error, Result};
use crate::grants::{GrantCache, GrantSet, Limits, Permission, Target, Visibility};
use crate::http::Totals;
use crate::ids::IdSequence;
use crate::kept::Kept;
use crate::logs::Logs;
use crate::metrics::Metrics;
use crate::outbound::Outbound;
use crate::random::Random;
use crate::secrets::Secrets;
use crate::settings::Settings;
use crate::wakes::Wakes;

/// What one server process shares.
pub struct Kernel {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: Clock,
    /// Ids, tokens, keys.
    pub random: Random,
    /// Ids that only grow.
    pub ids: IdSequence,
    /// Wake-up calls.
    pub wakes: Arc<Wakes>,
    /// Who may do what, as read last.
    pub grants: GrantCache,
    /// Totals of long lists, as counted last.
    pub totals: Totals,
    /// Seals what is secret.
    pub secrets: Secrets,
    /// Keeps what is large.
    pub blobs: Blobs,
    /// Keeps what runs print.
    pub logs: Logs,
    /// Counts what happens.
    pub metrics: Metrics,
    /// Asks the outside.
    pub outbound: Arc<Outbound>,
    /// What domains keep in memory.
    pub kept: Kept,
    /// How this server is set up.
    pub settings: Settings,
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Nobody signed in.
    Anonymous,
    /// The server itself, in background work: may do everything.
    System,
    /// A person, or an account that stands for a program.
    User {
        /// Its id.
        id: UserId,
        /// Its name.
        name: Name,
        /// The teams it is in.
        teams: Vec<TeamId>,
    },
    /// A team, by its own token: may do what the team was given, and is nobody in it.
    Team {
        /// Its id.
        id: TeamId,
        /// Its name.
        name: Name,
        /// Its organization.
        organization: OrganizationId,
    },
    /// An organization, by its own token: may do what the organization itself was given.
    Organization {
        /// Its id.
        id: OrganizationId,
        /// Its name.
        name: Name,
    },
    /// A runner, by its pool's token: may register and claim work of its pool.
    Runner {
        /// Its pool.
        pool: RunnerPoolId,
    },
    /// A run, by the token of one claimed item: may do what this item needs.
    Run {
        /// The item.
        work_item: WorkItemId,
        /// The fence under which the token was given.
        fence: i64,
    },
}

impl Actor {
    /// The kind, as events show it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::System => "system",
            Self::User { .. } => "user",
            Self::Team { .. } => "team",
            Self::Organization { .. } => "organization",
            Self::Runner { .. } => "runner",
            Self::Run { .. } => "run",
        }
    }

    /// The id, as events show it.
    #[must_use]
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Anonymous | Self::System => None,
            Self::User { id, .. } => Some(id.to_string()),
            Self::Team { id, .. } => Some(id.to_string()),
            Self::Organization { id, .. } => Some(id.to_string()),
            Self::Runner { pool } => Some(pool.to_string()),
            Self::Run { work_item, .. } => Some(work_item.to_string()),
        }
    }

    /// The name, as events and people see it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Anonymous => "anonymous".to_owned(),
            Self::System => "Slipway".to_owned(),
            Self::User { name, .. } | Self::Team { name, .. } | Self::Organization { name, .. } => name.to_string(),
            Self::Runner { pool } => pool.to_string(),
            Self::Run { work_item, .. } => work_item.to_string(),
        }
    }

    /// The subjects whose grants this actor has.
    #[must_use]
    pub fn subjects(&self) -> Vec<String> {
        match self {
            Self::User { id, teams, .. } => std::iter::once(id.to_string())
                .chain(teams.iter().map(ToString::to_string))
                .collect(),
            Self::Team { id, .. } => vec![id.to_string()],
            Self::Organization { id, .. } => vec![id.to_string()],
            Self::Anonymous | Self::System | Self::Runner { .. } | Self::Run { .. } => Vec::new(),
        }
    }
}

/// Where a piece of work came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The request's id; none in background work.
    pub request_id: Option<String>,
    /// The caller's address; none in background work.
    pub remote_address: Option<String>,
}

/// The kernel, seen by one caller for one piece of work.
#[derive(Clone)]
pub struct Ctx {
    kernel: Arc<Kernel>,
    actor: Actor,
    limits: Limits,
    origin: Origin,
}

impl Ctx {
    /// For a caller.
    #[must_use]
    pub fn new(kernel: Arc<Kernel>, actor: Actor, origin: Origin) -> Self {
        Self {
            kernel,
            actor,
            limits: Limits::none(),
            origin,
        }
    }

    /// The same within the limits of the caller's token.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// For the server itself.
    #[must_use]
    pub fn system(kernel: &Arc<Kernel>) -> Self {
        Self::new(Arc::clone(kernel), Actor::System, Origin::default())
    }

    /// Who it is.
    #[must_use]
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// What the caller's token is limited to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where it comes from.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The kernel, to be kept by work that outlives this caller.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.kernel.clock.now()
    }

    /// A new id, greater than every one that this process made before.
    ///
    /// # Errors
    ///
    /// When there is no randomness.
    pub fn new_id<K: Kind>(&self) -> Result<Id<K>> {
        let (unix_ms, noise) = self.kernel.ids.next(self.now(), self.kernel.random.number()?);
        Ok(Id::from_parts(unix_ms, noise))
    }

    /// Begins a transaction.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn begin(&self) -> Result<Tx> {
        Tx::begin(&self.kernel.db, Arc::clone(&self.kernel.wakes)).await
    }

    /// What the caller was granted, within the limits of his token.
    ///
    /// # Errors
    ///
    /// When the database cannot be reached.
    pub async fn granted(&self) -> Result<Arc<GrantSet>> {
        let granted = match &self.actor {
            Actor::System => Arc::new(GrantSet::everything()),
            Actor::User { .. } | Actor::Team { .. } | Actor::Organization { .. } => {
                let subjects = self.actor.subjects();
                self.kernel
                    .grants
                    .of(&self.kernel.db, &self.kernel.wakes, &subjects)
                    .await?
            }
            Actor::Anonymous | Actor::Runner { .. } | Actor::Run { .. } => Arc::new(GrantSet::default()),
        };
        if self.limits.are_none() {
            return Ok(granted);
        }
        Ok(Arc::new(granted.within(self.limits.clone())))
    }

    /// Succeeds if the caller may do `permission` to `target`.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for nobody; `NotFound` if the caller may not even see the target; `Forbidden` otherwise.
    pub async fn authorize(&self, permission: Permission, target: &Target<'_>) -> Result<()> {
        let granted = self.granted().await?;
        if granted.allows(permission, &target.scope) {
            return Ok(());
        }
        if self.actor == Actor::Anonymous {
            return Err(unauthenticated());
        }
        if granted.allows(target.read, &target.scope) {
            return Err(Error::forbidden(permission.as_str()));
        }
        Err(Error::not_found(target.kind, &target.name))
    }

    /// Which objects of an organization the caller may do `permission` to, to filter a list in the database.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for nobody, otherwise only the database's.
    pub async fn visible(&self, permission: Permission, organization: OrganizationId) -> Result<Visibility> {
        if self.actor == Actor::Anonymous {
            return Err(unauthenticated());
        }
        Ok(self.granted().await?.visible(permission, organization))
    }

    /// Refuses a token that is limited: for what is about the caller himself, where no permission is asked for.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub fn require_unlimited(&self) -> Result<()> {
        if self.limits.are_none() {
            return Ok(());
        }
        Err(Error::new(
            slipway_api::Code::Forbidden,
            "This token is limited to some permissions. Sign in, or use a token without scopes, to do this.",
        ))
    }

    /// The user behind the call.
    ///
    /// # Errors
    ///
    /// `Unauthenticated` for nobody, `Forbidden` for programs that are no users.
    pub fn user(&self) -> Result<UserId> {
        match &self.actor {
            Actor::User { id, .. } => Ok(*id),
            Actor::Anonymous => Err(unauthenticated()),
            _ => Err(Error::new(slipway_api::Code::Forbidden, "Only a user can do this.")),
        }
    }
}

impl Deref for Ctx {
    type Target = Kernel;

    fn deref(&self) -> &Kernel {
        &self.kernel
    }
}

/// Nobody is signed in, and somebody must be.
#[must_use]
pub fn unauthenticated() -> Error {
    Error::new(
        slipway_api::Code::Unauthenticated,
        "Send a valid token in the header \"Authorization: Bearer …\". `slipway login` stores one for the command line.",
    )
}
