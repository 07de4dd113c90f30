//! All queries on `source_codes`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, RepositoryId, SourceCodeId};
use slipway_api::page::EXACT_TOTAL;
use slipway_api::{Code, Name};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, SourceCode};

pub(crate) const MIGRATION: Migration = Migration {
    name: "catalog_0010_source_codes",
    steps: || {
        vec![Step::Table(
            Table::new("source_codes")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("repository_id", Type::Id)
                .col("description", Type::Text)
                .col("labels", Type::Text)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("source_codes_organization_id_name_key", &["organization_id", "name"])
                .index("source_codes_repository_id_idx", &["repository_id"])
                .references("organization_id", "organizations")
                .references("repository_id", "repositories"),
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
    /// Of this repository.
    pub repository: Option<RepositoryId>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub(crate) async fn insert(tx: &Tx, source_code: &SourceCode, base: &str) -> Result<()> {
    Entity::insert(ActiveModel::from(source_code.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(&source_code.name, base))?;
    Ok(())
}

fn taken(name: &Name, base: &str) -> Error {
    Error::new(
        Code::AlreadyExists,
        format!("The name \"{name}\" is taken by another source code; choose another."),
    )
    .at_field(&format!("{base}/name"))
}

/// Writes the next version of one; says whether nobody else wrote it first.
pub(crate) async fn update(tx: &Tx, source_code: &SourceCode, base: &str) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(source_code.clone()).reset_all())
        .filter(Column::Id.eq(source_code.id))
        .filter(Column::Version.eq(source_code.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(&source_code.name, base))?;
    Ok(saved.rows_affected == 1)
}

/// Removes one; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: SourceCodeId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// One, if it is there.
pub(crate) async fn find(connection: &impl ConnectionTrait, id: SourceCodeId) -> Result<Option<SourceCode>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays until the transaction ends: nobody deletes it meanwhile.
pub(crate) async fn hold(tx: &Tx, id: SourceCodeId) -> Result<Option<SourceCode>> {
    // SQLite has one writer and ignores the lock.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those of an organization that have one of these names.
pub(crate) async fn with_names(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    names: &[Name],
) -> Result<Vec<SourceCode>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.is_in(names.iter().cloned()))
        .all(connection)
        .await?)
}

/// Those of these ids that are there.
pub(crate) async fn with_ids(connection: &impl ConnectionTrait, ids: &[SourceCodeId]) -> Result<Vec<SourceCode>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

/// All of a repository.
pub(crate) async fn of_repository(
    connection: &impl ConnectionTrait,
    repository: RepositoryId,
) -> Result<Vec<SourceCode>> {
    Ok(Entity::find()
        .filter(Column::RepositoryId.eq(repository))
        .all(connection)
        .await?)
}

/// All of an organization.
pub(crate) async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<SourceCode>> {
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
) -> Result<Listed<SourceCode>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // Source codes stand in no project: only grants on the organization or on the source code itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    if let Some(text) = filter.text.filter(|text| !text.is_empty()) {
        let any = Condition::any()
            .add(contains(Column::Name, text))
            .add(contains(Column::Description, text))
            .add(contains(Column::Labels, text));
        matching = matching.filter(any);
    }
    if let Some(label) = filter.label.filter(|label| !label.is_empty()) {
        matching = matching.filter(contains(Column::Labels, &format!("\n{label}\n")));
    }
    if let Some(repository) = filter.repository {
        matching = matching.filter(Column::RepositoryId.eq(repository));
    }
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
