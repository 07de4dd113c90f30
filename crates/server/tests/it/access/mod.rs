//! Stories of access.

mod audited;
mod canary;
mod fixture;
mod integrations;
mod invisible;
mod matrix;
mod operations;
mod people;
mod repositories;
mod requests;
mod roles;
mod shapes;
mod tokens;
mod triggers;
