//! Certificates that the router shows for hosts of apps.
//!
//! Owns the table `app_certificates`. What must stay true: a certificate is kept only when the router can use it;
//! its key is sealed and never shown. Read [`reading`] (what a certificate says) and [`model`] (which is shown for a host), which are
//! pure, then [`service`]. Certificates that Slipway gets itself: [`issuing`] is what is to be done,
//! [`crate::acme_accounts`] who is asked.

pub mod http;
pub mod issuing;
pub mod model;
pub mod reading;
pub mod service;
pub(crate) mod store;

pub use model::Certificate;
