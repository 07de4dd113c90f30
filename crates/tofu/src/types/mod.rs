//! Type constraints of variables: read, printed, used to check and convert values as the engine does, and compared.
//!
//! What must stay true: what [`Type::convert`] accepts, the engine accepts for a variable of that type, with the same
//! result; what it refuses, the engine refuses. A tree is at most [`MAX_DEPTH`] levels deep, so that walking it cannot
//! exhaust the stack.
//!
//! Read `model.rs`, `parse.rs`, `convert.rs` with `unify.rs`, then `schema.rs` and `compare.rs`.

mod compare;
mod convert;
mod model;
mod parse;
mod path;
mod schema;
mod unify;

pub use compare::{TypeChange, TypeChangeKind, compare};
pub use convert::Mismatch;
pub use model::{Attribute, MAX_DEPTH, Type};
pub(crate) use parse::read_type;
pub use path::{Path, Step};
pub(crate) use schema::{fields, nullable};
