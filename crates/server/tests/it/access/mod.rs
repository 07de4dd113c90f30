//! Stories of access.

mod fixture;
mod matrix;
mod operations;
