//! Writing configuration: values, blocks and whole modules that call another, as `tofu fmt` leaves them.
//!
//! What must stay true: a value can never become more than a value (no expression, no second argument), and a reference is
//! nothing but a reference. What is written, the engine reads back as exactly what was given.
//!
//! Read `values.rs`, `body.rs`, then `module.rs`.

mod body;
mod module;
mod values;

pub use body::{Argument, Body, WriteError, write};
pub use module::{GeneratedModule, OutputBlock, ProviderBlock, VariableBlock, files};
pub use values::inline;
