//! Which of this crate's columns hold sealed values.

use slipway_kernel::secrets::SealedColumn;

/// All of them; what a new one seals is found by a test on the finished schema, and by nobody else.
#[must_use]
pub fn sealed_columns() -> Vec<SealedColumn> {
    let integrations = [
        SealedColumn::new("integrations", "secrets", "id", "organization_id"),
        SealedColumn::new("ssh_keys", "private_key", "id", "organization_id"),
        crate::integrations::authorization::store::SEALED,
    ];
    integrations.into_iter().chain(crate::webhooks::store::SEALED).collect()
}
