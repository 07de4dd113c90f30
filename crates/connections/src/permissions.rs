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
        (WEBHOOK_READ, "See what forges delivered to webhooks."),
        (WEBHOOK_MANAGE, "Deliver to webhooks again, and mend them."),
    ]
}
