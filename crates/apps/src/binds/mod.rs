//! Binds: what an app or a job is given of something else, under which variables.
//!
//! Owns the table `binds`. What must stay true: a variable that a bind gives is nobody else's; who binds may have what he binds
//! to; what is bound to is not taken away without a word; an output that is gone leaves the last value where it is, and the bind
//! says so. Values are in the app's environment and nowhere else. Read [`model`], then `origins` (what there is to give),
//! `giving` (what becomes of it), [`service`], [`of_jobs`] and [`rotating`].

mod giving;
pub mod http;
pub mod model;
pub mod of_jobs;
pub(crate) mod origins;
pub mod rotating;
pub mod service;
pub(crate) mod store;

pub use model::Bind;
pub use rotating::CONSUMER;
