//! Configuration archives: gzip-compressed tar files that users upload and runners unpack.
//!
//! What must stay true: an archive is hostile until it was walked; nothing is ever written outside of the
//! destination, not even through links that were there before; and two equal trees pack to equal bytes, so that a
//! digest names a configuration.
//!
//! Read `limits.rs`, `error.rs`, then `entry.rs` (the rules for one entry), `walk.rs` (the rules for the whole), `unpack.rs`.
//! Packing is `rules.rs` (`.terraformignore`) and `pack.rs`.

mod bounded;
mod entry;
mod error;
mod limits;
mod pack;
mod rules;
mod unpack;
mod walk;

pub use entry::{check_link_target, parse_path, printable};
pub use error::{ArchiveError, PackError, Rule};
pub use limits::Limits;
pub use pack::{Packed, pack, pack_paths};
pub use rules::{IgnoreRules, RulesError};
pub use unpack::{Unpacked, inspect, unpack, unpack_plain};
