//! Accounts at Git forges: who comments there is somebody here, and may do there what he may do here.
//!
//! Owns `forge_accounts`. What must stay true: people link accounts to themselves only, so that nobody gets more than he
//! has; a link counts when the account itself wrote the link's code at the forge, so that a login that was mistyped, or
//! that is somebody else's, opens nothing; the forge's own id of the account is kept from then on, so that a login that
//! another person gets later opens nothing either; an account that signs in here by its forge needs no link.

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;
