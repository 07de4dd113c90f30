//! Whom a token stands for, who sees his tokens, and who makes and takes them.

use slipway_api::Code;
use slipway_api::ids::OrganizationId;
use slipway_kernel::grants::Scope;
use slipway_kernel::{Ctx, Error, Result};

use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ, EVERYTHING, RUNNER_POOL_MANAGE, RUNNER_POOL_READ, TEAMS_MANAGE};
use crate::role_assignments::service as assignments;
use crate::roles::PermissionTree;
use crate::roles::presets::ORGANIZATION_TOKEN;
use crate::service_accounts::{self, ServiceAccount};
use crate::teams::{self, Team};
use crate::tokens::model::{Token, TokenKind};
use crate::users::{self, User};

/// Whom a token stands for.
#[derive(Debug, Clone)]
pub enum Holder {
    /// A person.
    User(User),
    /// The account of a program.
    ServiceAccount(ServiceAccount),
    /// A team.
    Team(Team),
    /// An organization.
    Organization(Organization),
    /// A runner pool: its id, and its organization.
    RunnerPool(String, Option<OrganizationId>),
}

impl Holder {
    /// The holder of a token; none when he is gone.
    pub(super) async fn of(ctx: &Ctx, token: &Token) -> Result<Option<Self>> {
        let reader = ctx.db.reader();
        let broken = || Error::internal(format!("the token {} has a subject of another kind", token.id));
        let subject = token.subject.as_str();
        Ok(match token.kind {
            TokenKind::User => {
                let id = subject.parse().map_err(|_| broken())?;
                users::store::by_id(reader, id).await?.map(Self::User)
            }
            TokenKind::ServiceAccount => {
                let id = subject.parse().map_err(|_| broken())?;
                service_accounts::store::by_id(reader, id)
                    .await?
                    .map(Self::ServiceAccount)
            }
            TokenKind::Team => {
                let id = subject.parse().map_err(|_| broken())?;
                teams::store::by_id(reader, id).await?.map(Self::Team)
            }
            TokenKind::Organization => {
                let id = subject.parse().map_err(|_| broken())?;
                organizations::store::by_id(reader, id).await?.map(Self::Organization)
            }
            TokenKind::RunnerPool => Some(Self::RunnerPool(subject.to_owned(), token.organization_id)),
        })
    }

    /// The kind of his tokens.
    #[must_use]
    pub fn kind(&self) -> TokenKind {
        match self {
            Self::User(_) => TokenKind::User,
            Self::ServiceAccount(_) => TokenKind::ServiceAccount,
            Self::Team(_) => TokenKind::Team,
            Self::Organization(_) => TokenKind::Organization,
            Self::RunnerPool(..) => TokenKind::RunnerPool,
        }
    }

    /// His id.
    #[must_use]
    pub fn subject(&self) -> String {
        match self {
            Self::User(user) => user.id.to_string(),
            Self::ServiceAccount(account) => account.user_id.to_string(),
            Self::Team(team) => team.id.to_string(),
            Self::Organization(organization) => organization.id.to_string(),
            Self::RunnerPool(id, _) => id.clone(),
        }
    }

