//! All queries on `organizations`.

use sea_orm::sea_query::{Expr, ExprTrait, Func, SelectStatement};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, DbBackend, QueryOrder, QuerySelect, QueryTrait, entity::prelude::*,
};
use slipway_api::Name;
use slipway_api::ids::OrganizationId;
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::directory::store::objects;
use slipway_kernel::errors::OnUnique;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, Organization};
use crate::role_assignments;

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0001_organizations",
    steps: || {
        vec![Step::Table(
            Table::new("organizations")
                .col("id", Type::Id)
                .col("name", Type::Name)
                .opt("email", Type::Name)
                .col("is_deleting", Type::Boolean)
                .col("version", Type::Integer)
                .col("created_at", Type::Time)
                .col("updated_at", Type::Time)
                .primary(&["id"])
                .unique("organizations_name_key", &["name"]),
        )]
    },
};

/// What an organization says about its members, teams and tokens.
pub(crate) const ACCESS: Migration = Migration {
    name: "identity_0023_organization_access",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE organizations ADD COLUMN default_member_role_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE organizations ADD COLUMN default_team_role_id VARCHAR(64)"),
            Step::Sql("ALTER TABLE organizations ADD COLUMN longest_token_days BIGINT"),
        ]
    },
};

/// Which organizations to list.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those in which one of these subjects holds a role; none for all.
    pub subjects: Option<Vec<String>>,
    /// Only those that the limits of the caller's token reach into; none for all.
    pub reached: Option<Vec<String>>,
    /// Part of the name, any case.
    pub name: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let reached = self.reached.as_ref().map(|ids| {
            Condition::any()
                .add(Column::Id.is_in(ids.iter().cloned()))
                .add(Column::Id.in_subquery(organizations_with(ids)))
        });
        let of_subjects = self
            .subjects
            .as_ref()
            .map(|subjects| Column::Id.in_subquery(role_assignments::store::organizations_of(subjects)));
        Condition::all()
            .add_option(of_subjects)
            .add_option(reached)
            .add_option(self.name.as_ref().map(|text| contains(Column::Name, text)))
    }
}

/// The organizations that one of these objects stands in, as a subquery.
fn organizations_with(ids: &[String]) -> SelectStatement {
    objects::Entity::find()
        .select_only()
        .column(objects::Column::OrganizationId)
        .filter(objects::Column::Id.is_in(ids.iter().cloned()))
        .filter(objects::Column::OrganizationId.is_not_null())
        .into_query()
}

/// Whether one of these is the organization or stands in it.
pub(crate) async fn reaches(
    connection: &impl ConnectionTrait,
    ids: &[String],
    organization: OrganizationId,
) -> Result<bool> {
    if ids.contains(&organization.to_string()) {
        return Ok(true);
    }
    let found = objects::Entity::find()
        .filter(objects::Column::Id.is_in(ids.iter().cloned()))
        .filter(objects::Column::OrganizationId.eq(organization))
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// The column has `text` somewhere in it, whatever the case.
pub(crate) fn contains(column: impl sea_orm::sea_query::IntoColumnRef, text: &str) -> Expr {
    let escaped = text
        .to_lowercase()
        .replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_");
    let pattern = sea_orm::sea_query::LikeExpr::new(format!("%{escaped}%")).escape('\\');
    Expr::expr(Func::lower(Expr::col(column))).like(pattern)
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: OrganizationId) -> Result<Option<Organization>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// Those of `ids` that there are.
pub(crate) async fn by_ids(connection: &impl ConnectionTrait, ids: &[OrganizationId]) -> Result<Vec<Organization>> {
    Ok(Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .all(connection)
        .await?)
}

pub(crate) async fn by_name(connection: &impl ConnectionTrait, name: &Name) -> Result<Option<Organization>> {
    Ok(Entity::find()
        .filter(Column::Name.eq(name.as_str()))
        .one(connection)
        .await?)
}

/// The organization, which stays as it is until the transaction ends.
pub(crate) async fn hold(tx: &Tx, id: OrganizationId) -> Result<Option<Organization>> {
    let query = Entity::find_by_id(id);
    // MariaDB has no `FOR SHARE`; SQLite has one writer and needs no lock.
    let query = match tx.backend() {
        DbBackend::Postgres => query.lock_shared(),
        _ => query.lock_exclusive(),
    };
    Ok(query.one(&**tx).await?)
}

pub(crate) async fn insert(tx: &Tx, organization: &Organization) -> Result<()> {
    Entity::insert(row(organization))
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("organization", &organization.name))?;
    Ok(())
}

/// Writes the organization if it still has the version before; says whether.
pub(crate) async fn update(tx: &Tx, organization: &Organization) -> Result<bool> {
    let result = Entity::update_many()
        .set(row(organization))
        .filter(Column::Id.eq(organization.id))
        .filter(Column::Version.eq(organization.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("organization", &organization.name))?;
    Ok(result.rows_affected == 1)
}

pub(crate) async fn delete(tx: &Tx, id: OrganizationId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// A page of organizations by name.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    page: &Page,
) -> Result<Listed<Organization>> {
    let after = page.after.as_ref().map(|name| Column::Name.gt(name));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Name)
        .offset(page.offset())
        .limit(page.limit())
        .all(connection);
    let total = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(filter.condition())
        .limit(EXACT_TOTAL + 1)
        .count(connection);
    Ok(Listed {
        rows: rows.await?,
        total: total.await?,
    })
}

/// Those that wait to be emptied.
pub(crate) async fn deleting(connection: &impl ConnectionTrait) -> Result<Vec<Organization>> {
    Ok(Entity::find()
        .filter(Column::IsDeleting.eq(true))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// The kinds of what stands in an organization, with their numbers.
pub(crate) async fn contents(connection: &impl ConnectionTrait, id: OrganizationId) -> Result<Vec<(String, u64)>> {
    let rows: Vec<(String, i64)> = objects::Entity::find()
        .select_only()
        .column(objects::Column::Kind)
        .column_as(objects::Column::Id.count(), "count")
        .filter(objects::Column::OrganizationId.eq(id))
        .group_by(objects::Column::Kind)
        .order_by_asc(objects::Column::Kind)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(kind, count)| (kind, count.unsigned_abs()))
        .collect())
}

fn row(organization: &Organization) -> ActiveModel {
    ActiveModel {
        id: Set(organization.id),
        name: Set(organization.name.clone()),
        email: Set(organization.email.clone()),
        is_deleting: Set(organization.is_deleting),
        version: Set(organization.version),
        default_member_role_id: Set(organization.default_member_role_id),
        default_team_role_id: Set(organization.default_team_role_id),
        longest_token_days: Set(organization.longest_token_days),
        created_at: Set(organization.created_at),
        updated_at: Set(organization.updated_at),
    }
}
