//! All queries on `resources`, `resource_parents` and `resource_unique_values`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, Query};
use sea_orm::{Condition, ConnectionTrait, Order, QueryOrder, QuerySelect, Select};
use slipway_api::ids::{OrganizationId, ProjectId, ResourceId, SourceCodeVersionId, TemplateId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::resources::ResourceState;
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::links::{self, Column as LinkColumn};
use super::model::unique_values::{self, Column as UniqueColumn};
use super::model::{ActiveModel, Column, Entity, Link, Resource, UniqueValue};
use super::uniqueness::Unique;

/// A connection, or a transaction: for what several stores read.
pub(crate) use sea_orm::ConnectionTrait as Connection;

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0040_resources",
    steps: || {
        vec![
            Step::Table(
                Table::new("resources")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("project_id", Type::Id)
                    .col("template_id", Type::Id)
                    .col("name", Type::Name)
                    .opt("source_code_version_id", Type::Id)
                    .col("labels", Type::Text)
                    .opt("workspace_id", Type::Id)
                    .col("state", Type::Id)
                    .col("specification", Type::Json)
                    .opt("sealed", Type::Bytes)
                    .col("outputs", Type::Json)
                    .col("stale", Type::Json)
                    .opt("change_id", Type::Id)
                    .col("revision", Type::Integer)
                    .col("created_by", Type::Name)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique(
                        "resources_project_id_template_id_name_key",
                        &["project_id", "template_id", "name"],
                    )
                    .unique("resources_workspace_id_key", &["workspace_id"])
                    .index("resources_organization_id_name_idx", &["organization_id", "name"])
                    .index("resources_template_id_idx", &["template_id"])
                    .index("resources_source_code_version_id_idx", &["source_code_version_id"])
                    .references("organization_id", "organizations")
                    .references("project_id", "projects")
                    .references("template_id", "templates"),
            ),
            Step::Table(
                Table::new("resource_parents")
                    .col("resource_id", Type::Id)
                    .col("parent_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("position", Type::Integer)
                    .primary(&["resource_id", "parent_id"])
                    .index("resource_parents_parent_id_idx", &["parent_id"])
                    .belongs_to("resource_id", "resources")
                    .references("parent_id", "resources"),
            ),
            Step::Table(
                Table::new("resource_unique_values")
                    .col("template_id", Type::Id)
                    .col("variable", Type::Name)
                    .col("digest", Type::Id)
                    .col("resource_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .primary(&["template_id", "variable", "digest"])
                    .index("resource_unique_values_resource_id_idx", &["resource_id"])
                    .belongs_to("resource_id", "resources"),
            ),
        ]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name or a label, any case.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
    /// In this project.
    pub project: Option<ProjectId>,
    /// Of this template.
    pub template: Option<TemplateId>,
    /// With this version.
    pub version: Option<SourceCodeVersionId>,
    /// That stand on this one.
    pub parent: Option<ResourceId>,
    /// In this state.
    pub state: Option<ResourceState>,
    /// Only those that should be brought up to date, or only the others.
    pub is_stale: Option<bool>,
}

/// Fields that a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    Name,
    /// When it last changed.
    UpdatedAt,
}

/// Order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sort {
    /// By which field.
    pub by: SortBy,
    /// Largest first.
    pub descending: bool,
}

impl SortBy {
    /// Where a row stands in the order, as text for `page[after]`.
    #[must_use]
    pub fn cursor(self, resource: &Resource) -> String {
        match self {
            Self::Name => format!("{}\n{}", resource.id, resource.name),
            Self::UpdatedAt => format!("{}\n{}", resource.id, resource.updated_at.unix_ms()),
        }
    }
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, resource: &Resource) -> Result<()> {
    Entity::insert(ActiveModel::from(resource.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(resource))?;
    Ok(())
}

fn taken(resource: &Resource) -> Error {
    Error::new(
        Code::AlreadyExists,
        format!(
            "The name \"{}\" is taken by another resource of this template in the project; choose another.",
            resource.name
        ),
    )
    .at_field("/data/attributes/name")
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, resource: &Resource) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(resource.clone()).reset_all())
        .filter(Column::Id.eq(resource.id))
        .filter(Column::Version.eq(resource.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(resource))?;
    Ok(saved.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: ResourceId) -> Result<Option<Resource>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: ResourceId) -> Result<Option<Resource>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those of an organization that have these ids.
pub(crate) async fn of_ids(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    ids: &[ResourceId],
) -> Result<Vec<Resource>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// Removes one, with what it stands on and what is unique of it; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: ResourceId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Says anew what a resource stands on.
pub(crate) async fn set_links(tx: &Tx, resource: &Resource, parents: &[ResourceId]) -> Result<()> {
    links::Entity::delete_many()
        .filter(LinkColumn::ResourceId.eq(resource.id))
        .exec(&**tx)
        .await?;
    if parents.is_empty() {
        return Ok(());
    }
    let row = |(position, parent): (usize, &ResourceId)| Link {
        resource_id: resource.id,
        parent_id: *parent,
        organization_id: resource.organization_id,
        position: i64::try_from(position).unwrap_or(i64::MAX),
    };
    let rows = parents.iter().enumerate().map(row);
    let rows = rows.map(|link| links::ActiveModel::from(link).reset_all());
    links::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    Ok(())
}

/// What stands on one of these, directly.
pub(crate) async fn links_to(connection: &impl ConnectionTrait, parents: &[ResourceId]) -> Result<Vec<Link>> {
    Ok(links::Entity::find()
        .filter(LinkColumn::ParentId.is_in(parents.iter().copied()))
        .order_by_asc(LinkColumn::ResourceId)
        .all(connection)
        .await?)
}

/// Says anew which values of a resource nobody else may have.
///
/// # Errors
///
/// `AlreadyExists` when another has one of them.
pub(crate) async fn set_unique(tx: &Tx, resource: ResourceId, rows: Vec<UniqueValue>) -> Result<()> {
    unique_values::Entity::delete_many()
        .filter(UniqueColumn::ResourceId.eq(resource))
        .exec(&**tx)
        .await?;
    for row in rows {
        let name = row.variable.clone();
        unique_values::Entity::insert(unique_values::ActiveModel::from(row).reset_all())
            .exec_without_returning(&**tx)
            .await
            .on_unique(|| {
                let detail = format!("Another resource of this template has this value of \"{name}\"; choose another.");
                Error::new(Code::AlreadyExists, detail).at_field(&format!("/data/attributes/values/{name}"))
            })?;
    }
    Ok(())
}

/// Who has one of these values, by variable.
pub(crate) async fn having(
    connection: &impl ConnectionTrait,
    template: TemplateId,
    Unique(values): &Unique,
) -> Result<Vec<UniqueValue>> {
    if values.is_empty() {
        return Ok(Vec::new());
    }
    let found = unique_values::Entity::find()
        .filter(UniqueColumn::TemplateId.eq(template))
        .filter(UniqueColumn::Digest.is_in(values.iter().map(|(_, digest)| digest.as_str())))
        .all(connection)
        .await?;
    let is_same = |row: &UniqueValue| values.contains(&(row.variable.clone(), row.digest.clone()));
    Ok(found.into_iter().filter(is_same).collect())
}

/// The one with this name, if there is one.
pub(crate) async fn named(
    connection: &impl ConnectionTrait,
    (project, template): (ProjectId, TemplateId),
    name: &Name,
) -> Result<Option<Resource>> {
    Ok(Entity::find()
        .filter(Column::ProjectId.eq(project))
        .filter(Column::TemplateId.eq(template))
        .filter(Column::Name.eq(name.clone()))
        .one(connection)
        .await?)
}

/// Those with these ids, which stay as they are until the transaction ends; always in the same order, so that two who hold
/// several do not wait for each other.
pub(crate) async fn hold_all(tx: &Tx, ids: &[ResourceId]) -> Result<Vec<Resource>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(&**tx)
        .await?)
}

