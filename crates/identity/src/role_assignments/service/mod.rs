//! What people do with role assignments; a file per verb.

mod cover;
mod give;
mod scopes;
mod take;

use std::collections::HashMap;

use slipway_api::Name;
use slipway_api::ids::{OrganizationId, RoleId, TeamId, UserId};
use slipway_kernel::events::NewEvent;
use slipway_kernel::grants::{Permission, Scope};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Ctx, Error, Result};

use super::model::RoleAssignment;
use super::store;
use crate::callers::require_at_site;
use crate::organizations::{self, Organization};
use crate::permissions::{ACCESS_READ, SITE_ACCESS_READ};
use crate::{roles, teams, users};

pub(crate) use slipway_kernel::grants::SITE;

pub use give::{create, create_at_site};
pub use take::{remove, remove_at};

pub(crate) use cover::{require_all_covered, require_covered, require_each_covered};
pub(crate) use give::{assign, assign_built_in, assign_to, replace_role, rewrite_grants};
pub(crate) use scopes::{object_scope, scope_of, stored_scope};
pub(crate) use take::{has_owner, last_owner, remove_within, take, take_all};

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

/// Which assignments of an organization to list; nothing for all.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Of this holder.
    pub subject: Option<String>,
    /// Exactly at this scope: the id of the organization, a project or an object.
    pub scope: Option<String>,
}

/// The assignments of an organization that the caller may see, oldest first.
///
/// # Errors
///
/// `Unauthenticated` for nobody; `Forbidden` for who may see those of no scope at all, to whom an empty list would say
/// that nobody holds a role.
pub async fn list(ctx: &Ctx, organization: &Organization, wanted: Wanted, page: &Page) -> Result<Listed<Held>> {
    let filter = store::Filter {
        organization: Some(organization.id),
        visible: ctx.visible(ACCESS_READ, organization.id).await?,
        subject: wanted.subject,
        scope: wanted.scope.map(|scope| match scope == organization.name.as_str() {
            true => organization.id.to_string(),
            false => scope,
        }),
    };
    let found = listed(ctx, &filter, page).await?;
    // Every organization has an owner, and who may see a scope holds a role there: none at all is a refusal.
    if found.total == 0 && filter.subject.is_none() && filter.scope.is_none() {
        return Err(Error::forbidden(ACCESS_READ.as_str()));
    }
    Ok(found)
}

/// The assignments at the site, oldest first.
///
/// # Errors
///
/// `Forbidden` for who may not see them.
pub async fn list_at_site(ctx: &Ctx, page: &Page) -> Result<Listed<Held>> {
    require_at_site(ctx, SITE_ACCESS_READ).await?;
    let filter = store::Filter {
        organization: None,
        visible: slipway_kernel::grants::Visibility::All,
        subject: None,
        scope: None,
    };
    listed(ctx, &filter, page).await
}

async fn listed(ctx: &Ctx, filter: &store::Filter, page: &Page) -> Result<Listed<Held>> {
    let Listed { rows, total } = store::list(ctx.db.reader(), filter, page).await?;
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
    let subjects: Vec<&str> = assignments.iter().map(|(row, _)| row.subject.as_str()).collect();
    let scopes: Vec<String> = assignments.iter().map(|(row, _)| row.scope.clone()).collect();
    let names = subject_names(ctx, &subjects).await?;
    let objects = store::objects_by_ids(ctx.db.reader(), &scopes).await?;
    let held = assignments.into_iter().map(|(assignment, role)| {
        let object = objects.iter().find(|object| object.id == assignment.scope);
        Held {
            subject_name: names.get(&assignment.subject).cloned(),
            scope_name: object
                .filter(|object| Some(&object.id) != assignment.organization_id.map(|id| id.to_string()).as_ref())
                .map(|object| format!("{} {}", object.kind, object.name)),
            assignment,
            role,
        }
    });
    Ok(held.collect())
}

/// The names of users, teams and organizations by their ids.
pub(crate) async fn subject_names(ctx: &Ctx, subjects: &[&str]) -> Result<HashMap<String, String>> {
    let reader = ctx.db.reader();
    let users: Vec<UserId> = subjects.iter().filter_map(|id| id.parse().ok()).collect();
    let teams: Vec<TeamId> = subjects.iter().filter_map(|id| id.parse().ok()).collect();
    let organizations: Vec<OrganizationId> = subjects.iter().filter_map(|id| id.parse().ok()).collect();
    let mut names = HashMap::new();
    for user in users::store::by_ids(reader, &users).await? {
        names.insert(user.id.to_string(), user.username.to_string());
    }
    if !teams.is_empty() {
        for team in teams::store::by_ids(reader, &teams).await? {
            names.insert(team.id.to_string(), team.name.to_string());
        }
    }
    if !organizations.is_empty() {
        for organization in organizations::store::by_ids(reader, &organizations).await? {
            names.insert(organization.id.to_string(), organization.name.to_string());
        }
    }
    Ok(names)
}

/// Refuses what the caller may not do at a scope in an organization that he sees.
pub(crate) async fn require(
    ctx: &Ctx,
    permission: Permission,
    organization: &Organization,
    scope: &Scope,
) -> Result<()> {
    if scope.project.is_none() && scope.object.is_none() {
        return organizations::require(ctx, permission, organization).await;
    }
    let granted = ctx.granted().await?;
    if granted.allows(permission, scope) {
        return Ok(());
    }
    Err(Error::forbidden(permission.as_str()))
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
