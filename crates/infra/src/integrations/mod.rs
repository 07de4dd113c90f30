//! Which integrations the runs of a workspace are given, for which phases: by assignment to the workspace, to its project
//! or to its organization.
//!
//! Owns the table `integration_assignments`. What must stay true: nobody assigns what he may not use; of one kind a phase
//! gets one, the nearest; what a variable sets counts before what an integration would set; an integration that was turned
//! off, taken away or deleted gives nothing to the next phase, and the run says why. Read [`model`] (which counts), then
//! [`service`] and [`promises`] (what an apply may count on).

pub mod http;
pub mod model;
pub mod promises;
pub mod service;
pub mod store;
