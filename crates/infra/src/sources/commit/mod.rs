//! The commit that a configuration version is made of.
//!
//! Its rows are in the table `configuration_commits`, whose queries are in the store of the sources. What must stay true: a
//! configuration that was made of a commit says so for as long as it is kept.

mod model;

pub use model::{Column, Commit, Entity};
