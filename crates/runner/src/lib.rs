//! The runner: claims work from a server, does it with the engine in a sandboxed directory, and reports.
//!
//! What must stay true:
//! - A runner may be killed at any instruction. What the engine says and makes is on the disk before it is anywhere else
//!   (`spool`), and the next runner on the machine delivers what this one could not.
//! - A server may be away for any length of time. Nothing is given up; sending starts again where the server says.
//! - Nothing leaves the machine before known secrets are masked.
//! - An apply is never started twice: only a claim starts an engine, never a spool.
//!
//! Reading order: `config`, `run` (register, adopt, claim, drain), `item` (the story of one item), then its steps in
//! order: `prepare`, `initialize` (with `private_code`), `plan`, `apply`, `completion`; and what runs beside them:
//! `heartbeat`, `identity`, `stream` (with `secrets`), `states`, all ended by `delivery`. What can wait is done at
//! `leisure`, as is `prune`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod adopt;
mod apply;
mod backoff;
mod bundle;
mod changes;
mod completion;
mod config;
mod delivery;
mod engine;
mod heartbeat;
mod identity;
mod initialize;
mod item;
mod kept;
mod leisure;
mod plan;
mod prepare;
mod private_code;
mod prune;
mod run;
mod secrets;
mod slots;
mod spool;
mod states;
mod stream;

pub use config::{RunnerConfig, RunnerError};
pub use run::run;
