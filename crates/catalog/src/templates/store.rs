//! All queries on `templates` and `template_parents`.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, Query};
use sea_orm::{Condition, ConnectionTrait, FromQueryResult, Order, QueryOrder, QuerySelect, Select};
use slipway_api::ids::{OrganizationId, TemplateId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::templates::{TemplateKey, TemplateNode, TemplateStatus};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::links::{self, Column as LinkColumn};
use super::model::{ActiveModel, Column, Entity, Link, Template};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0030_templates",
    steps: || {
        vec![
            Step::Table(
                Table::new("templates")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("key", Type::Id)
                    .col("name", Type::Name)
                    .col("description", Type::Text)
                    .col("documentation", Type::Text)
                    .col("is_abstract", Type::Boolean)
                    .col("status", Type::Id)
                    .opt("naming", Type::Text)
                    .col("labels", Type::Text)
                    .col("details", Type::Json)
                    .col("engine", Type::Id)
                    .col("engine_version", Type::Name)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("templates_organization_id_key_key", &["organization_id", "key"])
                    .references("organization_id", "organizations"),
            ),
            Step::Table(
                Table::new("template_parents")
                    .col("template_id", Type::Id)
                    .col("parent_id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("position", Type::Integer)
                    .col("minimum", Type::Integer)
                    .opt("maximum", Type::Integer)
                    .opt("alternative", Type::Name)
                    .primary(&["template_id", "parent_id"])
                    .index("template_parents_parent_id_idx", &["parent_id"])
                    .index("template_parents_organization_id_idx", &["organization_id"])
                    .belongs_to("template_id", "templates")
                    .references("parent_id", "templates"),
            ),
        ]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, the key or a label, any case.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
    /// That stand on this one.
    pub parent: Option<TemplateId>,
    /// Only abstract ones, or only the others.
    pub is_abstract: Option<bool>,
    /// With this status.
    pub status: Option<TemplateStatus>,
}

/// Fields that a list can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// What files call it.
    Key,
    /// What people call it.
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
    pub fn cursor(self, template: &Template) -> String {
        match self {
            Self::Key => template.key.to_string(),
            Self::Name => format!("{}\n{}", template.id, template.name),
            Self::UpdatedAt => format!("{}\n{}", template.id, template.updated_at.unix_ms()),
        }
    }
}

/// A template as the hierarchy shows it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(crate) struct Known {
    pub(crate) id: TemplateId,
    pub(crate) key: TemplateKey,
    pub(crate) name: String,
    pub(crate) is_abstract: bool,
    pub(crate) status: TemplateStatus,
}

impl Known {
    /// It in a tree.
    pub(crate) fn node(self, distance: u32) -> TemplateNode {
        TemplateNode {
            id: self.id,
            key: self.key,
            name: self.name,
            is_abstract: self.is_abstract,
            status: self.status,
            distance,
        }
    }
}

/// Adds one.
pub(crate) async fn insert(tx: &Tx, template: &Template) -> Result<()> {
    Entity::insert(ActiveModel::from(template.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(template))?;
    Ok(())
}

fn taken(template: &Template) -> Error {
    let key = &template.key;
    Error::new(
        slipway_api::Code::AlreadyExists,
        format!("The key \"{key}\" is taken by another template; choose another."),
    )
    .at_field("/data/attributes/key")
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, template: &Template) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(template.clone()).reset_all())
        .filter(Column::Id.eq(template.id))
        .filter(Column::Version.eq(template.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Says anew what a template stands on; returns what it stood on before.
pub(crate) async fn set_parents(tx: &Tx, template: TemplateId, parents: &[Link]) -> Result<Vec<TemplateId>> {
    let of_template = LinkColumn::TemplateId.eq(template);
    let before = links::Entity::find()
        .select_only()
        .column(LinkColumn::ParentId)
        .filter(of_template.clone())
        .into_tuple()
        .all(&**tx)
        .await?;
    links::Entity::delete_many().filter(of_template).exec(&**tx).await?;
    if !parents.is_empty() {
        let rows = parents
            .iter()
            .map(|link| links::ActiveModel::from(link.clone()).reset_all());
        links::Entity::insert_many(rows).exec_without_returning(&**tx).await?;
    }
    Ok(before)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: TemplateId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// All that an organization has, which stay as they are until the transaction ends: two who change the hierarchy wait for
/// each other, so that each sees what the other did.
pub(crate) async fn hold_all(tx: &Tx, organization: OrganizationId) -> Result<Vec<Known>> {
    // SQLite has one writer and ignores the lock.
    known(organization)
        .lock_exclusive()
        .into_model()
        .all(&**tx)
        .await
        .map_err(Into::into)
}

/// All that an organization has.
pub(crate) async fn all_known(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Known>> {
    Ok(known(organization).into_model().all(connection).await?)
}

fn known(organization: OrganizationId) -> Select<Entity> {
    let columns = [
        Column::Id,
        Column::Key,
        Column::Name,
        Column::IsAbstract,
        Column::Status,
    ];
    Entity::find()
        .select_only()
        .columns(columns)
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Column::Id)
}

/// Who stands on whom in an organization.
pub(crate) async fn links(connection: &impl ConnectionTrait, organization: OrganizationId) -> Result<Vec<Link>> {
    Ok(links::Entity::find()
        .filter(LinkColumn::OrganizationId.eq(organization))
        .order_by_asc(LinkColumn::TemplateId)
        .order_by_asc(LinkColumn::Position)
        .all(connection)
        .await?)
}

/// What each of these stands on, with the keys of those, in two queries.
pub(crate) async fn parents_of(
    connection: &impl ConnectionTrait,
    ids: &[TemplateId],
) -> Result<BTreeMap<TemplateId, Vec<(TemplateKey, Link)>>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let links = links::Entity::find()
        .filter(LinkColumn::TemplateId.is_in(ids.iter().copied()))
        .order_by_asc(LinkColumn::TemplateId)
        .order_by_asc(LinkColumn::Position)
        .all(connection)
        .await?;
    let wanted = links.iter().map(|link| link.parent_id);
    let keys: Vec<(TemplateId, TemplateKey)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Key])
        .filter(Column::Id.is_in(wanted))
        .into_tuple()
        .all(connection)
        .await?;
    let keys: BTreeMap<TemplateId, TemplateKey> = keys.into_iter().collect();
    let mut found: BTreeMap<TemplateId, Vec<(TemplateKey, Link)>> = BTreeMap::new();
    for link in links {
        if let Some(key) = keys.get(&link.parent_id) {
            found.entry(link.template_id).or_default().push((key.clone(), link));
        }
    }
    Ok(found)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: TemplateId) -> Result<Option<Template>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: TemplateId) -> Result<Option<Template>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those of these ids that are there.
