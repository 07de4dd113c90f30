//! Commands that somebody is at: in a unit of an app, or in one of its own.
//!
//! Owns the table `app_commands`, with the units that were made for commands. What must stay true: who may run commands is asked
//! before anything begins and again while it goes on; a command ends when nobody is at it any more; what was made for it goes, also
//! where the server was killed; who ran what, where, and how it ended is in the audit log. Read [`service`] (what begins), `talking`
//! (what is said meanwhile), then `http` (the WebSocket).

pub mod http;
pub mod service;
pub(crate) mod store;
mod talking;
