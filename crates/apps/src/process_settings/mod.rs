//! What people say about single processes of an app: plan, labels and annotations of their units, and how many of these the cluster may
//! run.
//!
//! Owns the table `app_process_settings`. What must stay true: plan, labels and annotations reach units by deploys alone, each of which
//! keeps those that it began with ([`Kept`]), so that units that are made later are like those that run; bounds of autoscaling are of the
//! app ([`crate::apps::App::autoscale`]), count at once, and are counted by quotas with their upper end. Read [`model`], `kept`, then
//! [`service`].

mod autoscale;
pub mod http;
mod kept;
mod keys;
pub mod model;
pub mod service;
pub(crate) mod store;

pub use autoscale::Autoscale;
pub use kept::{KeptUnits, Marks};
pub use model::{Autoscales, Kept};