pub(crate) async fn of_ids(connection: &impl ConnectionTrait, ids: &[TemplateId]) -> Result<Vec<Template>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// The keys of these.
pub(crate) async fn keys(
    connection: &impl ConnectionTrait,
    ids: &[TemplateId],
) -> Result<Vec<(TemplateId, TemplateKey)>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(Entity::find()
        .select_only()
        .columns([Column::Id, Column::Key])
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(connection)
        .await?)
}

/// Those of an organization that have one of these keys.
pub(crate) async fn with_keys(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    keys: &[TemplateKey],
) -> Result<Vec<Template>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Key.is_in(keys.iter().cloned()))
        .all(connection)
        .await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Template>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
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
) -> Result<Listed<Template>> {
    // Templates stand in no project: only grants on the organization or on the template itself count.
    let matching = matching(organization, filter).filter(visible.condition(Column::Id, Column::Id));
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
        SortBy::Key => query.order_by(Column::Key, order),
        SortBy::Name => query.order_by(Column::Name, order.clone()).order_by(Column::Id, order),
        SortBy::UpdatedAt => query
            .order_by(Column::UpdatedAt, order.clone())
            .order_by(Column::Id, order),
    };
    let rows = query.offset(page.offset()).limit(page.limit()).all(connection).await?;
    Ok(Listed { rows, total })
}

fn matching(organization: OrganizationId, filter: &Filter<'_>) -> Select<Entity> {
    let mut query = Entity::find().filter(Column::OrganizationId.eq(organization));
    if let Some(text) = filter.text.filter(|text| !text.is_empty()) {
        let any = Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Key, text))
            .add(contains(Column::Labels, text));
        query = query.filter(any);
    }
    if let Some(label) = filter.label.filter(|label| !label.is_empty()) {
        query = query.filter(contains(Column::Labels, &format!("\n{label}\n")));
    }
    if let Some(parent) = filter.parent {
        let children = Query::select()
            .column(LinkColumn::TemplateId)
            .from(links::Entity)
            .and_where(LinkColumn::ParentId.eq(parent))
            .to_owned();
        query = query.filter(Column::Id.in_subquery(children));
    }
    if let Some(is_abstract) = filter.is_abstract {
        query = query.filter(Column::IsAbstract.eq(is_abstract));
    }
    if let Some(status) = filter.status {
        query = query.filter(Column::Status.eq(status));
    }
    query
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
    let (column, value, id): (_, sea_orm::Value, _) = match sort.by {
        SortBy::Key => return Ok(Condition::all().add(beyond(Column::Key, cursor.into()))),
        SortBy::Name => {
            let (id, name) = cursor.split_once('\n').ok_or_else(refused)?;
            (Column::Name, name.into(), id)
        }
        SortBy::UpdatedAt => {
            let (id, at) = cursor.split_once('\n').ok_or_else(refused)?;
            let at: i64 = at.parse().map_err(|_| refused())?;
            (Column::UpdatedAt, at.into(), id)
        }
    };
    let same = Condition::all()
        .add(Expr::col(column).eq(value.clone()))
        .add(beyond(Column::Id, id.into()));
    Ok(Condition::any().add(beyond(column, value)).add(same))
}