    /// The organization that his tokens go with.
    #[must_use]
    pub fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::User(_) => None,
            Self::ServiceAccount(account) => Some(account.organization_id),
            Self::Team(team) => Some(team.organization_id),
            Self::Organization(organization) => Some(organization.id),
            Self::RunnerPool(_, organization) => *organization,
        }
    }

    fn scope(&self) -> Scope {
        let scope = self.organization().map_or_else(Scope::site, Scope::organization);
        match self {
            Self::RunnerPool(id, _) => scope.object(id),
            _ => scope,
        }
    }

    /// Whether the caller is the holder himself.
    pub(super) fn is_self(&self, ctx: &Ctx) -> bool {
        ctx.actor().id() == Some(self.subject())
    }

    /// Whether the caller may see his tokens, never their texts.
    pub(super) async fn sees(&self, ctx: &Ctx) -> Result<bool> {
        if self.is_self(ctx) {
            return Ok(true);
        }
        let granted = ctx.granted().await?;
        Ok(match self {
            Self::User(_) => users::service::manages_users(ctx).await?,
            Self::Team(team) => granted.allows(ACCESS_READ, &self.scope()) || lets_members(ctx, team),
            Self::ServiceAccount(_) | Self::Organization(_) => granted.allows(ACCESS_READ, &self.scope()),
            Self::RunnerPool(..) => granted.allows(RUNNER_POOL_READ, &self.scope()),
        })
    }

    pub(super) fn unseen(&self) -> Error {
        let detail = match self {
            Self::User(_) => "Only the user, and who manages users, can see the user's tokens.",
            _ => "You lack the permission \"organization.access.read\" there, so you cannot see these tokens.",
        };
        Error::new(Code::Forbidden, detail)
    }

    /// Refuses to let the caller have a token of this holder: whoever has one may do what the holder may.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub(crate) async fn require_maker(&self, ctx: &Ctx, tree: &PermissionTree) -> Result<()> {
        let granted = ctx.granted().await?;
        match self {
            Self::User(user) => {
                if users::service::is_self(ctx, user.id) || granted.allows(EVERYTHING, &Scope::site()) {
                    return Ok(());
                }
                Err(Error::new(
                    Code::Forbidden,
                    "Only the user, or a site administrator, can make a token of the user's.",
                ))
            }
            // A member has all that the team has.
            Self::Team(team) if lets_members(ctx, team) => Ok(()),
            Self::Team(_) => self.require(ctx, tree, TEAMS_MANAGE).await,
            Self::ServiceAccount(_) => self.require(ctx, tree, ACCESS_MANAGE).await,
            Self::Organization(organization) => {
                let scope = Scope::organization(organization.id);
                let role = ORGANIZATION_TOKEN.row(ctx.now())?;
                self.require(ctx, tree, ACCESS_MANAGE).await?;
                assignments::require_covered(ctx, tree, &role, &scope).await
            }
            Self::RunnerPool(..) if granted.allows(RUNNER_POOL_MANAGE, &self.scope()) => Ok(()),
            Self::RunnerPool(..) => Err(Error::forbidden(RUNNER_POOL_MANAGE.as_str())),
        }
    }

    async fn require(
        &self,
        ctx: &Ctx,
        tree: &PermissionTree,
        permission: slipway_kernel::grants::Permission,
    ) -> Result<()> {
        if !ctx.granted().await?.allows(permission, &self.scope()) {
            return Err(Error::forbidden(permission.as_str()));
        }
        assignments::require_all_covered(ctx, tree, &self.subject()).await?;
        if let Self::ServiceAccount(account) = self {
            // It has what its teams have, too.
            for team in teams::store::of_user(ctx.db.reader(), account.user_id).await? {
                assignments::require_all_covered(ctx, tree, &team.to_string()).await?;
            }
        }
        Ok(())
    }

    /// Refuses to let the caller take a token of this holder back.
    ///
    /// # Errors
    ///
    /// `Forbidden`.
    pub(super) async fn require_taker(&self, ctx: &Ctx) -> Result<()> {
        let permission = match self {
            Self::User(_) => return Ok(()),
            Self::Team(team) if lets_members(ctx, team) => return Ok(()),
            _ if self.is_self(ctx) => return Ok(()),
            Self::Team(_) => TEAMS_MANAGE,
            Self::ServiceAccount(_) | Self::Organization(_) => ACCESS_MANAGE,
            Self::RunnerPool(..) => RUNNER_POOL_MANAGE,
        };
        if ctx.granted().await?.allows(permission, &self.scope()) {
            return Ok(());
        }
        Err(Error::forbidden(permission.as_str()))
    }
}

/// Whether the caller is in the team, and the team lets its members manage its tokens.
fn lets_members(ctx: &Ctx, team: &Team) -> bool {
    let is_person = matches!(ctx.actor(), slipway_kernel::Actor::User { .. });
    is_person && team.allow_member_token_management && teams::service::is_own(ctx, team.id)
}
