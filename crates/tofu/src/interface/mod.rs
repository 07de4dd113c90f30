//! The interface of a module: what may be given to it, what it gives back, and what it stands on. Read from the files of
//! its own directory only; nothing is fetched, nothing is run.
//!
//! What must stay true: reading is bounded in size and depth, whatever the files hold. A file that cannot be read is a
//! problem with file, line and column, and hides nothing of the other files. Where this reader and the engine differ, the
//! engine is right: what it evaluates and we do not is said to be unknown, never guessed.
//!
//! Read `model.rs`, then `read.rs` with `declarations.rs`; `source.rs` makes native and JSON syntax alike, `constant.rs`
//! evaluates what needs no engine, `compare` says what a new version means for those who use the old one.

mod addresses;
mod compare;
mod constant;
mod declarations;
mod model;
mod read;
mod requirements;
mod schema;
mod source;

pub use addresses::{Addresses, addresses, top};
pub use compare::{Note, NoteKind, Subject, Weight, compare};
pub(crate) use constant::constant;
pub use model::{
    DefaultValue, Interface, ModuleCall, Output, Place, ProviderConfiguration, RequiredProvider, StatePlace,
    Validation, Variable,
};
pub use read::{Reading, read};
