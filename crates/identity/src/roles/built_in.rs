//! The roles that come with Slipway, after TFE's presets.
//!
//! Each covers the weaker ones. They name permissions of other domains by their paths; a change here reaches those who
//! hold the role at the next start.

use slipway_api::Timestamp;
use slipway_api::ids::RoleId;
use slipway_kernel::grants::Permission;
use slipway_kernel::{Error, Result};

use super::model::{Nodes, Role};
use super::presets::PRESETS;

/// A role that comes with Slipway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its id, the same on every site; the text after `role-`.
    pub(super) body: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What holders can do.
    pub description: &'static str,
    /// Nodes of the permission tree.
    pub permissions: &'static [&'static str],
}

impl BuiltIn {
    /// Its id.
    ///
    /// # Errors
    ///
    /// Never for those of [`all`], which a test shows.
    pub fn id(&self) -> Result<RoleId> {
        format!("role-{}", self.body)
            .parse()
            .map_err(|error| Error::internal(format!("the id of the role {}: {error}", self.name)))
    }

    /// It as a row.
    ///
    /// # Errors
    ///
    /// Never for those of [`all`], which a test shows.
    pub fn row(&self, now: Timestamp) -> Result<Role> {
        let name = self.name.parse();
        Ok(Role {
            id: self.id()?,
            organization_id: None,
            name: name.map_err(|error| Error::internal(format!("the name of a built-in role: {error}")))?,
            description: self.description.to_owned(),
            permissions: Nodes(self.permissions.iter().map(|&node| node.to_owned()).collect()),
            version: 1,
            created_at: now,
        })
    }
}

/// May do everything where it is held.
pub const OWNER: BuiltIn = BuiltIn {
    body: "0000000000owner0",
    name: "owner",
    description: "Everything, including to delete it and to say who may do what.",
    permissions: &["*"],
};

/// Administers what is in the scope. The workspace part is TFE's preset "admin".
pub const ADMIN: BuiltIn = BuiltIn {
    body: "0000000000admin0",
    name: "admin",
    description: "Everything but to delete the organization and to make owners.",
    permissions: &[
        "app",
        "app-plan",
        "app-quota",
        "approval-rule",
        "catalog",
        "cluster",
        "event",
        "executor",
        "git-workspace",
        "integration",
        "job",
        "organization.access",
        "organization.read",
        "organization.update",
        "pool",
        "project",
        "repository",
        "resource",
        "runner-pool",
        "schedule",
        "service",
        "service-instance",
        "storage",
        "variable-set",
        "volume",
        "volume-plan",
        "webhook",
        "workspace",
    ],
};

/// TFE's project preset "maintain".
pub const MAINTAIN: BuiltIn = BuiltIn {
    body: "0000000maintain0",
    name: "maintain",
    description: "Create, change and delete workspaces and variable sets, approve changes, and all that \"write\" allows.",
    permissions: &[
        "app",
        "app-plan.read",
        "approval-rule.read",
        "catalog.blueprint.read",
        "catalog.source-code.read",
        "catalog.template.read",
        "cluster.read",
        "event.read",
        "executor",
        "git-workspace.read",
        "integration.read",
        "integration.use",
        "job",
        "organization.read",
        "pool.read",
        "project.read",
        "repository",
        "resource",
        "runner-pool.read",
        "schedule",
        "service-instance",
        "service.read",
        "storage.read",
        "variable-set",
        "volume",
        "volume-plan.read",
        "webhook",
        "workspace",
    ],
};

/// TFE's workspace preset "write".
pub const WRITE: BuiltIn = BuiltIn {
    body: "0000000000write0",
    name: "write",
    description: "Plan and apply runs, lock workspaces, change variables and state; deploy and scale apps; run jobs.",
    permissions: &[
        "app-plan.read",
        "app.create",
        "app.deploy",
        "app.env",
        "app.log",
        "app.read",
        "app.run",
        "app.scale",
        "app.shell",
        "app.update",
        "approval-rule.read",
        "catalog.blueprint.read",
        "catalog.source-code.read",
        "catalog.template.read",
        "cluster.read",
        "event.read",
        "executor.read",
        "executor.run",
        "git-workspace.read",
        "integration.read",
        "job.create",
        "job.env",
        "job.log",
        "job.read",
        "job.run",
        "job.update",
        "organization.read",
        "pool.read",
        "project.read",
        "repository.read",
        "resource.create",
        "resource.read",
        "resource.update",
        "runner-pool.read",
        "schedule",
        "service-instance.create",
        "service-instance.read",
        "service.read",
        "storage.read",
        "variable-set.read",
        "volume-plan.read",
        "volume.bind",
        "volume.create",
        "volume.read",
        "webhook.read",
        "workspace.lock",
        "workspace.read",
        "workspace.run.apply",
        "workspace.run.cancel",
        "workspace.run.destroy",
        "workspace.run.plan",
        "workspace.run.read",
        "workspace.state",
        "workspace.variable",
    ],
};

