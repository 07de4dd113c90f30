//! What happens to states in a real database, and what tests of this slice are made of.

use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, StateVersionId, WorkspaceId};

use super::model::StateVersion;

/// A state as the engine writes it: `count` instances of one resource, an output `plain` and a secret one.
pub(crate) fn state_text(serial: u64, lineage: &str, count: usize) -> String {
    let instances: Vec<_> = (0..count)
        .map(|index| serde_json::json!({"index_key": index, "schema_version": 0, "attributes": {"id": format!("i-{index}")}}))
        .collect();
    serde_json::json!({
        "version": 4,
        "terraform_version": "1.12.6",
        "serial": serial,
        "lineage": lineage,
        "outputs": {
            "plain": {"value": "visible", "type": "string"},
            "password": {"value": "hunter2", "type": "string", "sensitive": true},
        },
        "resources": [{
            "mode": "managed",
            "type": "null_resource",
            "name": "thing",
            "provider": "provider[\"registry.opentofu.org/hashicorp/null\"]",
            "instances": instances,
        }],
    })
    .to_string()
}

/// A stored version with this identity.
pub(crate) fn state_version(serial: u64, lineage: &str, sha256: &str) -> StateVersion {
    let address: slipway_kernel::blobs::BlobAddress = serde_json::from_value("0".into()).unwrap();
    StateVersion {
        id: StateVersionId::from_parts(1_763_680_000_000, serial),
        organization_id: OrganizationId::from_parts(1_763_680_000_000, 1),
        workspace_id: WorkspaceId::from_parts(1_763_680_000_000, 1),
        serial: i64::try_from(serial).unwrap(),
        lineage: lineage.to_owned(),
        sha256: sha256.to_owned(),
        size_bytes: 1,
        blob: address,
        run_id: None,
        created_by: "ada".to_owned(),
        terraform_version: None,
        resource_count: 0,
        encrypted: false,
        intermediate: false,
        created_at: Timestamp::from_unix_ms(1_763_680_000_000),
    }
}
