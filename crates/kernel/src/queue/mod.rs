//! The work queue: what runners and the server itself have to do, durable and fairly shared.
//!
//! An item is enqueued in the transaction that causes it. A claim is one short transaction that gives a lease with a
//! fence; the fence grows with every claim, and every later write presents it. What happens when a lease is lost depends
//! on the item: repeatable ones go back to the queue, so do those that their holder never began, and the others become
//! `lost` and wait for their owner to decide. Which
//! item is next is a pure function in [`order`].
//!
//! The server does its own items ([`jobs`]) several at once, and items of one kind about one subject never at once.

pub mod attention;
mod ended;
mod hastening;
pub mod jobs;
pub mod leases;
pub mod model;
pub mod order;
mod silence;
pub mod store;

pub use ended::sweep;
pub use model::{ItemState, NewItem, OnLost, WorkItem};
pub use store::{Claimed, Lease, claim, enqueue, hasten_or_enqueue};
