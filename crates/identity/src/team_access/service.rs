//! What people do with the access of teams.

use slipway_api::ids::{RoleAssignmentId, TeamId};
use slipway_kernel::grants::{Permission, Scope, Target};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::levels::Level;
use crate::callers::require_somebody;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ};
use crate::role_assignments::service as assignments;
use crate::role_assignments::{RoleAssignment, store};
use crate::roles::{self, Nodes, PermissionTree, Role};
use crate::teams;

/// What the names of roles begin with that are made for one assignment.
const CUSTOM: &str = "custom-";

/// What a team may do somewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The assignment that it is.
    pub assignment: RoleAssignment,
    /// Its role.
    pub role: Role,
}

/// A workspace or project, by its id, with where it stands.
pub struct Place {
    organization: Organization,
    scope: Scope,
    id: String,
}

/// The object with this id, if the caller may see who may do what there.
///
/// # Errors
///
/// `NotFound` when it is missing, of another kind, or the caller may not see who may do what there.
pub async fn place(ctx: &Ctx, kind: &'static str, id: &str) -> Result<Place> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(kind, id);
    let object = store::object(ctx.db.reader(), id).await?;
    let object = object.filter(|object| object.kind == kind).ok_or_else(missing)?;
    let organization = object.organization_id.ok_or_else(missing)?;
    let scope = assignments::object_scope(organization, &object);
    let target = target(kind, id, scope.clone());
    ctx.authorize(ACCESS_READ, &target).await.map_err(|_| missing())?;
    Ok(Place {
        organization: organizations::by_id(ctx, organization).await?,
        scope,
        id: object.id,
    })
}

/// What teams may do there, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn list(ctx: &Ctx, place: &Place) -> Result<Vec<Access>> {
    let held = store::of_teams_at(ctx.db.reader(), &place.id).await?;
    let ids: Vec<_> = held.iter().map(|assignment| assignment.role_id).collect();
    let roles = roles::store::by_ids(ctx.db.reader(), &ids).await?;
    let access = held.into_iter().filter_map(|assignment| {
        let role = roles.iter().find(|role| role.id == assignment.role_id)?.clone();
        Some(Access { assignment, role })
    });
    Ok(access.collect())
}

/// The access with this id, if the caller may see who may do what there. `prefix` is that of the ids of its kind of place.
///
/// # Errors
///
/// `NotFound` when it is missing, no team's, at another kind of place, or the caller may not see it.
pub async fn get(ctx: &Ctx, id: RoleAssignmentId, kind: &'static str) -> Result<Access> {
    require_somebody(ctx)?;
    let missing = || Error::not_found("team access", id);
    let assignment = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    if assignment.subject.parse::<TeamId>().is_err() {
        return Err(missing());
    }
    place(ctx, kind, &assignment.scope).await.map_err(|_| missing())?;
    let role = roles::store::by_id(ctx.db.reader(), assignment.role_id).await?;
    Ok(Access {
        assignment,
        role: role.ok_or_else(missing)?,
    })
}

/// Gives a team access to a place. Nobody gives what he does not have there.
///
/// # Errors
///
/// `Forbidden`; `Invalid` for a team that is not there; `AlreadyExists` when the team has access there already.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, place: &Place, team: &str, level: Level) -> Result<Access> {
    assignments::require(ctx, ACCESS_MANAGE, &place.organization, &place.scope).await?;
    let team = team_of(ctx, &place.organization, team).await?;
    let held = store::of_subjects_at(ctx.db.reader(), &[team.to_string()], std::slice::from_ref(&place.id)).await?;
    if let Some(held) = held.first() {
        return Err(Error::new(
            slipway_api::Code::AlreadyExists,
            format!("The team has access there already; change it ({}).", held.id),
        ));
    }
    let role = role(ctx, &place.organization, &level)?;
    assignments::require_covered(ctx, tree, &role, &place.scope).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, place.organization.id).await?;
    add_if_custom(&mut tx, ctx, &role).await?;
    let assignment = assignments::assign_to(&mut tx, ctx, &team.to_string(), &role, &place.scope).await?;
    tx.commit().await?;
    Ok(Access { assignment, role })
}

