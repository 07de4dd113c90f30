//! Accounts at Git forges: who comments there is somebody here, and may do there what he may do here.
//!
//! Owns `forge_accounts`. What must stay true: people link accounts to themselves only, so that nobody gets more than he
//! has; an account that signs in here by its forge needs no link; a login that another person gets later opens nothing,
//! because the forge's own id of the account is kept from its first use on.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;
