//! The permissions that this crate's operations check.

use slipway_kernel::grants::Permission;

/// See an organization.
pub const ORGANIZATION_READ: Permission = Permission::new("organization.read");
/// Change an organization's settings.
pub const ORGANIZATION_UPDATE: Permission = Permission::new("organization.update");
/// Delete an organization.
pub const ORGANIZATION_DELETE: Permission = Permission::new("organization.delete");
/// Create organizations; counts at the site only.
pub const ORGANIZATION_CREATE: Permission = Permission::new("organization.create");
/// See who holds which role.
pub const ACCESS_READ: Permission = Permission::new("organization.access.read");
/// Change roles and who holds them.
pub const ACCESS_MANAGE: Permission = Permission::new("organization.access.manage");
/// Invite and remove members.
pub const MEMBERS_MANAGE: Permission = Permission::new("organization.access.members");
/// Create, change and delete teams.
pub const TEAMS_MANAGE: Permission = Permission::new("organization.access.teams");
/// See a project.
pub const PROJECT_READ: Permission = Permission::new("project.read");
/// Create projects.
pub const PROJECT_CREATE: Permission = Permission::new("project.create");
/// Change a project's name and description.
pub const PROJECT_UPDATE: Permission = Permission::new("project.update");
/// Delete a project.
pub const PROJECT_DELETE: Permission = Permission::new("project.delete");
/// See users; counts at the site only.
pub const USER_READ: Permission = Permission::new("user.read");
/// Create, suspend and delete users; counts at the site only.
pub const USER_MANAGE: Permission = Permission::new("user.manage");
/// See who holds which role at the site; counts at the site only.
pub const SITE_ACCESS_READ: Permission = Permission::new("site.access.read");
/// Do what only a site administrator may; counts at the site only.
pub const SITE_MANAGE: Permission = Permission::new("site.manage");
/// Everything.
pub const EVERYTHING: Permission = Permission::new("*");

// Nodes of the infra domain that organizations and projects tell the caller about in their `permissions`, and by which
// the tokens of runner pools are guarded.
pub(crate) const WORKSPACE_CREATE: Permission = Permission::new("workspace.create");
pub(crate) const RUNNER_POOL_READ: Permission = Permission::new("runner-pool.read");
pub(crate) const RUNNER_POOL_MANAGE: Permission = Permission::new("runner-pool.manage");
pub(crate) const VARIABLE_SET_WRITE: Permission = Permission::new("variable-set.write");

/// This crate's part of the permission tree, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    vec![
        (ORGANIZATION_READ, "See the organization."),
        (ORGANIZATION_UPDATE, "Change the organization's settings."),
        (ORGANIZATION_DELETE, "Delete the organization."),
        (ORGANIZATION_CREATE, "Create organizations (at the site)."),
        (ACCESS_READ, "See roles and who holds them."),
        (ACCESS_MANAGE, "Change roles and who holds them."),
        (MEMBERS_MANAGE, "Invite and remove members."),
        (TEAMS_MANAGE, "Create, change and delete teams."),
        (PROJECT_READ, "See projects."),
        (PROJECT_CREATE, "Create projects."),
        (PROJECT_UPDATE, "Change the name and description of projects."),
        (PROJECT_DELETE, "Delete projects."),
        (USER_READ, "See users (at the site)."),
        (USER_MANAGE, "See, create, suspend and delete users (at the site)."),
        (SITE_ACCESS_READ, "See who holds which role at the site."),
        (SITE_MANAGE, "Do what only a site administrator may (at the site)."),
    ]
}
