//! Making, changing and deleting teams.

use serde_json::json;
use slipway_api::ids::IdentityProviderId;
use slipway_api::teams::{NewTeam, OrganizationAccess, TeamChanges};
use slipway_kernel::grants::{Scope, store as grants};
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::{event, require};
use crate::changes::changed_fields;
use crate::organizations::service::changed_meanwhile;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, TEAMS_MANAGE};
use crate::role_assignments::RoleAssignment;
use crate::role_assignments::service as assignments;
use crate::roles::{BuiltIn, PermissionTree};
use crate::teams::model::Team;
use crate::teams::{organization_access, store};
use crate::{identity_providers, role_assignments, roles, tokens};

/// Makes a team in an organization that the caller sees; it gets the organization's default role for teams.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage teams, or gives access that he may not give; `AlreadyExists`; `Invalid`.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, organization: &Organization, wanted: NewTeam) -> Result<Team> {
    organizations::require(ctx, TEAMS_MANAGE, organization).await?;
    let access = wanted.organization_access.unwrap_or_default();
    let provider = provider(ctx, wanted.sso_provider.as_deref()).await?;
    let team = Team {
        sso_provider_id: provider,
        ..Team::new(ctx.new_id()?, organization.id, wanted, ctx.now())?
    };
    let given = wanted_roles(ctx, tree, organization, &access, &[]).await?;
    let mut tx = ctx.begin().await?;
    let organization = organizations::hold(&tx, organization.id).await?;
    store::insert(&tx, &team).await?;
    let changes = json!({
        "name": team.name, "sso-team-id": team.sso_team_id, "sso-provider": team.sso_provider_id,
        "visibility": slipway_api::teams::TeamVisibility::from(team.visibility),
    });
    events::record(&mut tx, ctx, event("team.created", &team, changes)).await?;
    give(&mut tx, ctx, &team, &given).await?;
    if let Some(role) = organization.default_team_role_id
        && let Some(role) = roles::store::by_id(&*tx, role).await?
    {
        let scope = Scope::organization(organization.id);
        assignments::assign_to(&mut tx, ctx, &team.id.to_string(), &role, &scope).await?;
    }
    tx.commit().await?;
    Ok(team)
}

/// Changes a team, from the row that the caller saw.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage teams, gives or takes access that he may not, or lets another group be in
/// a team that has what he lacks; `PreconditionFailed` when it was changed since; `AlreadyExists`; `Invalid`.
pub async fn update(ctx: &Ctx, tree: &PermissionTree, seen: &Team, changes: TeamChanges) -> Result<Team> {
    require(ctx, seen).await?;
    let organization = organizations::by_id(ctx, seen.organization_id).await?;
    let access = changes.organization_access;
    let provider = match &changes.sso_provider {
        Some(text) => provider(ctx, text.as_deref()).await?,
        None => seen.sso_provider_id,
    };
    let team = Team {
        sso_provider_id: provider,
        ..seen.changed(changes)?
    };
    let subject = team.id.to_string();
    let followed = |team: &Team| (team.sso_team_id.clone(), team.sso_provider_id);
    if followed(&team) != followed(seen) && team.sso_team_id.is_some() {
        assignments::require_all_covered(ctx, tree, &subject).await?;
    }
    let held = at_organization(ctx, &team).await?;
    let given = match &access {
        Some(access) => wanted_roles(ctx, tree, &organization, access, &held).await?,
        None => Vec::new(),
    };
    let taken: Vec<RoleAssignment> = access.map_or_else(Vec::new, |access| unwanted(&access, &held));
    if !taken.is_empty() {
        organizations::require(ctx, ACCESS_MANAGE, &organization).await?;
        assignments::require_each_covered(ctx, tree, &taken).await?;
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &team).await? {
        return Err(changed_meanwhile());
    }
    let fields = changed_fields([
        ("name", json!(seen.name), json!(team.name)),
        ("description", json!(seen.description), json!(team.description)),
        ("sso-team-id", json!(seen.sso_team_id), json!(team.sso_team_id)),
        ("sso-provider", json!(seen.sso_provider_id), json!(team.sso_provider_id)),
        (
            "allow-member-token-management",
            json!(seen.allow_member_token_management),
            json!(team.allow_member_token_management),
        ),
    ]);
    events::record(&mut tx, ctx, event("team.updated", &team, fields)).await?;
    give(&mut tx, ctx, &team, &given).await?;
    for assignment in &taken {
        assignments::take(&mut tx, ctx, assignment).await?;
    }
    grants::changed(&mut tx).await?;
    tx.commit().await?;
    Ok(team)
}