/// TFE's workspace preset "plan".
pub const PLAN: BuiltIn = BuiltIn {
    body: "00000000000plan0",
    name: "plan",
    description: "See everything and start runs that only plan.",
    permissions: &[
        "app-plan.read",
        "app.env.read",
        "app.log.read",
        "app.read",
        "approval-rule.read",
        "catalog.blueprint.read",
        "catalog.source-code.read",
        "catalog.template.read",
        "cluster.read",
        "event.read",
        "executor.read",
        "executor.run.plan",
        "git-workspace.read",
        "integration.read",
        "job.env.read",
        "job.log.read",
        "job.read",
        "organization.read",
        "pool.read",
        "project.read",
        "repository.read",
        "resource.read",
        "runner-pool.read",
        "schedule.read",
        "service-instance.read",
        "service.read",
        "storage.read",
        "variable-set.read",
        "volume-plan.read",
        "volume.read",
        "webhook.read",
        "workspace.read",
        "workspace.run.plan",
        "workspace.run.read",
        "workspace.state.read",
        "workspace.state.read-outputs",
        "workspace.variable.read",
    ],
};

/// TFE's workspace preset "read".
pub const READ: BuiltIn = BuiltIn {
    body: "00000000000read0",
    name: "read",
    description: "See everything but the values of sensitive variables.",
    permissions: &[
        "app-plan.read",
        "app.env.read",
        "app.log.read",
        "app.read",
        "approval-rule.read",
        "catalog.blueprint.read",
        "catalog.source-code.read",
        "catalog.template.read",
        "cluster.read",
        "event.read",
        "executor.read",
        "git-workspace.read",
        "integration.read",
        "job.env.read",
        "job.log.read",
        "job.read",
        "organization.read",
        "pool.read",
        "project.read",
        "repository.read",
        "resource.read",
        "runner-pool.read",
        "schedule.read",
        "service-instance.read",
        "service.read",
        "storage.read",
        "variable-set.read",
        "volume-plan.read",
        "volume.read",
        "webhook.read",
        "workspace.read",
        "workspace.run.read",
        "workspace.state.read",
        "workspace.state.read-outputs",
        "workspace.variable.read",
    ],
};

/// The roles that most people need, strongest first.
pub const BUILT_IN: [BuiltIn; 6] = [OWNER, ADMIN, MAINTAIN, WRITE, PLAN, READ];

/// All roles that come with Slipway.
pub fn all() -> impl Iterator<Item = BuiltIn> {
    BUILT_IN.into_iter().chain(PRESETS)
}

/// The node with this path of a built-in role. These count as they are written here, so that a role does not stop to work
/// where one of its domains is left out.
pub(crate) fn built_in_node(role: RoleId, path: &str) -> Option<Permission> {
    let role = all().find(|built_in| built_in.id().is_ok_and(|id| id == role))?;
    let node = role.permissions.iter().find(|node| **node == path)?;
    Some(Permission::new(node))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_roles_are_well_formed_and_each_covers_the_weaker_ones() {
        for role in all() {
            assert_eq!(role.row(Timestamp::from_unix_ms(0)).unwrap().name.as_str(), role.name);
        }
        for pair in BUILT_IN.windows(2) {
            for node in pair[1].permissions {
                assert!(
                    pair[0]
                        .permissions
                        .iter()
                        .any(|strong| Permission::new(node).is_covered_by(strong)),
                    "{} has {node}, {} has not",
                    pair[1].name,
                    pair[0].name
                );
            }
        }
    }
}