/// What these stand on, directly.
pub(crate) async fn links_from(connection: &impl ConnectionTrait, children: &[ResourceId]) -> Result<Vec<Link>> {
    Ok(links::Entity::find()
        .filter(LinkColumn::ResourceId.is_in(children.iter().copied()))
        .order_by_asc(LinkColumn::ResourceId)
        .order_by_asc(LinkColumn::Position)
        .all(connection)
        .await?)
}

/// Resources of a template that may be seen and that are not destroyed, by name, the first ones.
pub(crate) async fn candidates(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    template: TemplateId,
    limit: u64,
) -> Result<Vec<Resource>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::TemplateId.eq(template))
        .filter(Column::State.ne(ResourceState::Destroyed))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(connection)
        .await?)
}

/// A page of an organization's that may be seen.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    sort: Sort,
    page: &Page,
) -> Result<Listed<Resource>> {
    let matching = matching(organization, filter).filter(visible.condition(Column::ProjectId, Column::Id));
    let total = matching
        .clone()
        .select_only()
        .column(Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let mut query = matching;
    if let Some(cursor) = &page.after {
        query = query.filter(behind(sort, cursor)?);
    }
    let order = if sort.descending { Order::Desc } else { Order::Asc };
    let query = match sort.by {
        SortBy::Name => query.order_by(Column::Name, order.clone()),
        SortBy::UpdatedAt => query.order_by(Column::UpdatedAt, order.clone()),
    };
    let query = query.order_by(Column::Id, order);
    let rows = query.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed { rows, total })
}

