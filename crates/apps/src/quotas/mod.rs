//! Quotas: how many apps and units an organization, a project or one app may have.
//!
//! Owns the table `app_quotas`. What must stay true: whoever would go over a limit is refused in the transaction that would do it,
//! under a lock of the limit, so that two at the same moment do not both find room. Units count as they shall run, also while an app
//! is stopped; a deploy takes those of its version before it starts them. Read `model`, then [`service`].

pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use model::{Quota, Used};
