//! The audit log, which is also the outbox: who did what to which object, when, from where.
//!
//! An event is written in the transaction of the change it tells of: no event, no change. Writers give no position, so
//! that they never wait for each other; the [sequencer] does, afterwards, and chains hashes per
//! organization. Everybody who reads in order (outbox, streams, audit) reads by position and so skips nobody.

pub mod consumers;
pub mod model;
pub mod sequencer;
pub mod store;

use crate::grants::Permission;

pub use model::{Event, NewEvent};
pub use store::{record, visible};

/// Read the events of objects.
pub const READ: Permission = Permission::new("event.read");
