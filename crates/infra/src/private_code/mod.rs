//! What opens private modules to the runs of a workspace: the SSH key that was chosen for it, and the forges and Git servers
//! that are assigned to it.
//!
//! Owns the table `workspace_ssh_keys`. What must stay true: a run gets what somebody gave to its workspace who may use it,
//! and nothing because the workspace's own code comes from the same forge; it gets it for `init` alone (the runner's
//! `private_code`); no host is believed whose key is not pinned. Read [`model`] (which credentials are for which host),
//! then [`service`].

pub mod http;
pub mod model;
pub mod service;
pub mod store;
