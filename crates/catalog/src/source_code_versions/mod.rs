//! Versions of templates: the code of a module at one commit, how far it is published, and what people are asked for.
//!
//! Owns `source_code_versions` and `source_code_version_variables`. What must stay true: the code of a version is a snapshot
//! and changes only when somebody refreshes it; what is asked for fits the module that it is asked for; a version that
//! something uses is not deleted. Read `lifecycle`, `settings`, `reconciling`, `schema`, `differing`, which are
//! pure, then `model`, `snapshots` (from a repository to a blob and back), `service` and `moving`.

pub(crate) mod applying;
pub(crate) mod comparing;
pub(crate) mod differing;
pub mod http;
pub mod lifecycle;
pub mod model;
pub(crate) mod moving;
pub(crate) mod notes;
pub mod reconciling;
pub mod schema;
pub mod service;
pub mod settings;
pub(crate) mod snapshots;
pub(crate) mod store;
pub(crate) mod writing;

pub use model::SourceCodeVersion;
pub use moving::CONSUMER;
