//! All queries on `blueprints`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{BlueprintId, OrganizationId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Blueprint, Column, Entity, KIND};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0070_blueprints",
    steps: || {
        vec![Step::Table(
            Table::new("blueprints")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("labels", Type::Text)
                .col("content", Type::Json)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("blueprints_organization_id_name_key", &["organization_id", "name"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// With this in the name, the description or a label, any case.
    pub text: Option<&'a str>,
    /// With this label.
    pub label: Option<&'a str>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, blueprint: &Blueprint) -> Result<()> {
    Entity::insert(ActiveModel::from(blueprint.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists(KIND, &blueprint.name))?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn update(tx: &Tx, blueprint: &Blueprint) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(blueprint.clone()).reset_all())
        .filter(Column::Id.eq(blueprint.id))
        .filter(Column::Version.eq(blueprint.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists(KIND, &blueprint.name))?;
    Ok(saved.rows_affected == 1)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: BlueprintId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: BlueprintId) -> Result<Option<Blueprint>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Blueprint>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// A page of an organization's that may be seen, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Blueprint>> {
    let mut all = Condition::all().add(Column::OrganizationId.eq(organization));
    if let Some(text) = filter.text.filter(|text| !text.is_empty()) {
        let any = Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Description, text))
            .add(contains(Column::Labels, text));
        all = all.add(any);
    }
    if let Some(label) = filter.label.filter(|label| !label.is_empty()) {
        all = all.add(contains(Column::Labels, &format!("\n{label}\n")));
    }
    // Blueprints stand in no project: only grants on the organization or on the blueprint itself count.
    let matching = Entity::find()
        .filter(all)
        .filter(visible.condition(Column::Id, Column::Id));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page
        .after
        .as_ref()
        .map(|after| Expr::col(Column::Name).gt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Whether a column has `text` in it, in any case.
fn contains(column: Column, text: &str) -> Expr {
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}
