//! Connecting a forge by browser: somebody is sent there, allows an application of the forge (or lets GitHub make an app),
//! and comes back with a code that is worth tokens. Tokens that end are renewed before.
//!
//! Owns the table `integration_authorizations`. What must stay true: an answer counts once, within ten minutes, for the
//! person who began, who still may change the integration; tokens are sealed the moment they arrive; what cannot be renewed
//! is said by the integration and by an event. Read [`model`], then [`service`] (there and back), [`renewal`].

pub mod http;
pub mod model;
mod page;
pub mod renewal;
pub mod service;
pub(crate) mod store;
