//! Giving roles and taking them back.

use serde_json::json;
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, RoleAssignmentId, RoleId, UserId};
use slipway_api::roles::RoleAssignment as Wanted;
use slipway_kernel::events::{self, NewEvent};
use slipway_kernel::grants::{Permission, Scope, Target, store as grants};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::model::RoleAssignment;
use super::store;
use crate::callers::require_somebody;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_MANAGE, ACCESS_READ};
use crate::roles::{self, BuiltIn, OWNER, PermissionTree, Role};
use crate::{projects, users};

/// The name of the site as a scope.
pub(crate) const SITE: &str = "site";

const KIND: &str = "role assignment";

/// An assignment with the names of what it ties together.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// The row.
    pub assignment: RoleAssignment,
    /// The role's name.
    pub role: Name,
    /// The holder's name.
    pub subject_name: Option<String>,
    /// Kind and name of the object where it holds; none where it holds in the whole organization.
    pub scope_name: Option<String>,
}

/// The assignments of an organization that the caller may see, oldest first.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `Forbidden` for who may see those of no scope at all, to whom an empty list would say
/// that nobody holds a role.
pub async fn list(ctx: &Ctx, organization: &Organization, page: &Page) -> Result<Listed<Held>> {
    let filter = store::Filter {
        organization: organization.id,
        visible: ctx.visible(ACCESS_READ, organization.id).await?,
    };
    let Listed { rows, total } = store::list(ctx.db.reader(), &filter, page).await?;
    // Every organization has an owner, and who may see a scope holds a role there: none at all is a refusal.
    if total == 0 {
        return Err(Error::forbidden(ACCESS_READ.as_str()));
    }
    let ids: Vec<RoleId> = rows.iter().map(|assignment| assignment.role_id).collect();
    let roles = roles::store::by_ids(ctx.db.reader(), &ids).await?;
    // One whose role went between the two reads went itself before.
    let with_role = rows.into_iter().filter_map(|assignment| {
        let role = roles.iter().find(|role| role.id == assignment.role_id)?;
        Some((assignment, role.name.clone()))
    });
    Ok(Listed {
        rows: named(ctx, with_role.collect()).await?,
        total,
    })
}

/// Assignments with the names of their holders and scopes; what is gone has none.
async fn named(ctx: &Ctx, assignments: Vec<(RoleAssignment, Name)>) -> Result<Vec<Held>> {
    let subjects: Vec<UserId> = assignments
        .iter()
        .filter_map(|(assignment, _)| assignment.subject.parse().ok())
        .collect();
    let scopes: Vec<String> = assignments.iter().map(|(row, _)| row.scope.clone()).collect();
    let users = users::store::by_ids(ctx.db.reader(), &subjects).await?;
    let objects = store::objects_by_ids(ctx.db.reader(), &scopes).await?;
    let held = assignments.into_iter().map(|(assignment, role)| {
        let user = users.iter().find(|user| user.id.to_string() == assignment.subject);
        let object = objects.iter().find(|object| object.id == assignment.scope);
        Held {
            subject_name: user.map(|user| user.username.to_string()),
            scope_name: object
                .filter(|object| Some(&object.id) != assignment.organization_id.map(|id| id.to_string()).as_ref())
                .map(|object| format!("{} {}", object.kind, object.name)),
            assignment,
            role,
        }
    });
    Ok(held.collect())
}

/// Gives a role to a user in an organization that the caller sees.
///
/// # Errors
///
/// `Forbidden` when the caller may not manage access there, or lacks himself a permission of the role; `Invalid` for a
/// subject, role or scope that is not there; `AlreadyExists`.
pub async fn create(ctx: &Ctx, tree: &PermissionTree, organization: &Organization, wanted: Wanted) -> Result<Held> {
    let scope = scope_of(ctx, organization, &wanted.scope).await?;
    require(ctx, ACCESS_MANAGE, organization, &scope).await?;
    let subject = existing_subject(ctx, &wanted.subject).await?;
    let role = roles::store::by_name(ctx.db.reader(), organization.id, &wanted.role).await?;
    let role = role.ok_or_else(|| {
        Error::invalid(
            "/data/attributes/role",
            format!("There is no role \"{}\" in this organization.", wanted.role),
        )
    })?;
    require_covered(ctx, tree, &role, &scope).await?;
    let mut tx = ctx.begin().await?;
    organizations::hold(&tx, organization.id).await?;
    let assignment = assign(&mut tx, ctx, subject, &role, &scope).await?;
    tx.commit().await?;
    let mut held = named(ctx, vec![(assignment, role.name)]).await?;
    held.pop()
        .ok_or_else(|| Error::internal("a new role assignment is lost"))
}

