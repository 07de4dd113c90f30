//! Workflows: changes of many resources, in the order that they stand on each other.
//!
//! Owns `workflows`, `workflow_steps` and, in [`parts`], what is made by blueprints. What must stay true: a step begins when all that it waits for is done, and never
//! twice; every step is a change like any other, asked for with the rights that who started the workflow has at that
//! moment, and waits for the same approvals; whatever is killed, [`driving`] goes on from the rows. Read [`graph`] (which
//! steps begin, pure), then [`driving`].

mod asking;
mod creating;
pub mod driving;
pub mod editing;
mod filling;
pub mod graph;
pub mod http;
mod judging;
pub mod model;
pub mod parts;
mod planning;
mod recording;
pub mod service;
pub(crate) mod store;

pub use driving::CONSUMER;
pub use model::{Step, Workflow};
pub(crate) use parts::store::MIGRATION as PARTS_MIGRATION;
