//! All queries on `integrations`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Name;
use slipway_api::ids::{IntegrationId, OrganizationId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, Integration};

pub(crate) const MIGRATION: Migration = Migration {
    name: "connections_0001_integrations",
    steps: || {
        vec![Step::Table(
            Table::new("integrations")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("kind", Type::Id)
                .col("settings", Type::Json)
                .opt("secrets", Type::Bytes)
                .col("secret_names", Type::Json)
                .col("is_enabled", Type::Boolean)
                .opt("poll_seconds", Type::Integer)
                .opt("checked_at", Type::Time)
                .opt("check_error", Type::Text)
                .opt("account", Type::Text)
                .col("missing_rights", Type::Json)
                .opt("expires_at", Type::Time)
                .opt("renewal_error", Type::Text)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("integrations_organization_id_name_key", &["organization_id", "name"])
                .index("integrations_expires_at_idx", &["expires_at"])
                .references("organization_id", "organizations"),
        )]
    },
};

/// Why connecting by browser failed.
pub(crate) const AUTHORIZATION_ERROR: Migration = Migration {
    name: "connections_0030_integrations_authorization_error",
    steps: || {
        vec![Step::Sql(
            "ALTER TABLE integrations ADD COLUMN authorization_error TEXT",
        )]
    },
};

/// Which of an organization's.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of one of these kinds; all when empty.
    pub kinds: Vec<&'a str>,
    /// With this in the name, any case.
    pub name: Option<&'a str>,
}

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub async fn insert(tx: &Tx, integration: &Integration) -> Result<()> {
    Entity::insert(ActiveModel::from(integration.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("integration", &integration.name))?;
    Ok(())
}

/// Writes the next version of one; says whether nobody else wrote it first.
///
/// # Errors
///
/// `AlreadyExists` when the new name is taken.
pub async fn update(tx: &Tx, integration: &Integration) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(integration.clone()).reset_all())
        .filter(Column::Id.eq(integration.id))
        .filter(Column::Version.eq(integration.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("integration", &integration.name))?;
    Ok(saved.rows_affected == 1)
}

/// Writes what a test showed of `seen`; says whether nobody changed it meanwhile.
///
/// # Errors
///
/// Those of the database.
pub async fn set_checked(tx: &Tx, seen: &Integration) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::CheckedAt, Expr::value(seen.checked_at))
        .col_expr(Column::CheckError, Expr::value(seen.check_error.clone()))
        .col_expr(Column::Account, Expr::value(seen.account.clone()))
        .col_expr(
            Column::MissingRights,
            Expr::value(serde_json::to_value(&seen.missing_rights).map_err(Error::internal)?),
        )
        .col_expr(Column::ExpiresAt, Expr::value(seen.expires_at))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Version.eq(seen.version))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes renewed secrets of `seen`, or why they are not; says whether nobody changed it meanwhile.
///
/// # Errors
///
/// Those of the database.
pub async fn set_renewed(tx: &Tx, seen: &Integration) -> Result<bool> {
    let saved = Entity::update_many()
        .col_expr(Column::Secrets, Expr::value(seen.secrets.clone()))
        .col_expr(Column::ExpiresAt, Expr::value(seen.expires_at))
        .col_expr(Column::RenewalError, Expr::value(seen.renewal_error.clone()))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Version.eq(seen.version))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes why connecting one by browser failed, or that it is tried anew.
///
/// # Errors
///
/// Those of the database.
pub async fn set_authorization_error(tx: &Tx, id: IntegrationId, error: Option<&str>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::AuthorizationError, Expr::value(error))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// One, if it is there.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: IntegrationId) -> Result<Option<Integration>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The one of an organization with this name.
///
/// # Errors
///
/// Those of the database.
pub async fn named(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    name: &Name,
) -> Result<Option<Integration>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Name.eq(name.clone()))
        .one(connection)
        .await?)
}

/// A page of an organization's, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Integration>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // Integrations stand in no project: only grants on the organization or on the integration itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    if !filter.kinds.is_empty() {
        matching = matching.filter(Column::Kind.is_in(filter.kinds.iter().copied()));
    }
    if let Some(name) = filter.name.filter(|name| !name.is_empty()) {
        matching = matching.filter(containing(Column::Name, name));
    }
    let total = matching
        .clone()
        .select_only()
        .column(Column::Id)
        .limit(EXACT_TOTAL + 1)
        .count(connection)
        .await?;
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection)
        .await?;
    Ok(Listed { rows, total })
}

/// With this text in a column, any case.
pub(crate) fn containing(column: impl ColumnTrait, text: &str) -> Expr {
    let text = text.to_lowercase();
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
    Expr::expr(Func::lower(Expr::col(column))).like(pattern)
}

/// All of an organization.
///
/// # Errors
///
/// Those of the database.
pub async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<Integration>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .all(connection)
        .await?)
}

/// Removes one; says whether it was there.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(tx: &Tx, id: IntegrationId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}
