//! States: the engine's record of what exists, version by version.
//!
//! Owns `state_versions` with their contents and outputs, and `state_evidence`; the bytes are blobs. What must stay true:
//! a version never changes; a state becomes current only by compare-and-swap on serial and lineage under the workspace's
//! lock; what a run produced is kept whatever happens. Read [`decide`] for the rules, [`examine`] for what bytes say,
//! then [`service`].

pub mod compare;
pub mod decide;
pub mod examine;
pub mod http;
pub mod model;
pub mod service;
pub mod store;
#[cfg(test)]
pub(crate) mod tests;

pub use decide::Source;
pub use model::StateVersion;
