//! Teams: users of an organization who are given roles together.
//!
//! Owns the tables `teams` and `team_members`. A team may do what was assigned to it, and each of its members may do so
//! too, from the next request on, with every token. What must stay true: nobody puts anybody, himself included, into a
//! team that has what he lacks. Read `model`, then `service`.

pub mod http;
mod model;
pub mod organization_access;
pub mod service;
pub(crate) mod store;

pub use model::{Source, Team, Visibility};
