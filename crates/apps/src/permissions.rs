//! What can be allowed in this domain: nodes of the permission tree, each with the sentence that people choose by.

use slipway_kernel::grants::Permission;

/// See clusters and how they are.
pub const CLUSTER_READ: Permission = Permission::new("cluster.read");
/// See pools.
pub const POOL_READ: Permission = Permission::new("pool.read");
/// Make, change and delete pools, and the rules about them.
pub const POOL_MANAGE: Permission = Permission::new("pool.manage");
/// See plans of apps.
pub const APP_PLAN_READ: Permission = Permission::new("app-plan.read");
/// Make, change and delete plans of apps.
pub const APP_PLAN_MANAGE: Permission = Permission::new("app-plan.manage");
/// Say how much may run of apps.
pub const APP_QUOTA_MANAGE: Permission = Permission::new("app-quota.manage");
/// See apps, their units, versions and deploys.
pub const APP_READ: Permission = Permission::new("app.read");
/// Make apps.
pub const APP_CREATE: Permission = Permission::new("app.create");
/// Change what is written about apps, and their plans.
pub const APP_UPDATE: Permission = Permission::new("app.update");
/// Change domains and certificates of apps, and what the router takes for them.
pub const APP_ROUTING_UPDATE: Permission = Permission::new("app.update.routing");
/// Delete apps with everything of them.
pub const APP_DELETE: Permission = Permission::new("app.delete");
/// Deploy, roll back, restart and cancel deploys.
pub const APP_DEPLOY: Permission = Permission::new("app.deploy");
/// Scale, stop and start.
pub const APP_SCALE: Permission = Permission::new("app.scale");
/// See variables that are not private.
pub const APP_ENV_READ: Permission = Permission::new("app.env.read");
/// Change variables.
pub const APP_ENV_UPDATE: Permission = Permission::new("app.env.update");
/// Read what units write.
pub const APP_LOG_READ: Permission = Permission::new("app.log.read");

/// Run commands in units of their own, which have an app's image and variables.
pub const APP_RUN: Permission = Permission::new("app.run");
/// Run commands, and shells, in the units of apps.
pub const APP_SHELL: Permission = Permission::new("app.shell");
/// See jobs, their versions and runs.
pub const JOB_READ: Permission = Permission::new("job.read");
/// Make jobs.
pub const JOB_CREATE: Permission = Permission::new("job.create");
/// Change jobs, pause and resume them.
pub const JOB_UPDATE: Permission = Permission::new("job.update");
/// Delete jobs with everything of them.
pub const JOB_DELETE: Permission = Permission::new("job.delete");
/// Run jobs, and cancel their runs.
pub const JOB_RUN: Permission = Permission::new("job.run");
/// See variables of jobs that are not private.
pub const JOB_ENV_READ: Permission = Permission::new("job.env.read");
/// Change variables of jobs.
pub const JOB_ENV_UPDATE: Permission = Permission::new("job.env.update");
/// Read what runs of jobs write.
pub const JOB_LOG_READ: Permission = Permission::new("job.log.read");
/// See services.
pub const SERVICE_READ: Permission = Permission::new("service.read");
/// Offer templates as services, change and delete services.
pub const SERVICE_MANAGE: Permission = Permission::new("service.manage");
/// See what was ordered of services.
pub const SERVICE_INSTANCE_READ: Permission = Permission::new("service-instance.read");
/// Order from services.
pub const SERVICE_INSTANCE_CREATE: Permission = Permission::new("service-instance.create");
/// Have what was ordered of services destroyed and deleted.
pub const SERVICE_INSTANCE_DELETE: Permission = Permission::new("service-instance.delete");

