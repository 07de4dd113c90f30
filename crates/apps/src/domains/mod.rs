//! Names that apps answer at beside their own.
//!
//! Owns the table `app_domains`. What must stay true: requests are taken for a name only once it is proven that its owner wants
//! that, and a proven name belongs to one app, which the database keeps; somebody who only says that a name is his keeps nobody from
//! proving it. Read [`host`] (what a name is) and [`model`] (how it is proven), which are pure, then [`proving`] and [`service`].

pub mod host;
pub mod http;
pub mod model;
pub mod proving;
pub mod service;
pub(crate) mod store;

pub use host::Host;
pub use model::{Domain, hosts};
