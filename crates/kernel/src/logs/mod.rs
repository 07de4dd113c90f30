//! Logs: streams of bytes by offset, written by one runner, read by many while they grow.
//!
//! What must stay true: a byte that was said to be stored is never lost and never changes; the same bytes at the same
//! offset may come any number of times; offsets have no gaps. Only the stream's row, moved by compare and swap, says
//! how far a log goes; what this process has beyond it is a guess that another replica may overrule.

pub mod model;
pub mod service;
pub mod store;

pub use service::{LogPart, Logs};
