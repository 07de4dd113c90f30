//! All queries on `services`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ServiceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Service};
use crate::apps::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0030_services",
    steps: || {
        vec![Step::Table(
            Table::new("services")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("template_id", Type::Id)
                .col("outputs", Type::Json)
                .col("projects", Type::Json)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("services_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(super) async fn insert(tx: &Tx, service: &Service) -> Result<()> {
    let row = ActiveModel::from(service.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await.on_unique(|| {
        let detail = format!(
            "The name \"{}\" is taken by another service; choose another.",
            service.name
        );
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
    })?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(super) async fn update(tx: &Tx, service: &Service) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(service.clone()).reset_all())
        .filter(Column::Id.eq(service.id))
        .filter(Column::Version.eq(service.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Removes one; says whether it was there.
pub(super) async fn delete(tx: &Tx, id: ServiceId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: ServiceId) -> Result<Option<Service>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: ServiceId) -> Result<Option<Service>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// The one of this name.
pub(super) async fn by_name(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<Service>> {
    let named = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.clone()));
    Ok(named.one(connection).await?)
}

/// All of an organization.
pub(crate) async fn of(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Service>> {
    let those = Entity::find().filter(Column::OrganizationId.eq(organization));
    Ok(those.all(connection).await?)
}

/// A page of an organization's that may be seen, by name.
pub(super) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    text: Option<&str>,
    page: &Page,
) -> Result<Listed<Service>> {
    let text = text.filter(|text| !text.is_empty());
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::Id, Column::Id))
        .filter(Condition::all().add_option(text.map(|text| contains(Column::Name, text))));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_deref().map(|after| Expr::col(Column::Name).gt(after));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name);
    Ok(Listed {
        rows: rows.offset(page.offset()).limit(page.limit()).all(connection).await?,
        total: total.count(connection).await?,
    })
}
