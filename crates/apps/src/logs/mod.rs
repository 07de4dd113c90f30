//! What units write, kept: across restarts of units and of the server, with history and search.
//!
//! Owns the tables `app_log_segments` and `app_log_positions`. What must stay true: each line that the engine still had is kept once,
//! because how far a unit's log was kept is written in the transaction that keeps it; the number of a line never changes once it is
//! kept; one process writes, the one that has the lease; a unit that writes without end costs others nothing and is told so in its
//! log. Read [`model`] (lines, cursors), `book` (what is not written yet), [`collecting`], `writing`, then [`reading`].

mod book;
pub mod collecting;
pub mod http;
pub mod model;
pub mod reading;
mod recent;
pub(crate) mod store;
mod writing;

pub use writing::{forget_of, sweep};
