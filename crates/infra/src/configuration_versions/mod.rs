//! Configuration versions: immutable trees of files that runs are made of.
//!
//! Owns the table `configuration_versions`; the archives are blobs. What must stay true: files are usable only after
//! every entry of their archive was looked at, and once they are here they never change. Read [`model`], then
//! [`service`].

pub mod http;
pub mod model;
pub mod service;
pub mod store;

pub use model::ConfigurationVersion;
