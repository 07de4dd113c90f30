//! All queries on `repositories` and what belongs to them.

use sea_orm::ConnectionTrait;
use sea_orm::entity::prelude::*;
use slipway_api::ids::RepositoryId;
use slipway_kernel::Result;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};

use super::model::{Entity, Repository};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0010_repositories",
    steps: || {
        vec![
            Step::Table(
                Table::new("repositories")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .opt("integration_id", Type::Id)
                    .col("address", Type::Text)
                    .col("address_key", Type::Name)
                    .opt("forge_id", Type::Name)
                    .col("full_name", Type::Name)
                    .opt("web_url", Type::Text)
                    .opt("default_branch", Type::Name)
                    .col("status", Type::Id)
                    .opt("error", Type::Text)
                    .opt("synchronized_at", Type::Time)
                    .col("refs_version", Type::Integer)
                    .col("look_at", Type::Time)
                    .col("used_at", Type::Time)
                    .col("created_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("repositories_address_key_key", &["organization_id", "address_key"])
                    .index("repositories_look_at_idx", &["look_at"])
                    .index("repositories_integration_id_idx", &["integration_id"])
                    .references("organization_id", "organizations"),
            ),
            Step::Table(
                Table::new("repository_refs")
                    .col("repository_id", Type::Id)
                    .col("name", Type::Name)
                    .col("target", Type::Id)
                    .primary(&["repository_id", "name"])
                    .belongs_to("repository_id", "repositories"),
            ),
            // What was announced of pull requests, so that one is announced once whether told or found.
            Step::Table(
                Table::new("repository_pull_requests")
                    .col("repository_id", Type::Id)
                    .col("number", Type::Integer)
                    .col("digest", Type::Id)
                    .col("is_open", Type::Boolean)
                    .primary(&["repository_id", "number"])
                    .belongs_to("repository_id", "repositories"),
            ),
            Step::Table(
                Table::new("pinned_hosts")
                    .col("organization_id", Type::Id)
                    .col("host", Type::Name)
                    .col("known_hosts", Type::Text)
                    .col("pinned_at", Type::Time)
                    .primary(&["organization_id", "host"])
                    .belongs_to("organization_id", "organizations"),
            ),
        ]
    },
};

/// The repository, if there is one.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: RepositoryId) -> Result<Option<Repository>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}
