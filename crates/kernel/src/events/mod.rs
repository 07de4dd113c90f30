//! The audit log, which is also the outbox: who did what to which object, when, from where.
//!
//! An event is written in the transaction of the change it tells of: no event, no change. Writers give no position, so
//! that they never wait for each other; the [sequencer] does, afterwards, and chains hashes per
//! organization. Everybody who reads in order (outbox, streams, audit) reads by position and so skips nobody.
//!
//! What was done cannot be denied afterwards: a [chain] is exported with [checkpoints] that the site signed, and old events go
//! only behind one ([retention]). [webhooks] bring events to another system as they happen.

pub mod chain;
pub mod checkpoints;
pub mod consumers;
pub mod export;
pub mod model;
pub mod retention;
pub mod search;
pub mod sequencer;
pub mod signing;
pub mod store;
pub mod webhooks;

use crate::grants::Permission;

pub use model::{Event, NewEvent};
pub use store::{record, visible};

/// Read the events of objects.
pub const READ: Permission = Permission::new("event.read");
/// Export the whole audit log of an organization, or of the site.
pub const EXPORT: Permission = Permission::new("event.export");
