//! Who there is and who may do what: organizations, projects, users, tokens, roles and their assignments.
//!
//! What must stay true: nobody gets a permission but by a role assignment, nobody gives what he does not have, and what
//! somebody may not see reads as missing. Deciding itself is the kernel's (`slipway_kernel::grants`); this crate writes
//! the rows it decides by. Read [`organizations`], then [`role_assignments`].

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

pub mod accounts;
pub mod attempts;
pub mod bootstrap;
mod callers;
mod changes;
pub mod explanations;
pub mod forge_accounts;
pub mod identity_providers;
pub mod issuer;
pub mod links;
pub mod memberships;
pub mod oauth;
pub mod openid;
pub mod organizations;
pub mod pages;
pub mod permissions;
pub mod preferences;
pub mod projects;
pub mod role_assignments;
pub mod roles;
mod sealed_columns;
pub mod service_accounts;
pub mod sessions;
pub mod team_access;
pub mod teams;
pub mod tokens;
pub mod trusted_issuers;
pub mod users;

use slipway_kernel::db::migrations::Migration;
use slipway_kernel::http::Routes;
use slipway_kernel::{Ctx, Result};

pub use callers::require_at_site;
pub use permissions::permissions;
pub use roles::PermissionTree;
pub use sealed_columns::sealed_columns;

/// This crate's routes. `tree` is what all domains' `permissions()` returned together.
#[must_use]
pub fn routes(tree: PermissionTree) -> Routes {
    Routes::new()
        .merge(organizations::http::routes(tree.clone()))
        .merge(projects::http::routes())
        .merge(users::http::routes())
        .merge(accounts::http::routes())
        .merge(sessions::http::routes())
        .merge(preferences::http::routes())
        .merge(forge_accounts::http::routes())
        .merge(identity_providers::http::routes())
        .merge(issuer::http::routes())
        .merge(memberships::http::routes(tree.clone()))
        .merge(tokens::http::routes(tree.clone()))
        .merge(teams::http::routes(tree.clone()))
        .merge(team_access::http::routes(tree.clone()))
        .merge(service_accounts::http::routes(tree.clone()))
        .merge(trusted_issuers::http::routes(tree.clone()))
        .merge(explanations::http::routes(tree.clone()))
        .merge(roles::http::routes(tree.clone()))
        .merge(role_assignments::http::routes(tree))
}

/// This crate's tables, after the kernel's.
#[must_use]
pub fn migrations() -> Vec<Migration> {
    vec![
        organizations::store::MIGRATION,
        projects::store::MIGRATION,
        roles::store::MIGRATION,
        role_assignments::store::MIGRATION,
        users::store::MIGRATION,
        tokens::store::MIGRATION,
        users::store::ACCOUNTS,
        accounts::store::MIGRATION,
        sessions::store::MIGRATION,
        links::store::MIGRATION,
        attempts::store::MIGRATION,
        memberships::store::MIGRATION,
        teams::store::MIGRATION,
        service_accounts::store::MIGRATION,
        tokens::store::ROTATION,
        organizations::store::ACCESS,
        issuer::store::MIGRATION,
        identity_providers::store::MIGRATION,
        oauth::store::MIGRATION,
        sessions::store::SECOND_FACTOR,
        preferences::store::MIGRATION,
        trusted_issuers::store::MIGRATION,
        tokens::store::ORIGIN,
        teams::store::PROVIDER,
        forge_accounts::store::MIGRATION,
        forge_accounts::store::CODES,
    ]
}

/// What every process does at its start, after the migrations and before anything else of this crate.
///
/// # Errors
///
/// Those of the database.
pub async fn prepare(ctx: &Ctx) -> Result<()> {
    roles::service::refresh_built_in(ctx).await
}
