//! What `plan`, `apply`, `destroy` and `run logs` share: start a run, follow it, say how it ended.
//!
//! `arguments.rs` (flags) → `start.rs` (pack, upload, create) → `follow.rs` (live, with `watch.rs` for what comes in and
//! `log_printer.rs` for what goes out) → `summary.rs` (words and links) and `outputs.rs`.

mod arguments;
mod follow;
mod log_printer;
mod outputs;
mod start;
mod summary;
mod variable_file;
mod watch;

pub(crate) use arguments::RunArguments;
pub(crate) use follow::{Followed, Follower, Part, activity};
pub(crate) use log_printer::LogPrinter;
pub(crate) use outputs::render_outputs;
pub(crate) use start::{Intent, say_where_it_goes_on, start};
#[cfg(test)]
pub(crate) use summary::tests;
pub(crate) use summary::{document, has_plan, link, render_unaccounted, say_how_it_ended, status_tone};