/// The identity provider of this name or id, of those that people can sign in with.
async fn provider(ctx: &Ctx, text: Option<&str>) -> Result<Option<IdentityProviderId>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let all = identity_providers::service::enabled(ctx).await?;
    let found = all
        .iter()
        .find(|provider| provider.name.as_str() == text || provider.id.to_string() == text);
    let found = found.ok_or_else(|| {
        let why = format!("There is no identity provider \"{text}\" to sign in with.");
        Error::invalid("/data/attributes/sso-provider", why)
    })?;
    Ok(Some(found.id))
}

/// Deletes a team with its roles and tokens; its members lose at once what they had by it.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage teams, or lacks himself something that the team has; `Conflict` when it is
/// the organization's last owner; `PreconditionFailed` when it was changed since.
pub async fn delete(ctx: &Ctx, tree: &PermissionTree, seen: &Team) -> Result<()> {
    require(ctx, seen).await?;
    let subject = seen.id.to_string();
    assignments::require_all_covered(ctx, tree, &subject).await?;
    let mut tx = ctx.begin().await?;
    assignments::take_all(&mut tx, ctx, &subject).await?;
    tokens::service::remove_of(&mut tx, &subject).await?;
    if !store::delete(&tx, seen).await? {
        return Err(changed_meanwhile());
    }
    events::record(&mut tx, ctx, event("team.deleted", seen, json!({}))).await?;
    tx.commit().await
}

async fn at_organization(ctx: &Ctx, team: &Team) -> Result<Vec<RoleAssignment>> {
    let scope = team.organization_id.to_string();
    role_assignments::store::of_subjects_at(ctx.db.reader(), &[team.id.to_string()], &[scope]).await
}

/// The roles that the flags want beyond those that are held, each of which the caller may give.
async fn wanted_roles(
    ctx: &Ctx,
    tree: &PermissionTree,
    organization: &Organization,
    access: &OrganizationAccess,
    held: &[RoleAssignment],
) -> Result<Vec<BuiltIn>> {
    organization_access::require_known(access)?;
    let scope = Scope::organization(organization.id);
    let mut given = Vec::new();
    for (role, is_wanted) in organization_access::roles(access) {
        let id = role.id()?;
        if !is_wanted || held.iter().any(|assignment| assignment.role_id == id) {
            continue;
        }
        organizations::require(ctx, ACCESS_MANAGE, organization).await?;
        assignments::require_covered(ctx, tree, &role.row(ctx.now())?, &scope).await?;
        given.push(role);
    }
    Ok(given)
}

/// Those of the held assignments that are flags and not wanted.
fn unwanted(access: &OrganizationAccess, held: &[RoleAssignment]) -> Vec<RoleAssignment> {
    let roles = organization_access::roles(access);
    let is_unwanted = |assignment: &&RoleAssignment| {
        roles
            .iter()
            .any(|(role, is_wanted)| !is_wanted && role.id().is_ok_and(|id| id == assignment.role_id))
    };
    held.iter().filter(is_unwanted).cloned().collect()
}

async fn give(tx: &mut Tx, ctx: &Ctx, team: &Team, roles: &[BuiltIn]) -> Result<()> {
    let scope = Scope::organization(team.organization_id);
    for role in roles {
        let role = role.row(ctx.now())?;
        assignments::assign_to(tx, ctx, &team.id.to_string(), &role, &scope).await?;
    }
    Ok(())
}
