//! Comments on runs.

mod model;

pub use model::{Column, Entity, Model};
