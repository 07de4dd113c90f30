//! All queries on `service_accounts`.

use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, UserId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, ServiceAccount};
use crate::organizations::store::contains;
use crate::users::{self, User};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0021_service_accounts",
    steps: || {
        vec![Step::Table(
            Table::new("service_accounts")
                .col("user_id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Name)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .primary(&["user_id"])
                .unique(
                    "service_accounts_organization_id_name_key",
                    &["organization_id", "name"],
                )
                .belongs_to("user_id", "users")
                .belongs_to("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: UserId) -> Result<Option<ServiceAccount>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The service account with this name in an organization.
pub(crate) async fn by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<ServiceAccount>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.as_str()))
        .one(connection)
        .await?)
}

/// The user of the service account with this name in an organization.
pub(crate) async fn user_by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<User>> {
    match by_name(connection, organization, name).await? {
        Some(account) => users::store::by_id(connection, account.user_id).await,
        None => Ok(None),
    }
}

/// The ids of all service accounts of an organization.
pub(crate) async fn ids_within(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<UserId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::UserId)
        .filter(Column::OrganizationId.eq(organization))
        .into_tuple()
        .all(connection)
        .await?)
}

pub(crate) async fn insert(tx: &Tx, account: &ServiceAccount) -> Result<()> {
    Entity::insert(row(account))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("service account", &account.name))?;
    Ok(())
}

/// Writes the account if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, account: &ServiceAccount) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(account))
        .filter(Column::UserId.eq(account.user_id))
        .filter(Column::Version.eq(account.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("service account", &account.name))?;
    Ok(result.rows_affected == 1)
}

/// Deletes the account; the caller deletes its user.
pub(crate) async fn delete(tx: &Tx, id: UserId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// A page of an organization's service accounts by name; `text` is a part of it, any case.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    text: Option<&str>,
    page: &Page,
) -> Result<Listed<ServiceAccount>> {
    let matching = || {
        Condition::all()
            .add(Column::OrganizationId.eq(organization))
            .add_option(text.map(|text| contains(Column::Name, text)))
    };
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(matching())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::UserId)
        .filter(matching())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

fn row(account: &ServiceAccount) -> ActiveModel {
    ActiveModel {
        user_id: Set(account.user_id),
        organization_id: Set(account.organization_id),
        name: Set(account.name.clone()),
        description: Set(account.description.clone()),
        version: Set(account.version),
        created_at: Set(account.created_at),
    }
}
