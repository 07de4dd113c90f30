//! All queries on `app_certificates`.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::domains::AppCertificateOrigin;
use slipway_api::ids::{AppCertificateId, AppId};
use slipway_api::{Code, Timestamp};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Certificate, Column, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0041_app_certificates",
    steps: || {
        vec![Step::Table(
            Table::new("app_certificates")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("app_id", Type::Id)
                .col("origin", Type::Id)
                .col("names", Type::Text)
                .col("issuer", Type::Text)
                .col("fingerprint", Type::Id)
                .col("chain", Type::Text)
                .col("key_sealed", Type::Bytes)
                .col("not_before", Type::Time)
                .col("not_after", Type::Time)
                .opt("told_at", Type::Time)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique("app_certificates_app_id_fingerprint_key", &["app_id", "fingerprint"])
                .index("app_certificates_not_after_idx", &["not_after"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the app has it.
pub(crate) async fn insert(tx: &Tx, certificate: Certificate) -> Result<()> {
    Entity::insert(ActiveModel::from(certificate).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = "The app has this certificate already.";
            Error::new(Code::AlreadyExists, detail).at_field("/data/attributes/chain")
        })?;
    Ok(())
}

pub(crate) async fn delete(tx: &Tx, id: AppCertificateId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Removes those that Slipway got for the same names before this one, which takes their place.
pub(crate) async fn remove_replaced(tx: &Tx, by: &Certificate) -> Result<()> {
    Entity::delete_many()
        .filter(Column::AppId.eq(by.app_id))
        .filter(Column::Origin.eq(AppCertificateOrigin::Acme))
        .filter(Column::Names.eq(by.names.clone()))
        .filter(Column::Id.ne(by.id))
        .exec(&**tx)
        .await?;
    Ok(())
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: AppCertificateId) -> Result<Option<Certificate>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of some apps, the one that counts longest first.
pub(crate) async fn of_apps(connection: &impl ConnectionTrait, apps: &[AppId]) -> Result<Vec<Certificate>> {
    let of = Entity::find()
        .filter(Column::AppId.is_in(apps.iter().copied()))
        .order_by_desc(Column::NotAfter);
    Ok(of.all(connection).await?)
}

/// Every one that did not end.
pub(crate) async fn all(connection: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Certificate>> {
    Ok(Entity::find().filter(Column::NotAfter.gt(now)).all(connection).await?)
}

/// Those that end before a moment, of which nobody was told.
pub(crate) async fn ending(connection: &impl ConnectionTrait, before: Timestamp) -> Result<Vec<Certificate>> {
    let those = Entity::find()
        .filter(Column::NotAfter.lt(before))
        .filter(Column::ToldAt.is_null());
    Ok(those.limit(100).all(connection).await?)
}

/// Notes that it was told; says whether nobody else did.
pub(crate) async fn note_told(tx: &Tx, id: AppCertificateId, now: Timestamp) -> Result<bool> {
    let row = ActiveModel {
        told_at: Set(Some(now)),
        ..Default::default()
    };
    let told = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::ToldAt.is_null())
        .exec(&**tx)
        .await?;
    Ok(told.rows_affected == 1)
}

/// How many there are and when the last one came: as long as this is the same, they are.
pub(crate) async fn mark(connection: &impl ConnectionTrait) -> Result<(i64, Option<Timestamp>)> {
    let mark = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Column::CreatedAt.max(), "created_at");
    Ok(mark.into_tuple().one(connection).await?.unwrap_or_default())
}
