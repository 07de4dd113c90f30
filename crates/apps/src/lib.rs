//! Apps: what runs, from which image, and what it says of itself.
//!
//! One folder per concept. Today: `processes`, what an app's source says that it runs.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod processes;
