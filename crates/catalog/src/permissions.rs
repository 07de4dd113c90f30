//! What can be allowed in this domain: nodes of the permission tree, each with the sentence that people choose by.

use slipway_kernel::grants::Permission;

/// See source codes: their modules, variables and outputs.
pub const SOURCE_CODE_READ: Permission = Permission::new("catalog.source-code.read");
/// Make, change and delete source codes.
pub const SOURCE_CODE_MANAGE: Permission = Permission::new("catalog.source-code.manage");
/// See templates and their versions.
pub const TEMPLATE_READ: Permission = Permission::new("catalog.template.read");
/// Make, change, publish and delete templates and their versions.
pub const TEMPLATE_MANAGE: Permission = Permission::new("catalog.template.manage");
/// See blueprints.
pub const BLUEPRINT_READ: Permission = Permission::new("catalog.blueprint.read");
/// Make blueprints.
pub const BLUEPRINT_CREATE: Permission = Permission::new("catalog.blueprint.create");
/// Change blueprints.
pub const BLUEPRINT_UPDATE: Permission = Permission::new("catalog.blueprint.update");
/// Delete blueprints.
pub const BLUEPRINT_DELETE: Permission = Permission::new("catalog.blueprint.delete");
/// See resources, their values and outputs.
pub const RESOURCE_READ: Permission = Permission::new("resource.read");
/// Order resources.
pub const RESOURCE_CREATE: Permission = Permission::new("resource.create");
/// Ask for changes of resources.
pub const RESOURCE_UPDATE: Permission = Permission::new("resource.update");
/// Ask for resources to be destroyed.
pub const RESOURCE_DESTROY: Permission = Permission::new("resource.destroy");
/// Decide on changes that somebody asked for.
pub const RESOURCE_APPROVE: Permission = Permission::new("resource.approve");
/// See executors, their runs and what they put out.
pub const EXECUTOR_READ: Permission = Permission::new("executor.read");
/// Make executors.
pub const EXECUTOR_CREATE: Permission = Permission::new("executor.create");
/// Change executors, enable and disable them.
pub const EXECUTOR_UPDATE: Permission = Permission::new("executor.update");
/// Delete executors.
pub const EXECUTOR_DELETE: Permission = Permission::new("executor.delete");
/// Start runs of executors that only plan.
pub const EXECUTOR_RUN_PLAN: Permission = Permission::new("executor.run.plan");
/// Start runs of executors that apply; confirm and discard plans.
pub const EXECUTOR_RUN_APPLY: Permission = Permission::new("executor.run.apply");
/// Start runs of executors that destroy everything.
pub const EXECUTOR_RUN_DESTROY: Permission = Permission::new("executor.run.destroy");
/// Stop runs of executors.
pub const EXECUTOR_RUN_CANCEL: Permission = Permission::new("executor.run.cancel");
/// Approve and reject plans of executors, where rules want that.
pub const EXECUTOR_APPROVE: Permission = Permission::new("executor.approve");
/// See git workspaces, and how far the code of resources is in them.
pub const GIT_WORKSPACE_READ: Permission = Permission::new("git-workspace.read");
/// Make git workspaces.
pub const GIT_WORKSPACE_CREATE: Permission = Permission::new("git-workspace.create");
/// Change git workspaces, and have them synchronized.
pub const GIT_WORKSPACE_UPDATE: Permission = Permission::new("git-workspace.update");
/// Delete git workspaces.
pub const GIT_WORKSPACE_DELETE: Permission = Permission::new("git-workspace.delete");

/// Every permission of this domain with a sentence for people.
#[must_use]
pub fn all() -> Vec<(Permission, &'static str)> {
    vec![
        (
            SOURCE_CODE_READ,
            "See source codes: their modules, variables and outputs.",
        ),
        (SOURCE_CODE_MANAGE, "Create, change and delete source codes."),
        (TEMPLATE_READ, "See the templates of the catalog and their versions."),
        (
            TEMPLATE_MANAGE,
            "Create, change, publish and delete templates and their versions.",
        ),
        (BLUEPRINT_READ, "See the blueprints of the catalog."),
        (BLUEPRINT_CREATE, "Create blueprints."),
        (BLUEPRINT_UPDATE, "Change blueprints."),
        (BLUEPRINT_DELETE, "Delete blueprints; what was made by them stays."),
        (
            RESOURCE_READ,
            "See resources, their values and outputs; never those that are sensitive.",
        ),
        (RESOURCE_CREATE, "Order resources."),
        (RESOURCE_UPDATE, "Ask for changes of resources."),
        (RESOURCE_DESTROY, "Ask for resources to be destroyed."),
        (RESOURCE_APPROVE, "Approve and reject changes of resources."),
        (
            EXECUTOR_READ,
            "See executors, their values and runs; never values that are sensitive.",
        ),
        (EXECUTOR_CREATE, "Create executors."),
        (
            EXECUTOR_UPDATE,
            "Change executors and their values; enable and disable them.",
        ),
        (EXECUTOR_DELETE, "Delete executors with their states and runs."),
        (EXECUTOR_RUN_PLAN, "Start runs of executors that only plan."),
        (
            EXECUTOR_RUN_APPLY,
            "Start runs of executors that apply; confirm and discard plans.",
        ),
        (
            EXECUTOR_RUN_DESTROY,
            "Start runs of executors that destroy everything in their states.",
        ),
        (EXECUTOR_RUN_CANCEL, "Ask runs of executors to stop."),
        (
            EXECUTOR_APPROVE,
            "Approve and reject plans of executors, where rules want that before they are applied.",
        ),
        (
            GIT_WORKSPACE_READ,
            "See git workspaces, and how far the code of resources is in them.",
        ),
        (GIT_WORKSPACE_CREATE, "Create git workspaces, to which code is pushed."),
        (
            GIT_WORKSPACE_UPDATE,
            "Change git workspaces, and have them synchronized.",
        ),
        (
            GIT_WORKSPACE_DELETE,
            "Delete git workspaces; what is in their repositories stays.",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_permission_is_listed_once_and_ends_in_a_sentence() {
        let all = all();
        let names: BTreeSet<_> = all.iter().map(|(permission, _)| permission.as_str()).collect();
        assert_eq!(names.len(), all.len());
        assert!(all.iter().all(|(_, sentence)| sentence.ends_with('.')));
    }
}