fn matching(organization: OrganizationId, filter: &Filter<'_>) -> Select<Entity> {
    let mut all = Condition::all().add(Column::OrganizationId.eq(organization));
    if let Some(text) = filter.text.filter(|text| !text.is_empty()) {
        let any = Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Labels, text));
        all = all.add(any);
    }
    if let Some(label) = filter.label.filter(|label| !label.is_empty()) {
        all = all.add(contains(Column::Labels, &format!("\n{label}\n")));
    }
    if let Some(parent) = filter.parent {
        let children = Query::select()
            .column(LinkColumn::ResourceId)
            .from(links::Entity)
            .and_where(LinkColumn::ParentId.eq(parent))
            .to_owned();
        all = all.add(Column::Id.in_subquery(children));
    }
    if let Some(is_stale) = filter.is_stale {
        let fresh = Expr::col(Column::Stale).cast_as("char(2)").eq("[]");
        all = all.add(if is_stale { fresh.not() } else { fresh });
    }
    let all = all
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(filter.template.map(|template| Column::TemplateId.eq(template)))
        .add_option(filter.version.map(|version| Column::SourceCodeVersionId.eq(version)))
        .add_option(filter.state.map(|state| Column::State.eq(state)));
    Entity::find().filter(all)
}

/// Whether a column has `text` in it, in any case.
fn contains(column: Column, text: &str) -> Expr {
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// The rows behind a cursor.
fn behind(sort: Sort, cursor: &str) -> Result<Condition> {
    let refused = || Error::malformed_parameter("page[after]", "Pass what the page before gave as \"next-after\".");
    let beyond = |column: Column, value: sea_orm::Value| match sort.descending {
        true => Expr::col(column).lt(value),
        false => Expr::col(column).gt(value),
    };
    let (id, text) = cursor.split_once('\n').ok_or_else(refused)?;
    let (column, value): (_, sea_orm::Value) = match sort.by {
        SortBy::Name => (Column::Name, text.into()),
        SortBy::UpdatedAt => {
            let at: i64 = text.parse().map_err(|_| refused())?;
            (Column::UpdatedAt, at.into())
        }
    };
    let same = Condition::all()
        .add(Expr::col(column).eq(value.clone()))
        .add(beyond(Column::Id, id.into()));
    Ok(Condition::any().add(beyond(column, value)).add(same))
}

/// Those of an organization, of one template if that is said, that are there and may be seen.
pub(crate) async fn provisioned(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    template: Option<TemplateId>,
) -> Result<Vec<Resource>> {
    let of = template.map(|template| Column::TemplateId.eq(template));
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::State.eq(ResourceState::Provisioned))
        .filter(Condition::all().add_option(of))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .all(connection)
        .await?)
}

/// Ids of all of a project.
pub(crate) async fn ids_of_project(connection: &impl ConnectionTrait, project: ProjectId) -> Result<Vec<ResourceId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ProjectId.eq(project))
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(connection)
        .await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Resource>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// How many resources that are there and may be seen have each version, of an organization or one of its projects.
pub(crate) async fn versions_in_use(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    project: Option<ProjectId>,
) -> Result<Vec<(TemplateId, SourceCodeVersionId, u64)>> {
    let of = project.map(|project| Column::ProjectId.eq(project));
    let rows: Vec<(TemplateId, SourceCodeVersionId, i64)> = Entity::find()
        .select_only()
        .columns([Column::TemplateId, Column::SourceCodeVersionId])
        .column_as(Column::Id.count(), "count")
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::State.eq(ResourceState::Provisioned))
        .filter(Column::SourceCodeVersionId.is_not_null())
        .filter(Condition::all().add_option(of))
        .filter(visible.condition(Column::ProjectId, Column::Id))
        .group_by(Column::TemplateId)
        .group_by(Column::SourceCodeVersionId)
        .into_tuple()
        .all(connection)
        .await?;
    let counted = rows
        .into_iter()
        .map(|(template, version, count)| (template, version, u64::try_from(count).unwrap_or(0)));
    Ok(counted.collect())
}

/// Forgets what a resource stands on, and that others stand on it.
pub(crate) async fn remove_links(tx: &Tx, id: ResourceId) -> Result<()> {
    let touching = Condition::any()
        .add(LinkColumn::ResourceId.eq(id))
        .add(LinkColumn::ParentId.eq(id));
    links::Entity::delete_many().filter(touching).exec(&**tx).await?;
    Ok(())
}
