//! What runners ask for, by verb.

mod access;
mod claim;
mod context;
mod fetch;
mod report;

pub(crate) use access::last_held;
pub use access::{authenticate, require_own};
pub use claim::{claim, goodbye, register};
pub use context::{context, identity};
pub use fetch::{configuration, plan, state};
pub use report::Stream;
pub use report::{append, complete, heartbeat, store_plan, store_plan_json, store_state};
