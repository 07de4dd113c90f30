//! What HTTP handlers of every domain share: reading bodies and queries, writing answers and errors.

mod answer;
mod body;
mod errors;
mod extract;
mod log_parts;
mod precondition;
mod query;
mod request_key;
mod routes;
mod totals;
mod uploads;

use std::sync::Arc;

use crate::ctx::Kernel;

pub use answer::{JsonApi, created, list, ok};
pub use body::{Body, Plain};
pub use errors::{Failure, render, retry_after};
pub use extract::Params;
pub use log_parts::{framed_log, log_start, log_stream};
pub use precondition::{etag, require_unchanged};
pub use query::{Known, ListQuery, Listed, Page};
pub use request_key::{key_of_caller, request_key};
pub use routes::{Handlers, Routes};
pub use totals::Totals;
pub use uploads::{bounded, read_bounded, too_large};

/// What every handler gets as state.
pub type App = Arc<Kernel>;
