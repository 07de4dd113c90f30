//! Infrastructure: workspaces with their variables, configurations, states and runs, and the pools that run them.
//!
//! One folder per concept. A workspace's state changes only under its lock, one run at a time holds it, and nothing that
//! a run produced is ever dropped. Read `workspaces` first, then `states`.

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod permissions;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::Routes;

/// This domain's tables, in the order of their making.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![]
}

/// What can be allowed in this domain, with a sentence each.
#[must_use]
pub fn permissions() -> Vec<(Permission, &'static str)> {
    permissions::all()
}

/// This domain's part of the API.
#[must_use]
pub fn routes() -> Routes {
    Routes::new()
}
