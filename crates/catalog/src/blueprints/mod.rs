//! Blueprints: several resources that are made together, the outputs of some wired to the variables of others.
//!
//! Owns `blueprints`. What must stay true: what a blueprint says of parts and wires fits together by itself
//! ([`specification`]), and fitted what was published when it was saved ([`fitting`]); a value of a secret is never part of
//! it. A blueprint is carried out as a workflow of the kind `create`, which keeps what is to be made of each part: what
//! becomes of the blueprint afterwards does not matter to it.

pub mod fitting;
pub mod http;
pub(crate) mod knowing;
pub mod model;
mod recording;
pub mod service;
pub mod specification;
pub(crate) mod store;

pub use model::Blueprint;
