//! The router of a single machine: takes requests by their host to the units of an app.
//!
//! Plain types, no database. It is told whole tables, keeps the last one on disk, and serves it while nobody tells it
//! anything. What must stay true: a request that no unit has seen yet is tried at another one, a request that one may have
//! seen is not; a unit that leaves the table gets no new requests and ends those it has; what a client says about itself
//! in forwarding headers is not passed on. Read `table`, `lookup`, `targets`, then `forward` and `serve`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod answers;
mod body;
mod connections;
mod entrance;
pub mod exchange;
mod forward;
mod headers;
mod lookup;
pub mod measured;
pub mod serve;
pub mod sockets;
pub mod stored;
pub mod table;
mod targets;
mod tls;
mod upgrade;
mod workers;

pub use exchange::Report;
pub use measured::Measured;
pub use serve::{Listen, Router};
pub use table::{Certificate, Route, Table, TableError};
