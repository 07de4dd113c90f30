//! Explanations: why somebody may do something, by which assignments. They are read from the assignments and roles
//! themselves, not from the grants that decisions are made by, so that a difference between the two shows.

pub mod http;
pub mod service;