/// Takes back an assignment.
///
/// # Errors
///
/// `NotFound` when it is missing or the caller may not see it; `Forbidden` when he may not manage access there, or lacks
/// himself a permission of the role; `Conflict` for the last owner.
pub async fn remove(ctx: &Ctx, tree: &PermissionTree, id: RoleAssignmentId) -> Result<()> {
    require_somebody(ctx)?;
    let missing = || Error::not_found(KIND, id);
    let assignment = store::by_id(ctx.db.reader(), id).await?.ok_or_else(missing)?;
    // Those at the site are no part of any organization, and belong to `slipway admin`.
    let organization = assignment.organization_id.ok_or_else(missing)?;
    let scope = stored_scope(ctx, organization, &assignment.scope).await?;
    let target = Target {
        kind: KIND,
        name: id.to_string().into(),
        scope: scope.clone(),
        read: ACCESS_READ,
    };
    ctx.authorize(ACCESS_MANAGE, &target).await?;
    let role = roles::store::by_id(ctx.db.reader(), assignment.role_id).await?;
    require_covered(ctx, tree, &role.ok_or_else(missing)?, &scope).await?;
    let mut tx = ctx.begin().await?;
    if !take(&mut tx, ctx, &assignment).await? {
        return Err(missing());
    }
    tx.commit().await
}

/// Gives a built-in role in the transaction that makes the scope, or at the site. Who may is decided by the caller.
pub(crate) async fn assign_built_in(tx: &mut Tx, ctx: &Ctx, user: UserId, role: BuiltIn, scope: &Scope) -> Result<()> {
    assign(tx, ctx, user, &role.row(ctx.now())?, scope).await?;
    Ok(())
}

pub(crate) async fn assign(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: UserId,
    role: &Role,
    scope: &Scope,
) -> Result<RoleAssignment> {
    let assignment = RoleAssignment {
        id: ctx.new_id()?,
        organization_id: scope.organization,
        subject: subject.to_string(),
        role_id: role.id,
        scope: narrowest(scope),
        created_at: ctx.now(),
    };
    store::insert(tx, &assignment).await?;
    let id = assignment.id.to_string();
    grants::add(tx, &id, &assignment.subject, &assignment.scope, &role.permissions.0).await?;
    let changes = json!({"subject": assignment.subject, "role": role.name, "scope": assignment.scope});
    let project = scope.project;
    let event = NewEvent {
        project,
        ..event("role-assignment.created", &assignment, changes)
    };
    events::record(tx, ctx, event).await?;
    Ok(assignment)
}

/// Takes an assignment back unless its scope would be left without an owner; false when it is gone already.
pub(crate) async fn take(tx: &mut Tx, ctx: &Ctx, assignment: &RoleAssignment) -> Result<bool> {
    if !store::delete(tx, assignment.id).await? {
        return Ok(false);
    }
    // This writes the one row that counts changes of grants, so that two who take back the last two owners wait for
    // each other, and the count below sees what the other did.
    grants::remove(tx, &assignment.id.to_string()).await?;
    require_owner_left(tx, assignment).await?;
    let changes = json!({"subject": assignment.subject, "scope": assignment.scope});
    events::record(tx, ctx, event("role-assignment.deleted", assignment, changes)).await?;
    Ok(true)
}

async fn require_owner_left(tx: &Tx, assignment: &RoleAssignment) -> Result<()> {
    let owner = OWNER.id()?;
    let is_kept = match assignment.organization_id {
        Some(organization) => assignment.scope == organization.to_string(),
        None => true,
    };
    if assignment.role_id != owner || !is_kept || store::count_at(&**tx, owner, &assignment.scope).await? > 0 {
        return Ok(());
    }
    Err(Error::conflict(match assignment.organization_id {
        Some(_) => "This is the last owner of the organization. Make somebody else an owner first.",
        None => "This is the last site administrator. Make another one first, with `slipway admin token create`.",
    }))
}

/// Removes every assignment at an object that is being removed, in the same transaction: for the object's own domain.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_at(tx: &mut Tx, object_id: &str) -> Result<()> {
    remove_all(tx, store::at(&**tx, object_id).await?).await
}

