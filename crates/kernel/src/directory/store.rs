//! All queries on `directory_objects` and `directory_edges`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr, OnConflict};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId};
use slipway_api::page::EXACT_TOTAL;

use super::{Edge, Object};
use crate::db::Tx;
use crate::db::migrations::{Migration, Step};
use crate::db::schema::{Table, Type};
use crate::errors::Result;
use crate::grants::Visibility;
use crate::http::{Listed, Page};

pub(crate) const MIGRATION: Migration = Migration {
    name: "kernel_0002_directory",
    steps: || {
        vec![
            Step::Table(
                Table::new("directory_objects")
                    .col("id", Type::Id)
                    .col("kind", Type::Id)
                    .opt("organization_id", Type::Id)
                    .opt("project_id", Type::Id)
                    .col("name", Type::Name)
                    .col("status", Type::Id)
                    .col("labels", Type::Text)
                    .primary(&["id"])
                    .index(
                        "directory_objects_organization_id_kind_idx",
                        &["organization_id", "kind", "name"],
                    ),
            ),
            Step::Table(
                Table::new("directory_edges")
                    .col("from_id", Type::Id)
                    .col("to_id", Type::Id)
                    .col("why", Type::Id)
                    .primary(&["from_id", "to_id", "why"])
                    .index("directory_edges_to_id_idx", &["to_id"]),
            ),
        ]
    },
};

/// Rows of objects.
pub mod objects {
    use sea_orm::entity::prelude::*;
    use slipway_api::ids::{OrganizationId, ProjectId};

    /// An object.
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "directory_objects")]
    pub struct Model {
        /// Its id.
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        /// Its kind.
        pub kind: String,
        /// Its organization.
        pub organization_id: Option<OrganizationId>,
        /// Its project.
        pub project_id: Option<ProjectId>,
        /// Its name.
        pub name: String,
        /// Its status in a word.
        pub status: String,
        /// Its labels, to be searched.
        pub labels: String,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}
    impl ActiveModelBehavior for ActiveModel {}
}

/// Rows of edges.
pub(super) mod edges {
    use sea_orm::entity::prelude::*;

    /// An edge.
    #[derive(Clone, Debug, DeriveEntityModel)]
    #[sea_orm(table_name = "directory_edges")]
    pub struct Model {
        /// What depends.
        #[sea_orm(primary_key, auto_increment = false)]
        pub from_id: String,
        /// What it depends on.
        #[sea_orm(primary_key, auto_increment = false)]
        pub to_id: String,
        /// Why.
        #[sea_orm(primary_key, auto_increment = false)]
        pub why: String,
    }

    /// An edge is joined with the object that depends.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {
        #[sea_orm(
            belongs_to = "super::objects::Entity",
            from = "Column::FromId",
            to = "super::objects::Column::Id"
        )]
        From,
    }
    impl Related<super::objects::Entity> for Entity {
        fn to() -> RelationDef {
            Relation::From.def()
        }
    }
    impl ActiveModelBehavior for ActiveModel {}
}

/// The object, if it is there.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: &str) -> Result<Option<objects::Model>> {
    Ok(objects::Entity::find_by_id(id).one(connection).await?)
}