/// Changes what a team may do at a place.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access there, or lacks himself something that the team has or gets.
pub async fn update(ctx: &Ctx, tree: &PermissionTree, seen: &Access, level: Level) -> Result<Access> {
    let (organization, scope) = authorize(ctx, seen, ACCESS_MANAGE).await?;
    assignments::require_covered(ctx, tree, &seen.role, &scope).await?;
    let role = role(ctx, &organization, &level)?;
    assignments::require_covered(ctx, tree, &role, &scope).await?;
    let mut tx = ctx.begin().await?;
    if is_made_for_one(&seen.role) && is_made_for_one(&role) {
        roles::service::set_permissions(&mut tx, ctx, &seen.role, role.permissions).await?;
    } else {
        add_if_custom(&mut tx, ctx, &role).await?;
        assignments::replace_role(&mut tx, ctx, &seen.assignment, &role).await?;
        drop_if_custom(&mut tx, ctx, &seen.role).await?;
    }
    tx.commit().await?;
    let assignment = store::by_id(ctx.db.reader(), seen.assignment.id).await?;
    let assignment = assignment.ok_or_else(|| Error::not_found("team access", seen.assignment.id))?;
    let role = roles::store::by_id(ctx.db.reader(), assignment.role_id).await?;
    Ok(Access {
        role: role.ok_or_else(|| Error::internal("the role of an assignment is gone"))?,
        assignment,
    })
}

/// Takes a team's access to a place back.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access there, or lacks himself something that the team has.
pub async fn delete(ctx: &Ctx, tree: &PermissionTree, seen: &Access) -> Result<()> {
    let (_, scope) = authorize(ctx, seen, ACCESS_MANAGE).await?;
    assignments::require_covered(ctx, tree, &seen.role, &scope).await?;
    let mut tx = ctx.begin().await?;
    if !assignments::take(&mut tx, ctx, &seen.assignment).await? {
        return Err(Error::not_found("team access", seen.assignment.id));
    }
    drop_if_custom(&mut tx, ctx, &seen.role).await?;
    tx.commit().await
}

async fn authorize(ctx: &Ctx, seen: &Access, permission: Permission) -> Result<(Organization, Scope)> {
    let missing = || Error::not_found("team access", seen.assignment.id);
    let id = seen.assignment.organization_id.ok_or_else(missing)?;
    let organization = organizations::by_id(ctx, id).await?;
    let scope = assignments::stored_scope(ctx, id, &seen.assignment.scope).await?;
    assignments::require(ctx, permission, &organization, &scope).await?;
    Ok((organization, scope))
}

async fn team_of(ctx: &Ctx, organization: &Organization, text: &str) -> Result<TeamId> {
    let missing = || {
        Error::invalid(
            "/data/relationships/team",
            format!("There is no team \"{text}\" in this organization."),
        )
    };
    let id: TeamId = text.parse().map_err(|_| missing())?;
    let team = teams::store::by_id(ctx.db.reader(), id).await?;
    let team = team.filter(|team| team.organization_id == organization.id);
    Ok(team.ok_or_else(missing)?.id)
}

/// The role that a level is.
fn role(ctx: &Ctx, organization: &Organization, level: &Level) -> Result<Role> {
    let nodes = match level {
        Level::Preset(preset) => return preset.row(ctx.now()),
        Level::Custom(nodes) => nodes,
    };
    let id: slipway_api::ids::RoleId = ctx.new_id()?;
    let name = format!("{CUSTOM}{}", id.body()).parse();
    Ok(Role {
        id,
        organization_id: Some(organization.id),
        name: name.map_err(|error| Error::internal(format!("the name of a role: {error}")))?,
        description: "Made for one team in one place.".to_owned(),
        permissions: Nodes(nodes.clone()),
        version: 1,
        created_at: ctx.now(),
    })
}

fn is_made_for_one(role: &Role) -> bool {
    !role.is_built_in() && role.name.as_str() == format!("{CUSTOM}{}", role.id.body())
}

async fn add_if_custom(tx: &mut Tx, ctx: &Ctx, role: &Role) -> Result<()> {
    if is_made_for_one(role) {
        roles::service::add(tx, ctx, role).await?;
    }
    Ok(())
}

/// Deletes the role with its only assignment; somebody may have given it to others since.
async fn drop_if_custom(tx: &mut Tx, ctx: &Ctx, role: &Role) -> Result<()> {
    if is_made_for_one(role) && store::count_of_role(&**tx, role.id).await? == 0 {
        roles::service::drop(tx, ctx, role).await?;
    }
    Ok(())
}

fn target(kind: &'static str, id: &str, scope: Scope) -> Target<'static> {
    Target {
        kind,
        name: id.to_owned().into(),
        scope,
        read: ACCESS_READ,
    }
}
