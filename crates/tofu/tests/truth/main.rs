//! What is read, converted and written here, held against the real OpenTofu.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod conversions;
mod corpus;
mod hostile;
mod reading;
mod strategies;
mod tofu;
mod writing;
