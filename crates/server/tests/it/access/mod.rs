//! Stories of access.

mod canary;
mod fixture;
mod invisible;
mod matrix;
mod operations;
mod requests;
mod roles;
mod tokens;
