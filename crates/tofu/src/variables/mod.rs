//! The values of a run's variables: the generated variables file, the environment, and what has to be masked.
//!
//! What must stay true: a value can never become more than the value of its own variable (no expression, no second
//! attribute), and only variables that the configuration declares are written, because the engine complains about
//! others.
//!
//! Read `declared.rs`, `text.rs`, `generate.rs`.

mod declared;
mod generate;
mod literal;
mod text;

pub use declared::{Declaration, declared};
pub use generate::{Category, Generated, RunVariable, VariableError, generate, secrets};
pub use text::quoted;
