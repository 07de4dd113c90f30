//! Registries for images: which of an organization's integrations opens the one that an image is in, and what registries are asked.
//!
//! Owns no tables. What must stay true: a login is shown to the registry that it is for, and to whom that one names for tokens;
//! never without TLS but at a private address. Read [`names`], [`access`], then [`asking`].

pub mod access;
pub mod asking;
pub mod names;

pub use access::{Login, Registry};
pub use asking::Asking;
pub use names::ImageName;
