//! Source codes: repositories with modules that templates are made of.
//!
//! Owns the table `source_codes`. What must stay true: nothing of Git is copied; branches, tags and files are those of the
//! shared mirror, read where they lie and without a checkout; a module that cannot be read hides no other; a source code that
//! versions are made of is not deleted. Read `modules` (which directories have modules) and `shown`, which are pure,
//! then `model`, `reading` and `service`.

pub mod http;
pub mod model;
pub(crate) mod modules;
pub(crate) mod reading;
pub mod service;
pub(crate) mod shown;
pub(crate) mod store;

pub use model::SourceCode;
