//! Templates: what a platform team publishes, and how it stands on each other.
//!
//! Owns the tables `templates` and `template_parents`. What must stay true: nothing stands on itself, however many steps
//! between; a key never changes; what something stands on is not deleted; applying a document twice changes nothing the
//! second time. Read [`specification`] (what may be said), [`hierarchy`] (who stands on whom) and [`naming`], which are
//! pure, then [`model`] (the rows), [`service`] and [`applying`].

pub mod applying;
pub mod hierarchy;
pub mod http;
pub mod importing;
pub mod model;
pub mod naming;
mod problems;
pub mod service;
pub mod specification;
pub(crate) mod store;

pub use model::Template;
