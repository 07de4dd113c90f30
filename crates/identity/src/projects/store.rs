//! All queries on `projects`.

use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, DbBackend, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Project};
use crate::organizations::store::contains;

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0002_projects",
    steps: || {
        vec![Step::Table(
            Table::new("projects")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .opt("description", Type::Text)
                .col("is_default", Type::Boolean)
                .col("is_deleting", Type::Boolean)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .primary(&["id"])
                .unique("projects_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Which projects to list.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Of this organization.
    pub organization: OrganizationId,
    /// What the caller may see of it.
    pub visible: Visibility,
    /// Part of the name, any case.
    pub name: Option<String>,
    /// Only those with one of these names.
    pub names: Option<Vec<String>>,
}

impl Filter {
    fn condition(&self) -> Condition {
        Condition::all()
            .add(Column::OrganizationId.eq(self.organization))
            .add(self.visible.condition(Column::Id, Column::Id))
            .add_option(self.name.as_ref().map(|text| contains(Column::Name, text)))
            .add_option(
                self.names
                    .as_ref()
                    .map(|names| Column::Name.is_in(names.iter().cloned())),
            )
    }
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: ProjectId) -> Result<Option<Project>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn default_of(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Option<Project>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::IsDefault.eq(true))
        .one(connection)
        .await?)
}

/// The project, which stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: ProjectId) -> Result<Option<Project>> {
    let query = Entity::find_by_id(id);
    // MariaDB has no `FOR SHARE`; SQLite has one writer and needs no lock.
    let query = match tx.backend() {
        DbBackend::Postgres => query.lock_shared(),
        _ => query.lock_exclusive(),
    };
    Ok(query.one(&**tx).await?)
}

/// The organizations of those of `scopes` that are projects.
pub(crate) async fn organizations_of(
    connection: &impl ConnectionTrait,
    scopes: &[String],
) -> Result<Vec<OrganizationId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .filter(Column::Id.is_in(scopes.iter().cloned()))
        .distinct()
        .into_tuple()
        .all(connection)
        .await?)
}

pub(crate) async fn insert(tx: &Tx, project: &Project) -> Result<()> {
    Entity::insert(row(project))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("project", &project.name))?;
    Ok(())
}

/// Writes the project if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, project: &Project) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(project))
        .filter(Column::Id.eq(project.id))
        .filter(Column::Version.eq(project.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("project", &project.name))?;
    Ok(result.rows_affected == 1)
}

pub(crate) async fn delete(tx: &Tx, id: ProjectId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// A page of projects by name.
pub(crate) async fn list(connection: &impl ConnectionTrait, filter: &Filter, page: &Page) -> Result<Listed<Project>> {
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

/// All projects of an organization, by id.
pub(crate) async fn ids_within(connection: &impl ConnectionTrait, id: OrganizationId) -> Result<Vec<ProjectId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganizationId.eq(id))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await?)
}

/// Those that wait to be emptied.
pub(crate) async fn deleting(connection: &impl ConnectionTrait) -> Result<Vec<Project>> {
    Ok(Entity::find()
        .filter(Column::IsDeleting.eq(true))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

fn row(project: &Project) -> ActiveModel {
    ActiveModel {
        id: Set(project.id),
        organization_id: Set(project.organization_id),
        name: Set(project.name.clone()),
        description: Set(project.description.clone()),
        is_default: Set(project.is_default),
        is_deleting: Set(project.is_deleting),
        version: Set(project.version),
        created_at: Set(project.created_at),
        updated_at: Set(project.updated_at),
    }
}
