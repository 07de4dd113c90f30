//! Engines: which OpenTofu or Terraform binary runs a workspace, found from a version constraint.
//!
//! Must stay true:
//! - Sources are asked in order: the search path, then the engine directory. The first source with a version that fulfils
//!   the constraint wins, with its highest.
//! - A binary is asked for its version once, as long as path, size and modification time stay the same.
//! - A missing engine is an error that names the version asked for, what is installed, and what to do.
//!
//! Downloading releases is not here yet; the engine directory is where a mirror would put them.
//!
//! Reading order: `kind`, `find`, `ask`.

mod ask;
mod find;
mod kind;

pub use find::{Engine, EngineError, Engines, Sources};
pub use kind::Kind;
