//! The engine's machine-readable stream (`-json`, `-json-into`): events, diagnostics, and the progress they add up to.
//!
//! What must stay true: a line that this version does not understand is kept as it is and never stops a run.
//!
//! Read `model.rs`, `diagnostic.rs`, `progress.rs`, `step.rs`.

mod diagnostic;
mod model;
mod progress;
mod step;

pub use diagnostic::{
    Diagnostic, ExpressionValue, FunctionCall, Parameter, Position, Severity, Signature, Snippet, SourceRange,
};
pub use model::{ChangeCounts, Event, Hook, Operation, OutputValue, PlannedChange, ResourceAddress, parse_line};
pub use progress::{Phase, Progress, ResourceProgress};
pub use step::{ApplyStep, StepKind, apply_step};
