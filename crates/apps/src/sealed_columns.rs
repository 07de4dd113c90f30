//! Which of this crate's columns hold sealed values.

use slipway_kernel::secrets::SealedColumn;

/// All of them; what a new one seals is found by a test on the finished schema, and by nobody else.
#[must_use]
pub fn sealed_columns() -> Vec<SealedColumn> {
    vec![
        SealedColumn::new("app_envs", "sealed", "id", "organization_id"),
        SealedColumn::new("job_envs", "sealed", "id", "organization_id"),
        SealedColumn::of_site("cluster_connections", "kubeconfig", "cluster_id"),
        SealedColumn::new("app_certificates", "key_sealed", "id", "organization_id"),
        SealedColumn::new("app_domains", "order_key", "id", "organization_id"),
        SealedColumn::of_site("acme_accounts", "sealed", "id"),
    ]
}
