//! OpenTofu and Terraform: their file formats, and driving their processes. Plain types only, no database, no wiring.
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

// Formats.
pub mod archive;
pub mod configuration;
pub mod digest;
pub mod events;
pub mod interface;
pub mod journal;
pub mod masking;
pub mod plan;
pub mod requirements;
pub mod state;
pub mod types;
pub mod variables;
pub mod versions;
pub mod writing;

// Processes.
pub mod cache;
pub mod commands;
pub mod engines;
pub mod process;
pub mod sandbox;
