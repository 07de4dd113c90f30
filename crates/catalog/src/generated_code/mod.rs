//! The code of a resource: a plain OpenTofu project that makes what the resource is, without Slipway.
//!
//! It calls the module of the resource's version at the commit that it is pinned to, with the values that its runs get. What must
//! stay true: no value of a secret is ever in it; it is formatted as `tofu fmt` does; the same facts give the same bytes. Read
//! `facts` (what is known, pure), `writing` (what becomes of it, pure), then `gathering`.

pub(crate) mod archive;
pub mod facts;
pub(crate) mod gathering;
pub(crate) mod http;
mod readme;
pub mod service;
mod values;
pub mod writing;

pub use facts::Facts;
pub use writing::files;
