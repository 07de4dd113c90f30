//! What can be allowed in this domain: nodes of the permission tree, each with the sentence that people choose by.

use slipway_kernel::grants::Permission;

/// See integrations and what uses them, never their secrets.
pub const INTEGRATION_READ: Permission = Permission::new("integration.read");
/// Let workspaces and repositories use an integration.
pub const INTEGRATION_USE: Permission = Permission::new("integration.use");
/// Make, change, test and delete integrations and SSH keys.
pub const INTEGRATION_MANAGE: Permission = Permission::new("integration.manage");
/// See repositories, their branches and files, and what they start.
pub const REPOSITORY_READ: Permission = Permission::new("repository.read");
/// See storages, and how to use them.
pub const STORAGE_READ: Permission = Permission::new("storage.read");
/// Make storages: the server makes a bucket at a cloud.
pub const STORAGE_CREATE: Permission = Permission::new("storage.create");
/// Change storages; have their buckets checked and repaired.
pub const STORAGE_UPDATE: Permission = Permission::new("storage.update");
/// Have the buckets of storages removed, and forget storages.
pub const STORAGE_DESTROY: Permission = Permission::new("storage.destroy");
/// See the deliveries of webhooks.
pub const WEBHOOK_READ: Permission = Permission::new("webhook.read");
/// Deliver again, and mend webhooks.
pub const WEBHOOK_MANAGE: Permission = Permission::new("webhook.manage");

/// Every permission of this domain with a sentence for people.
#[must_use]
pub fn all() -> Vec<(Permission, &'static str)> {
    vec![
        (
            INTEGRATION_READ,
            "See integrations and what uses them; never their secrets.",
        ),
        (INTEGRATION_USE, "Let workspaces and repositories use integrations."),
        (
            INTEGRATION_MANAGE,
            "Create, change, test and delete integrations and SSH keys.",
        ),
        (REPOSITORY_READ, "See repositories, their branches and their files."),
        (STORAGE_READ, "See storages, and how to keep states in them."),
        (STORAGE_CREATE, "Create storages, whose buckets are made at a cloud."),
        (
            STORAGE_UPDATE,
            "Change storages; have their buckets checked and repaired.",
        ),
        (
            STORAGE_DESTROY,
            "Have the empty buckets of storages removed, and forget storages.",
        ),
        (WEBHOOK_READ, "See what forges delivered to webhooks."),
        (WEBHOOK_MANAGE, "Deliver to webhooks again, and mend them."),
    ]
}
