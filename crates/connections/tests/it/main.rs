//! Connections against what they connect to: real forges where they can be had, recorded exchanges where they cannot.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod forges;
mod home;
mod repositories;
mod webhooks;
