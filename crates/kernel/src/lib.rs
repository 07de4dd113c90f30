//! What every domain stands on: database, queue, events, grants, directory, secrets, blobs, logs, errors, [`Ctx`].
//!
//! The kernel knows no domain. What cuts across them is kept here as plain rows: grants (written by identity, evaluated
//! here), the directory of objects and edges (written by each owner in its own transaction), work items and events.
//! Read [`ctx`] first, then [`db`], then whatever is needed.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod backup;
pub mod blobs;
pub mod clock;
pub mod ctx;
pub mod db;
pub mod directory;
pub mod errors;
pub mod events;
pub mod grants;
pub mod http;
pub mod ids;
pub mod kept;
pub mod logs;
pub mod mail;
pub mod metrics;
pub mod open;
pub mod outbound;
pub mod queue;
pub mod random;
pub mod schedules;
pub mod secrets;
pub mod settings;
pub mod text;
pub mod tokens;
pub mod wakes;

pub use ctx::{Actor, Ctx, Kernel};
pub use db::Tx;
pub use errors::{Error, Result};

/// The kernel's own tables, which come before those of every domain.
#[must_use]
pub fn migrations() -> Vec<db::migrations::Migration> {
    vec![
        grants::store::MIGRATION,
        directory::store::MIGRATION,
        events::store::MIGRATION,
        queue::store::MIGRATION,
        secrets::store::MIGRATION,
        blobs::store::MIGRATION,
        logs::store::MIGRATION,
        schedules::store::MIGRATION,
        queue::store::BEGUN,
        events::store::SEARCH,
        events::signing::MIGRATION,
        events::checkpoints::MIGRATION,
        events::webhooks::store::MIGRATION,
        secrets::rotation::store::MIGRATION,
        secrets::store::WRAPPED,
        logs::store::LINES,
    ]
}

/// The kernel's own columns with sealed values.
#[must_use]
pub fn sealed_columns() -> Vec<secrets::SealedColumn> {
    [events::signing::SEALED, mail::SEALED]
        .into_iter()
        .chain(events::webhooks::store::SEALED)
        .collect()
}
