//! Source: a directory on somebody's machine becomes the same directory here.
//!
//! It comes as an archive, or as a list of its files by which only those are sent that are not here yet. What must stay true:
//! what is sent is hostile until it was checked, and nothing is ever written outside of where it should be; a file is never
//! whole in memory; files of the same content have the same time, and files of another content another one, because BuildKit
//! compares nothing else. Read `error`, `context`, `choosing`, `archives`, `manifest`, `pieces`, then `assembling`.

mod archives;
mod assembling;
mod choosing;
mod context;
mod error;
mod manifest;
mod pieces;
mod wire;

pub use archives::{limits, pack, unpack};
pub use assembling::Assembly;
pub use choosing::{chosen, tree};
pub use context::Context;
pub use error::SourceError;
pub use manifest::{Digest, Entry, Manifest, ManifestError, missing};
pub use pieces::{PIECE, read_contents, write_content};
pub use wire::LIST_BYTES;
