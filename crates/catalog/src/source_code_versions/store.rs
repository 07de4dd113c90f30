//! All queries on `source_code_versions` and `source_code_version_variables`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{Condition, ConnectionTrait, FromQueryResult, QueryOrder, QuerySelect};
use slipway_api::Code;
use slipway_api::ids::{OrganizationId, SourceCodeId, SourceCodeVersionId, TemplateId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::source_code_versions::{Lifecycle, RefKind, VersionStatus};
use slipway_api::templates::{TemplateKey, TreeDirection};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::variables::{self, Column as VariableColumn};
use super::model::{ActiveModel, Column, Computed, Entity, Interface, SourceCodeVersion, VariableRow, called_as};
use crate::templates::model::{Link, Template};
use crate::templates::{hierarchy, store as templates};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0032_source_code_versions",
    steps: || {
        vec![
            Step::Table(
                Table::new("source_code_versions")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("template_id", Type::Id)
                    .col("source_code_id", Type::Id)
                    .col("ref_kind", Type::Id)
                    .col("ref_name", Type::Name)
                    .col("directory", Type::Name)
                    .col("commit_sha", Type::Id)
                    .opt("digest", Type::Id)
                    .opt("blob", Type::Id)
                    .opt("size_bytes", Type::Integer)
                    .col("interface", Type::Json)
                    .col("diagnostics", Type::Json)
                    .col("status", Type::Id)
                    .col("lifecycle", Type::Id)
                    .col("position", Type::Integer)
                    .col("computed", Type::Json)
                    .opt("breaking_changes", Type::Text)
                    .opt("moved", Type::Id)
                    .col("description", Type::Text)
                    .col("labels", Type::Text)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique(
                        "source_code_versions_ref_key",
                        &["template_id", "source_code_id", "ref_kind", "ref_name", "directory"],
                    )
                    .index(
                        "source_code_versions_source_code_id_idx",
                        &["source_code_id", "ref_name"],
                    )
                    .index("source_code_versions_organization_id_idx", &["organization_id"])
                    .references("organization_id", "organizations")
                    .references("template_id", "templates")
                    .references("source_code_id", "source_codes"),
            ),
            Step::Table(
                Table::new("source_code_version_variables")
                    .col("source_code_version_id", Type::Id)
                    .col("name", Type::Name)
                    .col("organization_id", Type::Id)
                    .col("position", Type::Integer)
                    .col("settings", Type::Json)
                    .opt("reference_template_id", Type::Id)
                    .opt("reference_output", Type::Name)
                    .primary(&["source_code_version_id", "name"])
                    .index(
                        "source_code_version_variables_reference_idx",
                        &["reference_template_id", "reference_output"],
                    )
                    .belongs_to("source_code_version_id", "source_code_versions"),
            ),
        ]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this template.
    pub template: Option<TemplateId>,
    /// Made of this source code.
    pub source_code: Option<SourceCodeId>,
    /// Published so far.
    pub lifecycle: Option<Lifecycle>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the template has one of the same ref and directory.
pub(crate) async fn insert(tx: &Tx, version: &SourceCodeVersion, base: &str) -> Result<()> {
    Entity::insert(ActiveModel::from(version.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = format!(
                "The template has a version {} of this source code already; refresh it, or choose another ref or directory.",
                version.called()
            );
            Error::new(Code::AlreadyExists, detail).at_field(&format!("{base}/{}", super::snapshots::field(version.ref_kind)))
        })?;
    Ok(())
}

/// Writes the next version of a row; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, version: &SourceCodeVersion) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(version.clone()).reset_all())
        .filter(Column::Id.eq(version.id))
        .filter(Column::Version.eq(version.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Notes what a version means for whoever uses the one before, which changes nothing that people said.
pub(crate) async fn set_computed(tx: &Tx, id: SourceCodeVersionId, computed: Computed) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Computed, Expr::value(sea_orm::Value::from(computed)))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Notes where the ref of a version is now, if its code is still that of `commit`; says whether that is new.
pub(crate) async fn set_moved(tx: &Tx, id: SourceCodeVersionId, commit: &str, moved: Option<&str>) -> Result<bool> {
    let differs = match moved {
        Some(moved) => Condition::any()
            .add(Column::Moved.is_null())
            .add(Column::Moved.ne(moved)),
        None => Condition::any().add(Column::Moved.is_not_null()),
    };
    let saved = Entity::update_many()
        .col_expr(Column::Moved, Expr::value(moved.map(str::to_owned)))
        .filter(Column::Id.eq(id))
        .filter(Column::CommitSha.eq(commit))
        .filter(differs)
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Says anew how the variables of a version are asked for.
pub(crate) async fn set_variables(tx: &Tx, id: SourceCodeVersionId, rows: Vec<VariableRow>) -> Result<()> {
    variables::Entity::delete_many()
        .filter(VariableColumn::SourceCodeVersionId.eq(id))
        .exec(&**tx)
        .await?;
    for rows in rows.chunks(100) {
        let rows = rows
            .iter()
            .map(|row| variables::ActiveModel::from(row.clone()).reset_all());
        variables::Entity::insert_many(rows)
            .exec_without_returning(&**tx)
            .await?;
    }
    Ok(())
}

/// How the variables of these versions are asked for, in the order of their forms.
pub(crate) async fn variables(
    connection: &impl ConnectionTrait,
    ids: &[SourceCodeVersionId],
) -> Result<HashMap<SourceCodeVersionId, Vec<VariableRow>>> {
    let rows = variables::Entity::find()
        .filter(VariableColumn::SourceCodeVersionId.is_in(ids.iter().copied()))
        .order_by_asc(VariableColumn::SourceCodeVersionId)
        .order_by_asc(VariableColumn::Position)
        .all(connection)
        .await?;
    let mut found: HashMap<SourceCodeVersionId, Vec<VariableRow>> = HashMap::new();
    for row in rows {
        found.entry(row.source_code_version_id).or_default().push(row);
    }
    Ok(found)
}

/// Versions with a variable that is an output of a template, each with the variable: what follows when that output changes.
pub(crate) async fn referring(
    connection: &impl ConnectionTrait,
    template: TemplateId,
    output: &str,
) -> Result<Vec<(SourceCodeVersionId, String)>> {
    Ok(variables::Entity::find()
        .select_only()
        .columns([VariableColumn::SourceCodeVersionId, VariableColumn::Name])
        .filter(VariableColumn::ReferenceTemplateId.eq(template))
        .filter(VariableColumn::ReferenceOutput.eq(output))
        .into_tuple()
        .all(connection)
        .await?)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: SourceCodeVersionId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(
    connection: &impl ConnectionTrait,
    id: SourceCodeVersionId,
) -> Result<Option<SourceCodeVersion>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

#[derive(Debug, FromQueryResult)]
struct Called {
    id: SourceCodeVersionId,
    ref_name: String,
    directory: String,
}

/// What people call these.
pub(crate) async fn called(
    connection: &impl ConnectionTrait,
    ids: &[SourceCodeVersionId],
) -> Result<HashMap<SourceCodeVersionId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Called> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::RefName, Column::Directory])
        .filter(Column::Id.is_in(ids.iter().copied()))
        .into_model()
        .all(connection)
        .await?;
    let named = rows
        .into_iter()
        .map(|row| (row.id, called_as(&row.ref_name, &row.directory)));
    Ok(named.collect())
}

/// The version of a template of this ref and directory.
pub(crate) async fn of_ref(
    connection: &impl ConnectionTrait,
    (template, source_code): (TemplateId, SourceCodeId),
    (kind, name): (RefKind, &str),
    directory: &str,
) -> Result<Option<SourceCodeVersion>> {
    Ok(Entity::find()
        .filter(Column::TemplateId.eq(template))
        .filter(Column::SourceCodeId.eq(source_code))
        .filter(Column::RefKind.eq(kind))
        .filter(Column::RefName.eq(name))
        .filter(Column::Directory.eq(directory))
        .one(connection)
        .await?)
}

/// All versions of a template, the oldest first.
pub(crate) async fn of_template(
    connection: &impl ConnectionTrait,
    template: TemplateId,
) -> Result<Vec<SourceCodeVersion>> {
    Ok(Entity::find()
        .filter(Column::TemplateId.eq(template))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// All versions of a source code.
pub(crate) async fn of_source_code(
    connection: &impl ConnectionTrait,
    source_code: SourceCodeId,
) -> Result<Vec<SourceCodeVersion>> {
    Ok(Entity::find()
        .filter(Column::SourceCodeId.eq(source_code))
        .order_by_asc(Column::TemplateId)
        .order_by_asc(Column::Position)
        .all(connection)
        .await?)
}

#[derive(Debug, FromQueryResult)]
struct Given {
    template_id: TemplateId,
    interface: Interface,
}

/// The names of the outputs that versions of these templates give, of those that can be used.
pub(crate) async fn outputs(
    connection: &impl ConnectionTrait,
    templates: &[TemplateId],
) -> Result<BTreeMap<TemplateId, BTreeSet<String>>> {
    if templates.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<Given> = Entity::find()
        .select_only()
        .columns([Column::TemplateId, Column::Interface])
        .filter(Column::TemplateId.is_in(templates.iter().copied()))
        .filter(Column::Status.eq(VersionStatus::Ready))
        .filter(Column::Lifecycle.ne(Lifecycle::Archived))
        .into_model()
        .all(connection)
        .await?;
    let mut found: BTreeMap<TemplateId, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let names = row.interface.0.outputs.into_iter().map(|output| output.name);
        found.entry(row.template_id).or_default().extend(names);
    }
    Ok(found)
}

/// The templates that one stands on by their keys, each with the outputs that its versions give.
pub(crate) type Ancestors = BTreeMap<TemplateKey, (TemplateId, BTreeSet<String>)>;

/// The templates that one stands on, however many steps between, with the outputs that their versions give.
pub(crate) async fn ancestors(connection: &impl ConnectionTrait, template: &Template) -> Result<Ancestors> {
    let links = templates::links(connection, template.organization_id).await?;
    let edges: Vec<hierarchy::Edge> = links.iter().map(Link::edge).collect();
    let reached = hierarchy::reached(&edges, template.id, TreeDirection::Parents);
    let ids: Vec<TemplateId> = reached
        .into_iter()
        .filter_map(|(id, distance)| (distance > 0).then_some(id))
        .collect();
    let keys = templates::keys(connection, &ids).await?;
    let mut given = outputs(connection, &ids).await?;
    let found = keys
        .into_iter()
        .map(|(id, key)| (key, (id, given.remove(&id).unwrap_or_default())));
    Ok(found.collect())
}

#[derive(Debug, FromQueryResult)]
struct Placed {
    id: SourceCodeVersionId,
    template_id: TemplateId,
}

/// The recommended version of each of these templates: the active one with the highest place.
pub(crate) async fn recommended(
    connection: &impl ConnectionTrait,
    templates: &[TemplateId],
) -> Result<HashMap<TemplateId, SourceCodeVersionId>> {
    let rows: Vec<Placed> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::TemplateId])
        .filter(Column::TemplateId.is_in(templates.iter().copied()))
        .filter(Column::Lifecycle.eq(Lifecycle::Active))
        .order_by_asc(Column::Position)
        .order_by_asc(Column::Id)
        .into_model()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.template_id, row.id)).collect())
}

