//! Plans: the JSON that `tofu show -json <planfile>` writes, what it will do in numbers, and what changes inside of a
//! resource.
//!
//! What must stay true: a plan of a hundred thousand changes is read in one pass (values stay raw text until someone
//! looks at one resource), and no value that the plan marks as sensitive leaves `diff`.
//!
//! Read `model.rs`, `action.rs`, `summary.rs`, `diff.rs`, `outputs.rs`, then `changes`: what people are shown of it.

mod action;
pub mod changes;
mod diff;
mod model;
mod outputs;
mod summary;

pub use action::Action;
pub use diff::{AttributeChange, Marks, PathStep, SENSITIVE, diff, path_text, redact};
pub use model::{Change, Check, Importing, Plan, PlanError, PlanVariable, ResourceChange};
pub use outputs::{PlannedOutput, planned_outputs};
pub use summary::{OutputSummary, PlanSummary};
