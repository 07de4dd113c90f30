//! What a commit starts: which workspaces its changes affect, and the runs that follow.
//!
//! What must stay true: no workspace is left out whose code can read a changed file; a commit starts at most one run of
//! each kind in a workspace, however often it is told of. Read `affected` for what is decided, `closure` and
//! `references` for what it is decided by, then `concern`, `service` and `consumer`.

pub(crate) mod affected;
pub(crate) mod closure;
pub(crate) mod concern;
pub mod consumer;
mod evaluate;
pub(crate) mod glob;
pub(crate) mod http;
mod module_paths;
pub(crate) mod paths;
pub(crate) mod patterns;
pub(crate) mod reading;
pub(crate) mod references;
pub(crate) mod regexes;
pub(crate) mod service;
mod words;

pub use module_paths::module_paths;
