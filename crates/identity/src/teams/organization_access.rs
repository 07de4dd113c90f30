//! TFE's organization access of a team: each flag is a built-in role that the team holds at the organization.

use slipway_api::ids::RoleId;
use slipway_api::teams::OrganizationAccess;
use slipway_kernel::{Error, Result};

use crate::roles::BuiltIn;
use crate::roles::presets::{
    ACCESS_SECRET_TEAMS, MANAGE_AGENT_POOLS, MANAGE_MEMBERSHIP, MANAGE_ORGANIZATION_ACCESS, MANAGE_PROJECTS,
    MANAGE_TEAMS, MANAGE_WORKSPACES, READ_PROJECTS, READ_WORKSPACES,
};

/// The roles with whether the flags want them.
#[must_use]
pub fn roles(access: &OrganizationAccess) -> [(BuiltIn, bool); 9] {
    [
        (READ_WORKSPACES, access.read_workspaces),
        (MANAGE_WORKSPACES, access.manage_workspaces),
        (READ_PROJECTS, access.read_projects),
        (MANAGE_PROJECTS, access.manage_projects),
        (MANAGE_MEMBERSHIP, access.manage_membership),
        (MANAGE_TEAMS, access.manage_teams),
        (MANAGE_ORGANIZATION_ACCESS, access.manage_organization_access),
        (MANAGE_AGENT_POOLS, access.manage_agent_pools),
        (ACCESS_SECRET_TEAMS, access.access_secret_teams),
    ]
}

/// The flags of a team that holds these roles at the organization.
#[must_use]
pub fn of(held: &[RoleId]) -> OrganizationAccess {
    let holds = |role: BuiltIn| role.id().is_ok_and(|id| held.contains(&id));
    OrganizationAccess {
        read_workspaces: holds(READ_WORKSPACES),
        manage_workspaces: holds(MANAGE_WORKSPACES),
        read_projects: holds(READ_PROJECTS),
        manage_projects: holds(MANAGE_PROJECTS),
        manage_membership: holds(MANAGE_MEMBERSHIP),
        manage_teams: holds(MANAGE_TEAMS),
        manage_organization_access: holds(MANAGE_ORGANIZATION_ACCESS),
        manage_agent_pools: holds(MANAGE_AGENT_POOLS),
        access_secret_teams: holds(ACCESS_SECRET_TEAMS),
        ..OrganizationAccess::default()
    }
}

/// Refuses flags of what there is not yet.
///
/// # Errors
///
/// `Invalid`, with the flag.
pub fn require_known(access: &OrganizationAccess) -> Result<()> {
    let unknown = [
        ("manage-policies", access.manage_policies),
        ("manage-policy-overrides", access.manage_policy_overrides),
        ("manage-vcs-settings", access.manage_vcs_settings),
        ("manage-modules", access.manage_modules),
        ("manage-providers", access.manage_providers),
        ("manage-run-tasks", access.manage_run_tasks),
    ];
    match unknown.into_iter().find(|(_, is_wanted)| *is_wanted) {
        None => Ok(()),
        Some((flag, _)) => Err(Error::invalid(
            &format!("/data/attributes/organization-access/{flag}"),
            format!("\"{flag}\" is about something that this version does not have; leave it false."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flags_read_back_from_the_roles_that_they_mean() {
        let wanted = OrganizationAccess {
            manage_projects: true,
            manage_teams: true,
            ..OrganizationAccess::default()
        };
        let held: Vec<RoleId> = roles(&wanted)
            .into_iter()
            .filter(|(_, is_wanted)| *is_wanted)
            .map(|(role, _)| role.id().unwrap())
            .collect();
        assert_eq!(held.len(), 2);
        assert_eq!(of(&held), wanted);
    }

    #[test]
    fn a_flag_of_nothing_is_refused_by_name() {
        let wanted = OrganizationAccess {
            manage_modules: true,
            ..OrganizationAccess::default()
        };
        let error = require_known(&wanted).unwrap_err();
        let pointer = error.fields()[0].source.pointer.clone();
        assert_eq!(
            pointer.as_deref(),
            Some("/data/attributes/organization-access/manage-modules")
        );
    }
}
