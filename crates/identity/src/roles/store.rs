//! All queries on `roles`.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, SqlErr, entity::prelude::*};
use slipway_api::Name;
use slipway_api::ids::{OrganizationId, RoleId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Role};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0003_roles",
    steps: || {
        vec![Step::Table(
            Table::new("roles")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("permissions", Type::Json)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("roles_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Those that an organization has: its own and the built-in ones.
fn of(organization: OrganizationId) -> Condition {
    Condition::any()
        .add(Column::OrganizationId.eq(organization))
        .add(Column::OrganizationId.is_null())
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: RoleId) -> Result<Option<Role>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The role that this name means in an organization.
pub(crate) async fn by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<Role>> {
    Ok(Entity::find()
        .filter(of(organization))
        .filter(Column::Name.eq(name.as_str()))
        .one(connection)
        .await?)
}

/// The roles with these ids.
pub(crate) async fn by_ids(connection: &impl ConnectionTrait, ids: &[RoleId]) -> Result<Vec<Role>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// The roles that came with Slipway.
pub(crate) async fn built_in(connection: &impl ConnectionTrait) -> Result<Vec<Role>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.is_null())
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// A page of an organization's roles by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<Role>> {
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(of(organization))
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(of(organization))
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

pub(crate) async fn insert(tx: &Tx, role: &Role) -> Result<()> {
    Entity::insert(row(role))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("role", &role.name))?;
    Ok(())
}

/// Makes a built-in role that is not there yet; another process may have been faster.
pub(crate) async fn insert_missing(tx: &Tx, role: &Role) -> Result<()> {
    let keep = OnConflict::column(Column::Id).update_column(Column::Id).to_owned();
    Entity::insert(row(role))
        .on_conflict(keep)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Writes the role if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, role: &Role) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(role))
        .filter(Column::Id.eq(role.id))
        .filter(Column::Version.eq(role.version - 1))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Deletes the role in this version; says whether it was there. An assignment made in this moment keeps it.
pub(crate) async fn delete(tx: &Tx, role: &Role) -> Result<bool> {
    let result = Entity::delete_many()
        .filter(Column::Id.eq(role.id))
        .filter(Column::Version.eq(role.version))
        .exec(&**tx)
        .await
        .map_err(|error| match error.sql_err() {
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::conflict("Somebody was just given this role."),
            _ => error.into(),
        })?;
    Ok(result.rows_affected == 1)
}

/// Deletes all roles of an organization's own.
pub(crate) async fn delete_within(tx: &Tx, organization: OrganizationId) -> Result<()> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .exec(&**tx)
        .await?;
    Ok(())
}

fn row(role: &Role) -> ActiveModel {
    ActiveModel {
        id: Set(role.id),
        organization_id: Set(role.organization_id),
        name: Set(role.name.clone()),
        description: Set(role.description.clone()),
        permissions: Set(role.permissions.clone()),
        version: Set(role.version),
        created_at: Set(role.created_at),
    }
}