/// See volumes.
pub const VOLUME_READ: Permission = Permission::new("volume.read");
/// Make volumes.
pub const VOLUME_CREATE: Permission = Permission::new("volume.create");
/// Bind apps to volumes.
pub const VOLUME_BIND: Permission = Permission::new("volume.bind");
/// Delete volumes with all that is in them.
pub const VOLUME_DELETE: Permission = Permission::new("volume.delete");
/// See volume plans.
pub const VOLUME_PLAN_READ: Permission = Permission::new("volume-plan.read");
/// Make and delete volume plans.
pub const VOLUME_PLAN_MANAGE: Permission = Permission::new("volume-plan.manage");
/// Use folders of an engine's machine, where a plan gives them.
pub const HOST_PATH_USE: Permission = Permission::new("host-path.use");
/// Give folders of an engine's machine by plans; counts at the site.
pub const HOST_PATH_MANAGE: Permission = Permission::new("host-path.manage");

/// Every permission of this domain with a sentence for people.
#[must_use]
pub fn all() -> Vec<(Permission, &'static str)> {
    vec![
        (CLUSTER_READ, "See the clusters that apps run on, and how they are."),
        (POOL_READ, "See the pools that apps can be put into."),
        (
            POOL_MANAGE,
            "Create, change and delete pools, and the rules about what may be used in them.",
        ),
        (APP_PLAN_READ, "See the plans that apps can have."),
        (APP_PLAN_MANAGE, "Create, change and delete plans of apps."),
        (
            APP_QUOTA_MANAGE,
            "Say how many apps and units there may be: of projects in an organization, of apps in a project.",
        ),
        (APP_READ, "See apps, their units, versions and deploys."),
        (APP_CREATE, "Create apps."),
        (APP_UPDATE, "Change what is written about apps, and their plans."),
        (
            APP_ROUTING_UPDATE,
            "Change domains and certificates of apps, and what the router takes for them.",
        ),
        (APP_DELETE, "Delete apps with everything that runs of them."),
        (
            APP_DEPLOY,
            "Deploy apps, roll them back, restart them, and cancel deploys.",
        ),
        (APP_SCALE, "Scale apps, stop and start them."),
        (APP_ENV_READ, "See the variables of apps; never those that are private."),
        (APP_ENV_UPDATE, "Change the variables of apps."),
        (APP_LOG_READ, "Read what the units of apps write."),
        (
            APP_RUN,
            "Run commands with the image and all variables of apps, in units of their own.",
        ),
        (
            APP_SHELL,
            "Run commands and shells in the units of apps, which see all of their variables.",
        ),
        (JOB_READ, "See jobs, their versions and runs."),
        (JOB_CREATE, "Create jobs."),
        (
            JOB_UPDATE,
            "Change jobs, what they run and when; pause and resume them.",
        ),
        (JOB_DELETE, "Delete jobs with everything that runs of them."),
        (JOB_RUN, "Run jobs, with other arguments too, and cancel their runs."),
        (JOB_ENV_READ, "See the variables of jobs; never those that are private."),
        (JOB_ENV_UPDATE, "Change the variables of jobs."),
        (JOB_LOG_READ, "Read what the runs of jobs write."),
        (SERVICE_READ, "See the services that can be ordered."),
        (
            SERVICE_MANAGE,
            "Offer templates as services; change and delete services.",
        ),
        (SERVICE_INSTANCE_READ, "See what was ordered of services."),
        (
            SERVICE_INSTANCE_CREATE,
            "Order from services; what stands behind an order is a resource, which has to be allowed, too.",
        ),
        (
            SERVICE_INSTANCE_DELETE,
            "Delete what was ordered of services; the resource behind it has to be allowed to be destroyed, too.",
        ),
        (VOLUME_READ, "See volumes, and which apps are bound to them."),
        (VOLUME_CREATE, "Create volumes."),
        (
            VOLUME_BIND,
            "Bind apps to volumes; changing the app has to be allowed, too.",
        ),
        (VOLUME_DELETE, "Delete volumes with all that is in them."),
        (VOLUME_PLAN_READ, "See the plans that volumes can have."),
        (VOLUME_PLAN_MANAGE, "Create and delete plans of volumes."),
        (
            HOST_PATH_USE,
            "Use folders of the machine that apps run on, where a volume plan gives them.",
        ),
        (
            HOST_PATH_MANAGE,
            "Give folders of the machine that apps run on, drivers and their options by volume plans; counts at the site only.",
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