/// Writes the object, new or changed.
///
/// # Errors
///
/// Those of the database.
pub async fn put(tx: &Tx, object: &Object) -> Result<()> {
    use objects::Column;
    let row = objects::ActiveModel {
        id: Set(object.id.clone()),
        kind: Set(object.kind.to_owned()),
        organization_id: Set(object.organization),
        project_id: Set(object.project),
        name: Set(object.name.clone()),
        status: Set(object.status.clone()),
        labels: Set(object.labels.clone()),
    };
    let replace = OnConflict::column(Column::Id)
        .update_columns([
            Column::Kind,
            Column::OrganizationId,
            Column::ProjectId,
            Column::Name,
            Column::Status,
            Column::Labels,
        ])
        .to_owned();
    objects::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Changes only the status of an object.
///
/// # Errors
///
/// Those of the database.
pub async fn set_status(tx: &Tx, id: &str, status: &str) -> Result<()> {
    objects::Entity::update_many()
        .col_expr(objects::Column::Status, Expr::value(status))
        .filter(objects::Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes the object and every edge from or to it.
///
/// # Errors
///
/// Those of the database.
pub async fn remove(tx: &Tx, id: &str) -> Result<()> {
    objects::Entity::delete_by_id(id).exec(&**tx).await?;
    let touching = Condition::any()
        .add(edges::Column::FromId.eq(id))
        .add(edges::Column::ToId.eq(id));
    edges::Entity::delete_many().filter(touching).exec(&**tx).await?;
    Ok(())
}

/// Adds an edge; an equal one stays as it is.
///
/// # Errors
///
/// Those of the database.
pub async fn connect(tx: &Tx, edge: &Edge) -> Result<()> {
    let row = edges::ActiveModel {
        from_id: Set(edge.from.clone()),
        to_id: Set(edge.to.clone()),
        why: Set(edge.why.to_owned()),
    };
    let columns = [edges::Column::FromId, edges::Column::ToId, edges::Column::Why];
    let nothing = OnConflict::columns(columns)
        .update_column(edges::Column::Why)
        .to_owned();
    edges::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Removes an edge, if it is there.
///
/// # Errors
///
/// Those of the database.
pub async fn disconnect(tx: &Tx, edge: &Edge) -> Result<()> {
    edges::Entity::delete_by_id((edge.from.clone(), edge.to.clone(), edge.why.to_owned()))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Makes `from` depend on exactly these because of `why`.
///
/// # Errors
///
/// Those of the database.
pub async fn replace(tx: &Tx, from: &str, why: &'static str, to: &[String]) -> Result<()> {
    edges::Entity::delete_many()
        .filter(edges::Column::FromId.eq(from))
        .filter(edges::Column::Why.eq(why))
        .exec(&**tx)
        .await?;
    for to in to {
        let edge = Edge {
            from: from.to_owned(),
            to: to.clone(),
            why,
        };
        connect(tx, &edge).await?;
    }
    Ok(())
}

/// Ids of what depends on `id` because of `why`.
///
/// # Errors
///
/// Those of the database.
pub async fn dependents(connection: &impl ConnectionTrait, id: &str, why: &str) -> Result<Vec<String>> {
    let rows = edges::Entity::find()
        .select_only()
        .column(edges::Column::FromId)
        .filter(edges::Column::ToId.eq(id))
        .filter(edges::Column::Why.eq(why))
        .order_by_asc(edges::Column::FromId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows)
}

/// What somebody may see of what depends on something: kinds, each with which of them.
pub type Kinds = [(&'static str, Visibility)];

/// A page of what depends on `id` and may be seen, by kind and name, each with why.
///
/// # Errors
///
/// Those of the database.
pub async fn uses(
    connection: &impl ConnectionTrait,
    id: &str,
    kinds: &Kinds,
    page: &Page,
) -> Result<Listed<(objects::Model, String)>> {
    let matching = edges::Entity::find()
        .inner_join(objects::Entity)
        .filter(edges::Column::ToId.eq(id))
        .filter(of_kinds(kinds));
    let total = matching
        .clone()
        .select_only()
        .column(edges::Column::FromId)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let rows = matching
        .filter(Condition::all().add_option(page.after.as_deref().map(behind)))
        .select_also(objects::Entity)
        .order_by_asc(objects::Column::Kind)
        .order_by_asc(objects::Column::Name)
        .order_by_asc(edges::Column::FromId)
        .order_by_asc(edges::Column::Why)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection)
        .await?;
    let rows = rows
        .into_iter()
        .filter_map(|(edge, object)| Some((object?, edge.why)))
        .collect();
    Ok(Listed { rows, total })
}

/// Where an object stands in [`uses`], for `page[after]`.
#[must_use]
pub fn place(object: &objects::Model) -> String {
    format!("{}\n{}\n{}", object.kind, object.name, object.id)
}

/// Behind a place.
fn behind(place: &str) -> Condition {
    use objects::Column;
    let mut parts = place.split('\n');
    let (kind, name, id) = (parts.next(), parts.next(), parts.next());
    let (kind, name, id) = (
        kind.unwrap_or_default(),
        name.unwrap_or_default(),
        id.unwrap_or_default(),
    );
    let same_name = Condition::all().add(Column::Name.eq(name)).add(Column::Id.gt(id));
    let same_kind = Condition::any().add(Column::Name.gt(name)).add(same_name);
    Condition::any()
        .add(Column::Kind.gt(kind))
        .add(Condition::all().add(Column::Kind.eq(kind)).add(same_kind))
}

/// How many objects of a kind depend on something.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Uses {
    /// What they depend on.
    pub to_id: String,
    /// Their kind.
    pub kind: String,
    /// How many.
    pub count: i64,
}

/// How many objects that may be seen depend on each of `ids`, in one query; those that nothing uses are left out.
///
/// # Errors
///
/// Those of the database.
pub async fn count_uses(connection: &impl ConnectionTrait, ids: &[String], kinds: &Kinds) -> Result<Vec<Uses>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(edges::Entity::find()
        .inner_join(objects::Entity)
        .select_only()
        .column(edges::Column::ToId)
        .column(objects::Column::Kind)
        .column_as(edges::Column::FromId.count(), "count")
        .filter(edges::Column::ToId.is_in(ids.iter().map(String::as_str)))
        .filter(of_kinds(kinds))
        .group_by(edges::Column::ToId)
        .group_by(objects::Column::Kind)
        .order_by_asc(objects::Column::Kind)
        .into_model::<Uses>()
        .all(connection)
        .await?)
}

/// How much depends on `id`, whoever may see it.
///
/// # Errors
///
/// Those of the database.
pub async fn count_dependents(connection: &impl ConnectionTrait, id: &str) -> Result<u64> {
    let depending = edges::Entity::find().filter(edges::Column::ToId.eq(id));
    Ok(depending.count(connection).await?)
}

/// Of these kinds, as far as they may be seen.
pub(super) fn of_kinds(kinds: &Kinds) -> Condition {
    use objects::Column;
    kinds.iter().fold(Condition::any(), |any, (kind, visibility)| {
        any.add(
            Condition::all()
                .add(Column::Kind.eq(*kind))
                .add(visibility.condition(Column::ProjectId, Column::Id)),
        )
    })
}

/// What to look for in the directory.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// In this organization.
    pub organization: OrganizationId,
    /// Kinds to look at, each with what the caller may see of it.
    pub kinds: &'a Kinds,
    /// Part of the name or labels, any case, or the whole id; empty for everything.
    pub text: &'a str,
    /// Rows at most.
    pub limit: u64,
}

/// Objects that match, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn search(connection: &impl ConnectionTrait, search: &Search<'_>) -> Result<Vec<objects::Model>> {
    use objects::Column;
    let mut query = objects::Entity::find()
        .filter(Column::OrganizationId.eq(search.organization))
        .filter(of_kinds(search.kinds));
    if !search.text.is_empty() {
        query = query.filter(with_text(search.text));
    }
    Ok(query
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(search.limit)
        .all(connection)
        .await?)
}

/// With this in the name or the labels, any case, or with this id.
pub(super) fn with_text(text: &str) -> Condition {
    use objects::Column;
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let contains = || LikeExpr::new(format!("%{escaped}%")).escape('\\');
    Condition::any()
        .add(Expr::expr(Func::lower(Expr::col(Column::Name))).like(contains()))
        .add(Expr::expr(Func::lower(Expr::col(Column::Labels))).like(contains()))
        .add(Column::Id.eq(text))
}

/// How many objects stand in a project.
///
/// # Errors
///
/// Those of the database.
pub async fn count_in_project(connection: &impl ConnectionTrait, project: ProjectId) -> Result<u64> {
    Ok(objects::Entity::find()
        .filter(objects::Column::ProjectId.eq(project))
        .count(connection)
        .await?)
}
