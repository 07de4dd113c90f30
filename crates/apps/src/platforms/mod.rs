//! Platforms: how a directory of source becomes an image.
//!
//! A platform is a Dockerfile that keeps a contract, which the page `docs/guide/apps/platforms.md` says: its arguments, where the
//! source goes, who runs it, where it listens. Everything here is decided from names and small texts, without reading anything and
//! without an engine. What must stay true: what a source says becomes a string in the Dockerfile and never a line of it; a cache
//! belongs to one app; a secret is mounted and never an argument. Read `model`, `shipped`, `detecting`, `planning`, then one file
//! for each language.

mod detecting;
mod go;
mod lines;
mod model;
mod node;
mod planning;
mod python;
mod shipped;
mod site;

pub use detecting::{Choice, Chosen, NoPlatform, detect};
pub use model::{Images, Platform};
pub use planning::{BuildPlan, PlanError, Wanted, check, own_dockerfile, plan};
pub use shipped::{Shipped, shipped};
