//! Blobs: configurations, states, plans and logs, on a disk or in an S3 bucket, compressed and sealed.
//!
//! A blob is known by its organization and its address, a keyed digest of its content, so equal content is stored once
//! per organization and nobody can ask whether another organization has it. What must stay true: an object is written
//! before its row, and a row goes before its object, so a row without object never comes from us; an object key is
//! never used twice, so that collection and a new upload cannot meet; what is read is proved to be what was written.
//!
//! A blob lives as long as something refers to it: [`refer`] in the transaction of the owner, [`release`] when the
//! owner goes, `collect` now and then.

mod collect;
mod form;
mod model;
mod objects;
mod service;
pub mod store;
mod transfer;

pub use collect::{Collected, collect};
pub use model::BlobAddress;
pub use objects::Blobs;
pub use store::{Owner, refer, release};
