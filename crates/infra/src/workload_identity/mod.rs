//! What proves to clouds which run asks: short-lived tokens instead of stored keys.
//!
//! A workspace asks for it by environment variables with the names that Terraform Enterprise has for them, or is given it
//! by an integration. The token of
//! a plan says that it is a plan's, so that a cloud can give a plan less than an apply. Read `model` (what is asked for,
//! and how each provider finds it), then `service`.

mod model;
pub mod service;
