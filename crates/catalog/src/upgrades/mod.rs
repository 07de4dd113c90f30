//! How far the resources of an organization or a project are with the recommended versions of their templates.
//!
//! Owns nothing: it counts resources. What it counts is what the caller may see.

pub(crate) mod http;
pub mod service;
