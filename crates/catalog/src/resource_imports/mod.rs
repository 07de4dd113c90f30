//! What is running already and is brought into the catalog: an order of a resource with the state that it begins with.
//!
//! Owns `resource_imports`, one row per change that brought a state. What must stay true: the state is the workspace's before
//! its first run is there, in one transaction; an order that comes to nothing takes the copy with it, gives the workspace back
//! that it was copied from, and touches nothing that is running; nothing is destroyed that whoever ordered did not allow,
//! and nothing at all but by a plan that somebody approved. Read [`fitting`] (pure), `taking`, then `ending`.

mod ending;
pub mod fitting;
mod keeping;
pub mod model;
pub(crate) mod store;
mod taking;

pub(crate) use ending::{
    come_to_nothing, destroyed, done, forget, leave, look_again, refuse_destroy, refuse_while_leaving,
    require_not_begun,
};
pub(crate) use keeping::{keep, keeping, prepared, shown};
pub(crate) use taking::{Taken, take};
