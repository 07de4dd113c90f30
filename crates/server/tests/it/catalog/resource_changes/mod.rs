//! What becomes of what people want of resources: planned, approved, applied; refused, failed, tried again; heard of by those
//! that stand on it. `shop` is the fixture: a network and databases in it.

mod approvals;
pub mod faults;
mod following;
mod life;
mod revoked;
pub mod shop;
