//! Sessions: browsers that somebody is signed in with.
//!
//! Owns the table `sessions`. What must stay true: a session's text is made by the server at each sign-in and each change
//! of what it opens, never taken from a browser; it is stored as its hash; and a session that was ended is refused at the
//! next request, in every process. Read `model`, then `authenticator`.

mod authenticator;
pub mod cookie;
pub mod http;
mod model;
pub mod service;
pub(crate) mod store;

pub use authenticator::{Authenticator, Current, csrf_of};
pub use model::{Session, Stage};
