//! Which of this crate's columns hold sealed values.

use slipway_kernel::secrets::SealedColumn;

/// All of them; what a new one seals is found by a test on the finished schema, and by nobody else.
#[must_use]
pub fn sealed_columns() -> Vec<SealedColumn> {
    vec![
        SealedColumn::of_site("second_factors", "secret", "user_id"),
        SealedColumn::of_site("sessions", "id_token", "id"),
        SealedColumn::of_site("identity_providers", "client_secret", "id"),
        SealedColumn::of_site("sign_in_states", "verifier", "hash"),
        SealedColumn::of_site("signing_keys", "private", "id"),
    ]
}