/// Removes every assignment of an organization that goes with them.
pub(crate) async fn remove_within(tx: &mut Tx, organization: OrganizationId) -> Result<()> {
    remove_all(tx, store::within(&**tx, organization).await?).await
}

async fn remove_all(tx: &mut Tx, assignments: Vec<RoleAssignment>) -> Result<()> {
    for assignment in assignments {
        store::delete(tx, assignment.id).await?;
        grants::remove(tx, &assignment.id.to_string()).await?;
    }
    Ok(())
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

/// Refuses a role that has a permission which the caller does not have himself at the scope.
pub(crate) async fn require_covered(ctx: &Ctx, tree: &PermissionTree, role: &Role, scope: &Scope) -> Result<()> {
    let granted = ctx.granted().await?;
    let is_held = |node: &str| {
        let permission = roles::built_in_node(role.id, node).or_else(|| tree.node(node));
        permission.is_some_and(|permission| granted.allows(permission, scope))
    };
    match role.permissions.0.iter().find(|node| !is_held(node)) {
        None => Ok(()),
        Some(node) => Err(Error::new(
            slipway_api::Code::Forbidden,
            format!(
                "The role \"{}\" has the permission \"{node}\", which you do not have there yourself. Ask somebody who \
                 has it.",
                role.name
            ),
        )),
    }
}

async fn require(ctx: &Ctx, permission: Permission, organization: &Organization, scope: &Scope) -> Result<()> {
    if scope.project.is_none() && scope.object.is_none() {
        return organizations::require(ctx, permission, organization).await;
    }
    let granted = ctx.granted().await?;
    if granted.allows(permission, scope) {
        return Ok(());
    }
    Err(Error::forbidden(permission.as_str()))
}

/// What the text of a new assignment's scope means: the organization by its name or id, or an object in it by its id.
async fn scope_of(ctx: &Ctx, organization: &Organization, text: &str) -> Result<Scope> {
    if text == organization.name.as_str() || text == organization.id.to_string() {
        return Ok(Scope::organization(organization.id));
    }
    let found = store::object(ctx.db.reader(), text).await?;
    match found.filter(|object| object.organization_id == Some(organization.id)) {
        Some(object) => Ok(object_scope(organization.id, &object)),
        None => Err(Error::invalid(
            "/data/attributes/scope",
            format!(
                "There is no \"{text}\" in this organization. Give the organization's name, or the id of a project, \
                 workspace or runner pool in it."
            ),
        )),
    }
}

/// Where the scope of a stored assignment stands now; at its organization if its object is gone.
async fn stored_scope(ctx: &Ctx, organization: OrganizationId, text: &str) -> Result<Scope> {
    let object = store::object(ctx.db.reader(), text).await?;
    let inside = object.filter(|object| object.organization_id == Some(organization));
    Ok(inside.map_or_else(
        || Scope::organization(organization),
        |object| object_scope(organization, &object),
    ))
}

fn object_scope(organization: OrganizationId, object: &store::DirectoryObject) -> Scope {
    if object.kind == projects::KIND
        && let Ok(project) = object.id.parse()
    {
        return Scope::project(organization, project);
    }
    Scope {
        organization: Some(organization),
        project: object.project_id,
        object: Some(object.id.clone()),
    }
}

/// The id that a scope is stored by.
fn narrowest(scope: &Scope) -> String {
    let project = || scope.project.map(|id| id.to_string());
    let organization = || scope.organization.map(|id| id.to_string());
    let id = scope.object.clone().or_else(project).or_else(organization);
    id.unwrap_or_else(|| SITE.to_owned())
}

async fn existing_subject(ctx: &Ctx, text: &str) -> Result<UserId> {
    let unknown = || {
        Error::invalid(
            "/data/attributes/subject",
            format!("There is no user \"{text}\". Give a user's id, which looks like user-1k9x3c0q8fz2m4ab."),
        )
    };
    let id = text.parse().map_err(|_| unknown())?;
    match users::store::by_id(ctx.db.reader(), id).await? {
        Some(user) => Ok(user.id),
        None => Err(unknown()),
    }
}

fn event(action: &'static str, assignment: &RoleAssignment, changes: serde_json::Value) -> NewEvent {
    NewEvent {
        action,
        organization: assignment.organization_id,
        project: None,
        object_kind: "role-assignment",
        object_id: assignment.id.to_string(),
        object_name: assignment.id.to_string(),
        // Whoever may see the events of the scope may see who got access to it.
        access_id: Some(assignment.scope.clone()),
        changes,
    }
}
