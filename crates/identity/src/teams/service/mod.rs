//! What people do with teams; a file per group of verbs.

mod change;
mod groups;
mod members;

use std::collections::HashMap;

use slipway_api::Name;
use slipway_api::ids::{OrganizationId, TeamId, UserId};
use slipway_api::teams::{OrganizationAccess, TeamPermissions};
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::{Scope, Target};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::model::{Team, Visibility};
use super::{organization_access, store};
use crate::callers::require_somebody;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_READ, TEAMS_MANAGE};
use crate::{identity_providers, role_assignments};

pub use change::{create, delete, update};
pub use groups::{forget_provider, replace_from_provider};
pub use members::{add_members, members, remove_members};

pub(crate) use members::{join, leave_all};

pub(crate) const KIND: &str = "team";

/// A team with what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The row.
    pub team: Team,
    /// What it may do in the whole organization.
    pub organization_access: OrganizationAccess,
    /// The name of the identity provider whose group it follows; its id when the provider is gone.
    pub provider: Option<String>,
    /// Its members.
    pub members: Vec<UserId>,
    /// What the caller may do with it.
    pub permissions: TeamPermissions,
}

impl Shown {
    /// A team of which nothing else is known.
    #[must_use]
    pub fn bare(team: Team) -> Self {
        Self {
            team,
            organization_access: OrganizationAccess::default(),
            provider: None,
            members: Vec::new(),
            permissions: TeamPermissions::default(),
        }
    }
}

/// Which teams of an organization to list; nothing for all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those with one of these names.
    pub names: Option<Vec<String>>,
    /// Part of the name, any case.
    pub text: Option<String>,
}

/// The team, if the caller may see it.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `NotFound` when it is missing or the caller may not see it.
pub async fn get_visible(ctx: &Ctx, id: TeamId) -> Result<Team> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let team = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    let sees = is_own(ctx, team.id)
        || ctx.granted().await?.allows(ACCESS_READ, &scope(&team))
        || (team.visibility == Visibility::Organization
            && organizations::service::may_see(ctx, team.organization_id).await?);
    if sees { Ok(team) } else { Err(missing()) }
}

/// The teams of an organization that the caller may see, by name.
///
/// # Errors
///
/// `Unauthenticated` for nobody.
pub async fn list(ctx: &Ctx, organization: &Organization, wanted: Wanted, page: &Page) -> Result<Listed<Team>> {
    require_somebody(ctx)?;
    let scope = Scope::organization(organization.id);
    let sees_all = ctx.granted().await?.allows(ACCESS_READ, &scope);
    let filter = store::Filter {
        organization: organization.id,
        visible: (!sees_all).then(|| own(ctx)),
        names: wanted.names,
        text: wanted.text,
    };
    store::list(ctx.db.reader(), &filter, page).await
}

/// Teams with what belongs to them, in their order.
///
/// # Errors
///
/// Those of the database.
pub async fn shown(ctx: &Ctx, teams: Vec<Team>) -> Result<Vec<Shown>> {
    let ids: Vec<TeamId> = teams.iter().map(|team| team.id).collect();
    let mut members = store::members_of(ctx.db.reader(), &ids).await?;
    let mut access = access_of(ctx, &teams).await?;
    let mut providers = providers_of(ctx, &teams).await?;
    let granted = ctx.granted().await?;
    let shown = teams.into_iter().map(|team| {
        let can_update = granted.allows(TEAMS_MANAGE, &scope(&team));
        let by_member = team.allow_member_token_management && is_own(ctx, team.id);
        Shown {
            organization_access: access.remove(&team.id).unwrap_or_default(),
            provider: providers.remove(&team.id),
            members: members.remove(&team.id).unwrap_or_default(),
            permissions: TeamPermissions {
                can_update_membership: can_update,
                can_update,
                can_manage_tokens: can_update || by_member,
            },
            team,
        }
    });
    Ok(shown.collect())
}

async fn providers_of(ctx: &Ctx, teams: &[Team]) -> Result<HashMap<TeamId, String>> {
    let mut names = HashMap::new();
    for team in teams {
        if let Some(id) = team.sso_provider_id {
            let provider = identity_providers::store::by_id(ctx.db.reader(), id).await?;
            names.insert(
                team.id,
                provider.map_or_else(|| id.to_string(), |found| found.name.to_string()),
            );
        }
    }
    Ok(names)
}

async fn access_of(ctx: &Ctx, teams: &[Team]) -> Result<HashMap<TeamId, OrganizationAccess>> {
    let subjects: Vec<String> = teams.iter().map(|team| team.id.to_string()).collect();
    let scopes: Vec<String> = teams.iter().map(|team| team.organization_id.to_string()).collect();
    let held = role_assignments::store::of_subjects_at(ctx.db.reader(), &subjects, &scopes).await?;
    let access = teams.iter().map(|team| {
        let subject = team.id.to_string();
        let roles: Vec<_> = held
            .iter()
            .filter(|assignment| assignment.subject == subject)
            .map(|assignment| assignment.role_id)
            .collect();
        (team.id, organization_access::of(&roles))
    });
    Ok(access.collect())
}

/// Whether the caller is the team or in it.
pub(crate) fn is_own(ctx: &Ctx, id: TeamId) -> bool {
    own(ctx).contains(&id)
}

fn own(ctx: &Ctx) -> Vec<TeamId> {
    match ctx.actor() {
        Actor::User { teams, .. } => teams.clone(),
        Actor::Team { id, .. } => vec![*id],
        _ => Vec::new(),
    }
}

/// The names of the teams that the caller is, or is in.
///
/// # Errors
///
/// Those of the database.
pub async fn own_names(ctx: &Ctx) -> Result<Vec<Name>> {
    let teams = store::by_ids(ctx.db.reader(), &own(ctx)).await?;
    Ok(teams.into_iter().map(|team| team.name).collect())
}

fn scope(team: &Team) -> Scope {
    Scope::organization(team.organization_id)
}

/// What authorization asks about a team that [`get_visible`] showed.
pub(crate) fn target(team: &Team) -> Target<'static> {
    Target {
        kind: KIND,
        name: team.id.to_string().into(),
        scope: scope(team),
        read: ACCESS_READ,
    }
}

/// Refuses, by name of the permission, what the caller may not do to a team that [`get_visible`] showed him.
pub(crate) async fn require(ctx: &Ctx, team: &Team) -> Result<()> {
    if ctx.granted().await?.allows(TEAMS_MANAGE, &target(team).scope) {
        return Ok(());
    }
    Err(Error::forbidden(TEAMS_MANAGE.as_str()))
}

fn event(action: &'static str, team: &Team, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: Some(team.organization_id),
        project: None,
        object_kind: "team",
        object_id: team.id.to_string(),
        object_name: team.name.to_string(),
        access_id: Some(organization_of(team)),
        changes,
    }
}

fn organization_of(team: &Team) -> String {
    let organization: OrganizationId = team.organization_id;
    organization.to_string()
}
