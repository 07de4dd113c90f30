//! Drives a Docker Engine: builds images, runs units, follows their logs, runs commands in them.
//!
//! Plain types, no database. What must stay true: everything that is made is found again by its name and its labels, so
//! that whoever was killed in between goes on; what is not ours is never touched; a secret is in no image, in no build
//! argument and in no log. Read `engine`, `error`, `builds`, `images`, then `units`, `logs`, `commands` and `attached`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod attached;
pub mod builds;
pub mod commands;
pub mod ends;
pub mod engine;
pub mod error;
pub mod images;
pub mod logs;
pub mod networks;
mod raw;
pub mod units;
pub mod usage;
pub mod volumes;

pub use builds::{Build, BuildFailed};
pub use engine::{About, Engine};
pub use error::DockerError;
pub use images::{Image, ListedImage};
pub use units::{Limits, State, Unit, UnitSpec};
