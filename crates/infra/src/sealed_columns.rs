//! Which of this domain's columns hold sealed values.

use slipway_kernel::secrets::SealedColumn;

/// The organization that an output is sealed for: its state's.
const OF_OUTPUT: &str =
    "(SELECT organization_id FROM state_versions WHERE state_versions.id = state_outputs.state_version_id)";

/// All of them; what a new one seals is found by a test on the finished schema, and by nobody else.
#[must_use]
pub fn sealed_columns() -> Vec<SealedColumn> {
    vec![
        SealedColumn::new("variables", "sealed", "id", "organization_id"),
        SealedColumn::new("state_outputs", "sealed", "id", OF_OUTPUT),
    ]
}
