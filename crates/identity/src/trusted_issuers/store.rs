//! All queries on `trusted_issuers`.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, entity::prelude::*};
use slipway_api::ids::{OrganizationId, TrustedIssuerId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, TrustedIssuer};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0070_trusted_issuers",
    steps: || {
        vec![Step::Table(
            Table::new("trusted_issuers")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("name", Type::Name)
                .col("issuer", Type::Text)
                .opt("audience", Type::Text)
                .opt("ca_certificate", Type::Text)
                .opt("public_keys", Type::Text)
                .col("rules", Type::Json)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .unique("trusted_issuers_organization_id_name_key", &["organization_id", "name"])
                .belongs_to("organization_id", "organizations"),
        )]
    },
};

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: TrustedIssuerId) -> Result<Option<TrustedIssuer>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of an organization that name themselves so, by name: several clusters can have one issuer's name.
pub(crate) async fn of_issuer(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    issuer: &str,
) -> Result<Vec<TrustedIssuer>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Issuer.eq(issuer))
        .order_by_asc(Column::Name)
        .all(connection)
        .await?)
}

/// A page of an organization's, by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    page: &Page,
) -> Result<Listed<TrustedIssuer>> {
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::OrganizationId.eq(organization))
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

pub(crate) async fn insert(tx: &Tx, issuer: &TrustedIssuer) -> Result<()> {
    Entity::insert(row(issuer))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| taken(issuer))?;
    Ok(())
}

/// Writes the issuer if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, issuer: &TrustedIssuer) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(issuer))
        .filter(Column::Id.eq(issuer.id))
        .filter(Column::Version.eq(issuer.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| taken(issuer))?;
    Ok(result.rows_affected == 1)
}

/// Keeps everybody else from changing the issuer until the transaction ends, if it is still as it was seen; says whether.
pub(crate) async fn hold(tx: &Tx, seen: &TrustedIssuer) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::Version, Expr::value(seen.version))
        .filter(Column::Id.eq(seen.id))
        .filter(Column::Version.eq(seen.version))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// Deletes the issuer; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: TrustedIssuerId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

fn taken(issuer: &TrustedIssuer) -> Error {
    Error::already_exists("trusted issuer", &issuer.name)
}

fn row(issuer: &TrustedIssuer) -> ActiveModel {
    ActiveModel {
        id: Set(issuer.id),
        organization_id: Set(issuer.organization_id),
        name: Set(issuer.name.clone()),
        issuer: Set(issuer.issuer.clone()),
        audience: Set(issuer.audience.clone()),
        ca_certificate: Set(issuer.ca_certificate.clone()),
        public_keys: Set(issuer.public_keys.clone()),
        rules: Set(issuer.rules.clone()),
        created_at: Set(issuer.created_at),
        version: Set(issuer.version),
    }
}
