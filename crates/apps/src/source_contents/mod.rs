//! Contents of source that apps have, so that they are not sent again.
//!
//! Owns the tables `app_source_contents` and `app_source_packs`. Contents belong to one app: who knows the digest of something that another
//! app has gets nothing by it. Many small ones lie together in a pack, which is a blob. What must stay true: a content is what its
//! digest says; it stays for as long as a list that is kept may have it, which is known by when a list last had it.

pub(crate) mod service;
pub(crate) mod store;
