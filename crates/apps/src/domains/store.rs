//! All queries on `app_domains`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::Timestamp;
use slipway_api::domains::AppDomainIssuanceStatus;
use slipway_api::ids::{AppDomainId, AppId, OrganizationId};
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Domain, Entity};

pub(crate) const MIGRATION: Migration = Migration {
    name: "apps_0040_app_domains",
    steps: || {
        vec![Step::Table(
            Table::new("app_domains")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("app_id", Type::Id)
                .col("host", Type::Name)
                .opt("claimed_host", Type::Name)
                .opt("proof", Type::Id)
                .col("reason", Type::Text)
                .col("issuance", Type::Id)
                .col("issuance_reason", Type::Text)
                .opt("issuance_next_at", Type::Time)
                .col("issuance_failures", Type::Integer)
                .opt("order_url", Type::Text)
                .opt("order_key", Type::Bytes)
                .opt("order_token", Type::Text)
                .opt("order_answer", Type::Text)
                .col("created_by", Type::Name)
                .col("created_at", Type::Time)
                .opt("verified_at", Type::Time)
                .col("changed_at", Type::Time)
                .primary(&["id"])
                .unique("app_domains_app_id_host_key", &["app_id", "host"])
                .unique("app_domains_claimed_host_key", &["claimed_host"])
                .index("app_domains_issuance_next_at_idx", &["issuance_next_at"])
                .belongs_to("app_id", "apps"),
        )]
    },
};

/// Adds one.
///
/// # Errors
///
/// `AlreadyExists` when the app has it.
pub(crate) async fn insert(tx: &Tx, domain: &Domain) -> Result<()> {
    Entity::insert(ActiveModel::from(domain.clone()).reset_all())
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| {
            let detail = format!("The app has the domain {} already.", domain.host);
            Error::new(slipway_api::Code::AlreadyExists, detail).at_field("/data/attributes/host")
        })?;
    Ok(())
}

/// Writes one, that is still there.
///
/// # Errors
///
/// `Conflict` when another one has proven the name.
pub(crate) async fn save(tx: &Tx, domain: &Domain) -> Result<()> {
    Entity::update_many()
        .set(ActiveModel::from(domain.clone()).reset_all())
        .filter(Column::Id.eq(domain.id))
        .exec(&**tx)
        .await
        .on_unique(|| taken(&domain.host))?;
    Ok(())
}

/// Somebody has proven the name before.
pub(crate) fn taken(host: &str) -> Error {
    Error::conflict(format!(
        "Another app of this site answers at {host} already. It has to be removed there first, or its owner proves it for you by the record."
    ))
}

pub(crate) async fn delete(tx: &Tx, id: AppDomainId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

pub(crate) async fn find(connection: &impl ConnectionTrait, id: AppDomainId) -> Result<Option<Domain>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// One that stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: AppDomainId) -> Result<Option<Domain>> {
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// Those of an app, by name.
pub(crate) async fn of_app(connection: &impl ConnectionTrait, app: AppId) -> Result<Vec<Domain>> {
    let of = Entity::find().filter(Column::AppId.eq(app)).order_by_asc(Column::Host);
    Ok(of.all(connection).await?)
}

/// Those of several apps that are proven.
pub(crate) async fn proven_of(connection: &impl ConnectionTrait, apps: &[AppId]) -> Result<Vec<Domain>> {
    let of = Entity::find()
        .filter(Column::AppId.is_in(apps.iter().copied()))
        .filter(Column::ClaimedHost.is_not_null())
        .order_by_asc(Column::Host);
    Ok(of.all(connection).await?)
}

/// Every one.
pub(crate) async fn all(connection: &impl ConnectionTrait) -> Result<Vec<Domain>> {
    Ok(Entity::find().order_by_asc(Column::Host).all(connection).await?)
}

/// The one that has proven a name.
pub(crate) async fn claiming(connection: &impl ConnectionTrait, host: &str) -> Result<Option<Domain>> {
    let one = Entity::find().filter(Column::ClaimedHost.eq(host));
    Ok(one.one(connection).await?)
}

/// Names that other organizations have proven and that end in `end`.
pub(crate) async fn proven_by_others(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    end: &str,
) -> Result<Vec<String>> {
    let those = Entity::find()
        .select_only()
        .column(Column::Host)
        .filter(Column::OrganizationId.ne(organization))
        .filter(Column::ClaimedHost.is_not_null())
        .filter(Column::ClaimedHost.ends_with(end));
    Ok(those.into_tuple().all(connection).await?)
}

/// Those whose certificates have something due.
pub(crate) async fn due(connection: &impl ConnectionTrait, now: Timestamp, most: u64) -> Result<Vec<Domain>> {
    let those = Entity::find()
        .filter(Column::IssuanceNextAt.lte(now))
        .filter(Column::Issuance.ne(AppDomainIssuanceStatus::None))
        .order_by_asc(Column::IssuanceNextAt)
        .limit(most);
    Ok(those.all(connection).await?)
}

/// How many there are and when one last changed: as long as this is the same, they are.
pub(crate) async fn mark(connection: &impl ConnectionTrait) -> Result<(i64, Option<Timestamp>)> {
    let mark = Entity::find()
        .select_only()
        .column_as(Column::Id.count(), "count")
        .column_as(Column::ChangedAt.max(), "changed_at");
    Ok(mark.into_tuple().one(connection).await?.unwrap_or_default())
}