/// Those of these ids that are there.
pub(crate) async fn of_ids(
    connection: &impl ConnectionTrait,
    ids: &[SourceCodeVersionId],
) -> Result<Vec<SourceCodeVersion>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// The highest place of a template's versions; 0 when there is none.
pub(crate) async fn highest(connection: &impl ConnectionTrait, template: TemplateId) -> Result<i64> {
    let found: Option<Option<i64>> = Entity::find()
        .select_only()
        .column_as(Column::Position.max(), "highest")
        .filter(Column::TemplateId.eq(template))
        .into_tuple()
        .one(connection)
        .await?;
    Ok(found.flatten().unwrap_or(0))
}

/// Whether a template has versions.
pub(crate) async fn any(connection: &impl ConnectionTrait, template: TemplateId) -> Result<bool> {
    let one = Entity::find().filter(Column::TemplateId.eq(template)).limit(1);
    Ok(one.count(connection).await? > 0)
}

/// A page of an organization's whose templates may be seen: by template, the newest place first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter,
    page: &Page,
) -> Result<Listed<SourceCodeVersion>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(visible.condition(Column::TemplateId, Column::TemplateId));
    if let Some(template) = filter.template {
        matching = matching.filter(Column::TemplateId.eq(template));
    }
    if let Some(source_code) = filter.source_code {
        matching = matching.filter(Column::SourceCodeId.eq(source_code));
    }
    if let Some(lifecycle) = filter.lifecycle {
        matching = matching.filter(Column::Lifecycle.eq(lifecycle));
    }
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_deref().map(behind).transpose()?;
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::TemplateId)
        .order_by_desc(Column::Position)
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Where a row stands in the list, as text for `page[after]`.
pub(crate) fn cursor(version: &SourceCodeVersion) -> String {
    format!("{}\n{}\n{}", version.template_id, version.position, version.id)
}

fn behind(cursor: &str) -> Result<Condition> {
    let refused = || Error::malformed_parameter("page[after]", "Pass what the page before gave as \"next-after\".");
    let mut parts = cursor.split('\n');
    let (Some(template), Some(position), Some(id)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(refused());
    };
    let position: i64 = position.parse().map_err(|_| refused())?;
    let same_place = Condition::all()
        .add(Expr::col(Column::Position).eq(position))
        .add(Expr::col(Column::Id).lt(id));
    let same_template = Condition::all().add(Expr::col(Column::TemplateId).eq(template)).add(
        Condition::any()
            .add(Expr::col(Column::Position).lt(position))
            .add(same_place),
    );
    Ok(Condition::any()
        .add(Expr::col(Column::TemplateId).gt(template))
        .add(same_template))
}
