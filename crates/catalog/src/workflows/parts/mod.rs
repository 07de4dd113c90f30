//! What a workflow makes of each part of a blueprint.
//!
//! Owns `workflow_parts`. What must stay true: a part is ordered as it was when the workflow was made, under the id that it
//! was given then, unless somebody changed it since, whatever becomes
//! of the blueprint and of what is recommended; values of its secrets are sealed.

pub mod model;
pub(crate) mod store;

pub use model::Part;
