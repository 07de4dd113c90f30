//! The small language that stories are told in.

mod app;
mod caller;
mod organization;
mod runner;

pub use app::TestApp;
pub use caller::{Answer, Caller};
pub use organization::Acme;
pub use runner::{TestItem, TestRunner};
