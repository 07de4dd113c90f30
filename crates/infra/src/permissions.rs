//! What can be allowed in this domain: nodes of the permission tree, each with the sentence that people choose by.

use slipway_kernel::grants::Permission;

/// See a workspace and its settings.
pub const WORKSPACE_READ: Permission = Permission::new("workspace.read");
/// Make a workspace in a project.
pub const WORKSPACE_CREATE: Permission = Permission::new("workspace.create");
/// Change a workspace's settings.
pub const WORKSPACE_UPDATE: Permission = Permission::new("workspace.update");
/// Delete a workspace.
pub const WORKSPACE_DELETE: Permission = Permission::new("workspace.delete");
/// Lock a workspace, and unlock what one locked oneself.
pub const WORKSPACE_LOCK: Permission = Permission::new("workspace.lock");
/// Unlock what somebody else locked.
pub const WORKSPACE_FORCE_UNLOCK: Permission = Permission::new("workspace.force-unlock");
/// See runs, plans and logs.
pub const RUN_READ: Permission = Permission::new("workspace.run.read");
/// Upload configurations and start runs that only plan.
pub const RUN_PLAN: Permission = Permission::new("workspace.run.plan");
/// Start runs that apply; confirm and discard plans.
pub const RUN_APPLY: Permission = Permission::new("workspace.run.apply");
/// Start runs that destroy everything.
pub const RUN_DESTROY: Permission = Permission::new("workspace.run.destroy");
/// Approve and reject plans, where rules want that before they are applied.
pub const RUN_APPROVE: Permission = Permission::new("workspace.run.approve");
/// Ask a run to stop.
pub const RUN_CANCEL: Permission = Permission::new("workspace.run.cancel");
/// Stop a run without waiting for the engine.
pub const RUN_FORCE_CANCEL: Permission = Permission::new("workspace.run.force-cancel");
/// See a workspace's variables, never the values of sensitive ones.
pub const VARIABLE_READ: Permission = Permission::new("workspace.variable.read");
/// Change a workspace's variables.
pub const VARIABLE_WRITE: Permission = Permission::new("workspace.variable.write");
/// Download states.
pub const STATE_READ: Permission = Permission::new("workspace.state.read");
/// See the outputs of a state.
pub const STATE_READ_OUTPUTS: Permission = Permission::new("workspace.state.read-outputs");
/// Upload states and roll back to earlier ones.
pub const STATE_WRITE: Permission = Permission::new("workspace.state.write");
/// See variable sets.
pub const VARIABLE_SET_READ: Permission = Permission::new("variable-set.read");
/// Change variable sets and what they are assigned to.
pub const VARIABLE_SET_WRITE: Permission = Permission::new("variable-set.write");
/// See schedules and what came of their times.
pub const SCHEDULE_READ: Permission = Permission::new("schedule.read");
/// Make, change, pause and remove schedules of what one may start oneself.
pub const SCHEDULE_MANAGE: Permission = Permission::new("schedule.manage");
/// See approval rules.
pub const APPROVAL_RULE_READ: Permission = Permission::new("approval-rule.read");
/// Change approval rules: whose approval a change needs.
pub const APPROVAL_RULE_MANAGE: Permission = Permission::new("approval-rule.manage");
/// See runner pools and their runners.
pub const RUNNER_POOL_READ: Permission = Permission::new("runner-pool.read");
/// Change runner pools and make their tokens.
pub const RUNNER_POOL_MANAGE: Permission = Permission::new("runner-pool.manage");

/// Every permission of this domain with a sentence for people.
#[must_use]
pub fn all() -> Vec<(Permission, &'static str)> {
    vec![
        (WORKSPACE_READ, "See workspaces and their settings."),
        (WORKSPACE_CREATE, "Create workspaces."),
        (WORKSPACE_UPDATE, "Change the settings of workspaces."),
        (WORKSPACE_DELETE, "Delete workspaces with their states and runs."),
        (WORKSPACE_LOCK, "Lock workspaces, and unlock those one locked oneself."),
        (WORKSPACE_FORCE_UNLOCK, "Unlock workspaces that somebody else locked."),
        (RUN_READ, "See runs, their plans and their logs."),
        (RUN_PLAN, "Upload configurations and start runs that only plan."),
        (RUN_APPLY, "Start runs that apply; confirm and discard plans."),
        (RUN_DESTROY, "Start runs that destroy everything in a workspace."),
        (
            RUN_APPROVE,
            "Approve and reject plans, where rules want that before they are applied.",
        ),
        (RUN_CANCEL, "Ask runs to stop."),
        (
            RUN_FORCE_CANCEL,
            "Stop runs without waiting for the engine to save its state.",
        ),
        (
            VARIABLE_READ,
            "See the variables of workspaces; never the values of sensitive ones.",
        ),
        (VARIABLE_WRITE, "Change the variables of workspaces."),
        (STATE_READ, "Download states, with everything secret in them."),
        (
            STATE_READ_OUTPUTS,
            "See the outputs of states; never the values of sensitive ones.",
        ),
        (STATE_WRITE, "Upload states and roll back to earlier ones."),
        (
            VARIABLE_SET_READ,
            "See variable sets; never the values of sensitive variables.",
        ),
        (
            VARIABLE_SET_WRITE,
            "Change variable sets and what they are assigned to.",
        ),
        (SCHEDULE_READ, "See schedules and what came of their times."),
        (
            SCHEDULE_MANAGE,
            "Create, change, pause and remove schedules; what they start must be allowed, too.",
        ),
        (APPROVAL_RULE_READ, "See approval rules."),
        (
            APPROVAL_RULE_MANAGE,
            "Change approval rules: whose approval a change needs.",
        ),
        (RUNNER_POOL_READ, "See runner pools and their runners."),
        (RUNNER_POOL_MANAGE, "Change runner pools and make tokens for runners."),
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
        assert_eq!(names.len(), 26);
        assert!(all.iter().all(|(_, sentence)| sentence.ends_with('.')));
    }
}
