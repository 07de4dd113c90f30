//! Secret outputs of resources of demos: no state has them, so they are kept here as their plan said them, sealed.
//!
//! Owns `resource_planned_secrets`. What must stay true: a resource of which nothing is a demo has no row.

pub mod model;
pub(crate) mod store;
