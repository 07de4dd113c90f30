//! State files, version 4: what they hold, how two differ, and the JSON form that `tofu show -json` gives.
//!
//! What must stay true: attributes stay raw text until someone looks at them, so that a hundred megabytes are read in one
//! pass; a difference never shows a value that either state marks as sensitive; an encrypted state is recognised and
//! left as it is.
//!
//! Read `model.rs`, `summary.rs`, `sensitive.rs`, `diff.rs`, `json_form.rs`.

mod address;
mod diff;
mod extract;
mod json_form;
mod model;
mod sensitive;
mod summary;

pub use diff::{InstanceChange, OutputDiff, StateDiff, diff};
pub use extract::{Extracted, extract, is_call};
pub use json_form::json_form;
pub use model::{EncryptedState, Instance, Output, Resource, State, StateError, StateFile};
pub use summary::{InstanceSummary, OutputSummary, ResourceSummary, StateSummary};
