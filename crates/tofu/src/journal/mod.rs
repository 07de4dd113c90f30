//! The apply journal: what the engine said it started and finished, kept as it came, so that after a killed apply one
//! can tell what may exist outside of the state.
//!
//! Append-only JSON lines. What must stay true: a torn last line costs that line only; every create that started and is
//! not in the last state is listed; the last state is believed where it has the object.
//!
//! Read `record.rs`, then `may_exist.rs`.

mod may_exist;
mod record;

pub use may_exist::{MayExist, may_exist};
pub use record::{Journal, JournalRecord, Step};
