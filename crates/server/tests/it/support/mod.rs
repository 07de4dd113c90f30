//! The small language that stories are told in.

mod app;
mod caller;
mod organization;
mod runner;
mod states;

pub use app::{TestApp, is_postgres};
pub use caller::{Answer, Caller};
pub use organization::Acme;
pub use runner::{TestItem, TestRunner};
pub use states::{State, document, related};
