//! All queries on `ssh_keys`.

use sea_orm::entity::prelude::*;
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, SshKeyId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, SshKey};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0002_ssh_keys",
    steps: || {
        vec![Step::Table(
            Table::new("ssh_keys")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("algorithm", Type::Id)
                .col("fingerprint", Type::Name)
                .col("private_key", Type::Bytes)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("ssh_keys_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn insert(tx: &Tx, key: &SshKey) -> Result<()> {
    Entity::insert(ActiveModel::from(key.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("SSH key", &key.name))?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, key: &SshKey) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(key.clone()).reset_all())
        .filter(Column::Id.eq(key.id))
        .filter(Column::Version.eq(key.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("SSH key", &key.name))?;
    Ok(saved.rows_affected == 1)
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: SshKeyId) -> Result<Option<SshKey>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// A page of an organization's, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    page: &Page,
) -> Result<Listed<SshKey>> {
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // SSH keys stand in no project: only grants on the organization or on the key itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    let total = matching
        .clone()
        .select_only()
        .column(Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection)
        .await?;
    Ok(Listed { rows, total })
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<SshKey>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: SshKeyId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}
