//! All queries on `service_instances`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId, ServiceId, ServiceInstanceId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, ServiceInstance};
use crate::apps::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0031_service_instances",
    steps: || {
        vec![Step::Table(
            Table::new("service_instances")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("service_id", Type::Id)
                .col("name", Type::Name)
                .col("resource_id", Type::Id)
                .col("is_leaving", Type::Boolean)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique(
                    "service_instances_organization_id_name_key",
                    &["organization_id", "name"],
                )
                .index("service_instances_service_id_idx", &["service_id"])
                .index("service_instances_resource_id_idx", &["resource_id"])
                .references("organization_id", "organizations")
                .references("project_id", "projects")
                .references("service_id", "services"),
        )]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, any case.
    pub text: Option<&'a str>,
    /// Of this service.
    pub service: Option<ServiceId>,
    /// Of this project.
    pub project: Option<ProjectId>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(super) async fn insert(tx: &Tx, instance: &ServiceInstance) -> Result<()> {
    let row = ActiveModel::from(instance.clone()).reset_all();
    Entity::insert(row).exec_without_returning(&**tx).await.on_unique(|| {
        let detail = format!(
            "The name \"{}\" is taken by another service instance; choose another.",
            instance.name
        );
        Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/name")
    })?;
    Ok(())
}

/// Notes whether one is leaving.
pub(super) async fn note_leaving(tx: &Tx, id: ServiceInstanceId, is_leaving: bool) -> Result<()> {
    let row = ActiveModel {
        is_leaving: Set(is_leaving),
        ..Default::default()
    };
    let one = Entity::update_many().set(row).filter(Column::Id.eq(id));
    one.exec(&**tx).await?;
    Ok(())
}

/// Removes one; says whether it was there.
pub(super) async fn delete(tx: &Tx, id: ServiceInstanceId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(super) async fn find(connection: &impl ConnectionTrait, id: ServiceInstanceId) -> Result<Option<ServiceInstance>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one with this resource.
pub(super) async fn of_resource(
    connection: &impl ConnectionTrait,
    resource: ResourceId,
) -> Result<Option<ServiceInstance>> {
    let those = Entity::find().filter(Column::ResourceId.eq(resource));
    Ok(those.one(connection).await?)
}

/// All of a service.
pub(super) async fn of_service(connection: &impl ConnectionTrait, service: ServiceId) -> Result<Vec<ServiceInstance>> {
    let those = Entity::find().filter(Column::ServiceId.eq(service));
    Ok(those.all(connection).await?)
}

/// How many there are of a service.
pub(crate) async fn count_of(connection: &impl ConnectionTrait, service: ServiceId) -> Result<u64> {
    let those = Entity::find().filter(Column::ServiceId.eq(service));
    Ok(those.count(connection).await?)
}

/// Those that were ordered before a time and are leaving or may never have got their resource, a bounded number.
pub(super) async fn older(
    connection: &impl ConnectionTrait,
    before: Timestamp,
    after: Option<ServiceInstanceId>,
) -> Result<Vec<ServiceInstance>> {
    let those = Entity::find()
        .filter(Column::CreatedAt.lt(before))
        .filter(Condition::all().add_option(after.map(|after| Column::Id.gt(after))))
        .order_by_asc(Column::Id)
        .limit(500);
    Ok(those.all(connection).await?)
}

/// A page of an organization's that may be seen, by name.
pub(super) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<ServiceInstance>> {
    let text = filter.text.filter(|text| !text.is_empty());
    let matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .filter(
            Condition::all()
                .add_option(text.map(|text| contains(Column::Name, text)))
                .add_option(filter.service.map(|service| Column::ServiceId.eq(service)))
                .add_option(filter.project.map(|project| Column::ProjectId.eq(project))),
        );
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
