//! Giving roles: by people, by what makes a scope, and again when a role changes.

use serde_json::json;
use slipway_api::ids::UserId;
use slipway_api::roles::RoleAssignment as Wanted;
use slipway_kernel::grants::{Scope, store as grants};
use slipway_kernel::{Ctx, Error, Result, Tx, events};

use super::cover::require_covered;
use super::scopes::{narrowest, scope_of};
use super::{Held, event, named, require};
use crate::callers::require_at_site;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, SITE_MANAGE};
use crate::role_assignments::RoleAssignment;
use crate::role_assignments::store;
use crate::roles::{self, BuiltIn, PermissionTree, Role};
use crate::{memberships, teams, users};

/// Gives a role to a user, service account or team in an organization that the caller sees.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access there, or lacks himself a permission of the role; `Invalid` for a
/// subject, role or scope that is not there; `AlreadyExists`.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, organization: &Organization, wanted: Wanted) -> Result<Held> {
    let scope = scope_of(ctx, organization, &wanted.scope).await?;
    require(ctx, ACCESS_MANAGE, organization, &scope).await?;
    require_subject(ctx, Some(organization), &wanted.subject).await?;
    let role = roles::store::by_name(ctx.db.reader(), organization.id, &wanted.role).await?;
    let role = role.ok_or_else(|| no_role(&wanted))?;
    require_covered(ctx, tree, &role, &scope).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    let assignment = assign_to(&mut tx, ctx, &wanted.subject, &role, &scope).await?;
    tx.commit().await?;
    held(ctx, assignment, &role).await
}

/// Gives a role at the site to a user: it then holds in every organization.
///
/// # Errors
///
/// `Forbidden` for everybody but site administrators; `Invalid` for a subject or role that is not there; `AlreadyExists`.
pub async fn create_at_site(ctx: &Ctx, tree: &PermissionTree, wanted: Wanted) -> Result<Held> {
    require_at_site(ctx, SITE_MANAGE).await?;
    if wanted.scope != super::SITE {
        return Err(Error::invalid(
            "/data/attributes/scope",
            "Here roles are given at the site; the scope is \"site\". Those of an organization are given there.",
        ));
    }
    require_subject(ctx, None, &wanted.subject).await?;
    let known = roles::store::built_in(ctx.db.reader()).await?;
    let role = known.into_iter().find(|role| role.name == wanted.role);
    let role = role.ok_or_else(|| no_role(&wanted))?;
    require_covered(ctx, tree, &role, &Scope::site()).await?;
    let mut tx = ctx.begin().await?;
    let assignment = assign_to(&mut tx, ctx, &wanted.subject, &role, &Scope::site()).await?;
    tx.commit().await?;
    held(ctx, assignment, &role).await
}

async fn held(ctx: &Ctx, assignment: RoleAssignment, role: &Role) -> Result<Held> {
    let mut held = named(ctx, vec![(assignment, role.name.clone())]).await?;
    held.pop()
        .ok_or_else(|| Error::internal("a new role assignment is lost"))
}

fn no_role(wanted: &Wanted) -> Error {
    Error::invalid(
        "/data/attributes/role",
        format!("There is no role \"{}\" here.", wanted.role),
    )
}

/// Gives a built-in role in the transaction that makes the scope, or at the site. Who may is decided by the caller.
pub(crate) async fn assign_built_in(tx: &mut Tx, ctx: &Ctx, user: UserId, role: BuiltIn, scope: &Scope) -> Result<()> {
    assign(tx, ctx, user, &role.row(ctx.now())?, scope).await?;
    Ok(())
}

/// Gives a role to a user in a transaction. Who may is decided by the caller.
pub(crate) async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: UserId,
    role: &Role,
    scope: &Scope,
) -> Result<RoleAssignment> {
    assign_to(tx, ctx, &subject.to_string(), role, scope).await
}

/// Gives a role to a user, service account, team or organization in a transaction. Who may is decided by the caller.
pub(crate) async fn assign_to(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: &str,
    role: &Role,
    scope: &Scope,
) -> Result<RoleAssignment> {
    let assignment = RoleAssignment {
        id: ctx.new_id()?,
        organization_id: scope.organization,
        subject: subject.to_owned(),
        role_id: role.id,
        scope: narrowest(scope),
        created_at: ctx.now(),
    };
    store::insert(tx, &assignment).await?;
    let id = assignment.id.to_string();
    grants::add(tx, &id, subject, &assignment.scope, &role.permissions.0).await?;
    let changes = json!({"subject": subject, "role": role.name, "scope": assignment.scope});
    let event = slipway_kernel::events::NewEvent {
        project: scope.project,
        ..event("role-assignment.created", &assignment, changes)
    };
    events::record(tx, ctx, event).await?;
    if let (Some(organization), Ok(user)) = (scope.organization, subject.parse()) {
        memberships::service::ensure_active(tx, ctx, organization, user).await?;
    }
    Ok(assignment)
}

/// Gives an assignment another role in a transaction. Who may is decided by the caller.
pub(crate) async fn replace_role(tx: &mut Tx, ctx: &Ctx, assignment: &RoleAssignment, role: &Role) -> Result<()> {
    if !store::set_role(tx, assignment.id, role.id).await? {
        return Err(Error::not_found(super::KIND, assignment.id));
    }
    let id = assignment.id.to_string();
    grants::remove(tx, &id).await?;
    grants::add(tx, &id, &assignment.subject, &assignment.scope, &role.permissions.0).await?;
    let changes = json!({"subject": assignment.subject, "role": role.name, "scope": assignment.scope});
    events::record(tx, ctx, event("role-assignment.updated", assignment, changes)).await
}

/// Writes the grants of every holder of a role whose permissions changed.
pub(crate) async fn rewrite_grants(tx: &mut Tx, role: &Role) -> Result<()> {
    for assignment in store::of_role(&**tx, role.id).await? {
        let id = assignment.id.to_string();
        grants::remove(tx, &id).await?;
        grants::add(tx, &id, &assignment.subject, &assignment.scope, &role.permissions.0).await?;
    }
    Ok(())
}

/// Refuses a subject that is not there, or is of another organization.
async fn require_subject(ctx: &Ctx, organization: Option<&Organization>, text: &str) -> Result<()> {
    let id = organization.map(|organization| organization.id);
    if let Ok(team) = text.parse() {
        let found = teams::store::by_id(ctx.db.reader(), team).await?;
        if found.is_some_and(|team| Some(team.organization_id) == id) {
            return Ok(());
        }
    } else if let Ok(user) = text.parse() {
        let found = users::store::by_id(ctx.db.reader(), user).await?;
        if found.is_some_and(|user| !user.is_service_account || (id.is_some() && user.organization_id == id)) {
            return Ok(());
        }
    }
    Err(Error::invalid(
        "/data/attributes/subject",
        format!(
            "There is no user, service account or team \"{text}\". Give an id, which looks like user-1k9x3c0q8fz2m4ab or \
             team-1k9x3c0q8fz2m4ab."
        ),
    ))
}
