//! Built-in roles for special purposes: what TFE's teams are given in an organization, what an organization's own token
//! has, and what a site's auditor sees. `docs/guide/access.md` tells which preset of which other system each stands for.

use super::built_in::BuiltIn;

/// Everything about workspaces but to change them.
const WORKSPACES_READ: &[&str] = &[
    "organization.read",
    "project.read",
    "schedule.read",
    "workspace.read",
    "workspace.run.read",
    "workspace.state.read",
    "workspace.state.read-outputs",
    "workspace.variable.read",
];

/// TFE's organization access `read-workspaces`.
pub const READ_WORKSPACES: BuiltIn = BuiltIn {
    body: "00readworkspaces",
    name: "read-workspaces",
    description: "See all workspaces with their runs, variables and states.",
    permissions: WORKSPACES_READ,
};

/// TFE's organization access `manage-workspaces`.
pub const MANAGE_WORKSPACES: BuiltIn = BuiltIn {
    body: "manageworkspaces",
    name: "manage-workspaces",
    description: "Everything about workspaces and variable sets.",
    permissions: &[
        "organization.read",
        "project.read",
        "schedule",
        "variable-set",
        "workspace",
    ],
};

/// TFE's organization access `read-projects`.
pub const READ_PROJECTS: BuiltIn = BuiltIn {
    body: "0000readprojects",
    name: "read-projects",
    description: "See all projects and the workspaces in them.",
    permissions: WORKSPACES_READ,
};

/// TFE's organization access `manage-projects`.
pub const MANAGE_PROJECTS: BuiltIn = BuiltIn {
    body: "00manageprojects",
    name: "manage-projects",
    description: "Everything about projects and what is in them.",
    permissions: &["organization.read", "project", "schedule", "variable-set", "workspace"],
};

/// TFE's organization access `manage-membership`.
pub const MANAGE_MEMBERSHIP: BuiltIn = BuiltIn {
    body: "managemembership",
    name: "manage-membership",
    description: "Invite and remove members.",
    permissions: &[
        "organization.access.members",
        "organization.access.read",
        "organization.read",
    ],
};

/// TFE's organization access `manage-teams`.
pub const MANAGE_TEAMS: BuiltIn = BuiltIn {
    body: "00000manageteams",
    name: "manage-teams",
    description: "Create, change and delete teams; only with what the holder has himself.",
    permissions: &[
        "organization.access.read",
        "organization.access.teams",
        "organization.read",
    ],
};

/// TFE's organization access `manage-organization-access`.
pub const MANAGE_ORGANIZATION_ACCESS: BuiltIn = BuiltIn {
    body: "00manageorgacces",
    name: "manage-organization-access",
    description: "Change who may do what; only with what the holder has himself.",
    permissions: &["organization.access", "organization.read"],
};

/// TFE's organization access `manage-agent-pools`.
pub const MANAGE_AGENT_POOLS: BuiltIn = BuiltIn {
    body: "manageagentpools",
    name: "manage-agent-pools",
    description: "Change runner pools and make tokens for runners.",
    permissions: &["organization.read", "runner-pool"],
};

/// TFE's organization access `access-secret-teams`.
pub const ACCESS_SECRET_TEAMS: BuiltIn = BuiltIn {
    body: "00seesecretteams",
    name: "access-secret-teams",
    description: "See all teams and who may do what.",
    permissions: &["organization.access.read", "organization.read"],
};

/// What an organization's own token has, as in TFE: it sets things up and runs nothing.
pub const ORGANIZATION_TOKEN: BuiltIn = BuiltIn {
    body: "00000000orgtoken",
    name: "organization-token",
    description: "Set up teams, members, projects, workspaces and variables; start no runs and see no states.",
    permissions: &[
        "organization.access",
        "organization.read",
        "organization.update",
        "project",
        "runner-pool",
        "variable-set",
        "workspace.create",
        "workspace.delete",
        "workspace.force-unlock",
        "workspace.lock",
        "workspace.read",
        "workspace.update",
        "workspace.variable",
    ],
};

/// Sees everything on a site and changes nothing; held at the site.
pub const SITE_AUDITOR: BuiltIn = BuiltIn {
    body: "00000siteauditor",
    name: "site-auditor",
    description: "See everything but states, and change nothing; to be given at the site.",
    permissions: &[
        "event.export",
        "event.read",
        "organization.access.read",
        "organization.read",
        "project.read",
        "runner-pool.read",
        "schedule.read",
        "site.access.read",
        "user.read",
        "variable-set.read",
        "workspace.read",
        "workspace.run.read",
        "workspace.variable.read",
    ],
};

/// The built-in roles for special purposes.
pub const PRESETS: [BuiltIn; 11] = [
    READ_WORKSPACES,
    MANAGE_WORKSPACES,
    READ_PROJECTS,
    MANAGE_PROJECTS,
    MANAGE_MEMBERSHIP,
    MANAGE_TEAMS,
    MANAGE_ORGANIZATION_ACCESS,
    MANAGE_AGENT_POOLS,
    ACCESS_SECRET_TEAMS,
    ORGANIZATION_TOKEN,
    SITE_AUDITOR,
];
