//! All queries on `role_assignments`.

use sea_orm::sea_query::{Expr, SelectStatement};
use sea_orm::{
    ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect, QueryTrait, SqlErr, entity::prelude::*,
};
use slipway_api::Code;
use slipway_api::ids::{OrganizationId, RoleAssignmentId, RoleId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::directory::store::objects;
pub(crate) use slipway_kernel::directory::store::objects::Model as DirectoryObject;
use slipway_kernel::grants::{Reach, Visibility};
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{ActiveModel, Column, Entity, RoleAssignment};

pub(crate) const MIGRATION: Migration = Migration {
    name: "identity_0004_role_assignments",
    steps: || {
        vec![Step::Table(
            Table::new("role_assignments")
                .col("id", Type::Id)
                .opt("organization_id", Type::Id)
                .col("subject", Type::Id)
                .col("role_id", Type::Id)
                .col("scope", Type::Id)
                .col("created_at", Type::Time)
                .primary(&["id"])
                .unique(
                    "role_assignments_subject_role_id_scope_key",
                    &["subject", "role_id", "scope"],
                )
                .index("role_assignments_organization_id_idx", &["organization_id", "subject"])
                .index("role_assignments_scope_idx", &["scope", "role_id"])
                .references("organization_id", "organizations")
                .references("role_id", "roles"),
        )]
    },
};

/// Which assignments to list.
#[derive(Debug, Clone)]
pub struct Filter {
    /// Of this organization; none for those at the site.
    pub organization: Option<OrganizationId>,
    /// What the caller may see of it.
    pub visible: Visibility,
    /// Of this holder.
    pub subject: Option<String>,
    /// Exactly at this scope.
    pub scope: Option<String>,
}

impl Filter {
    fn condition(&self) -> Condition {
        let Some(organization) = self.organization else {
            return Condition::all().add(Column::OrganizationId.is_null());
        };
        Condition::all()
            .add(Column::OrganizationId.eq(organization))
            .add(self.visible.condition_by(|reach| {
                Condition::any()
                    .add(reach.holds(Column::Scope))
                    .add(Column::Scope.in_subquery(objects_in(organization, reach)))
            }))
            .add_option(
                self.subject
                    .as_ref()
                    .map(|subject| Column::Subject.eq(subject.as_str())),
            )
            .add_option(self.scope.as_ref().map(|scope| Column::Scope.eq(scope.as_str())))
    }
}

/// The objects that stand in one of those that are reached and are projects.
fn objects_in(organization: OrganizationId, reach: &Reach) -> SelectStatement {
    objects::Entity::find()
        .select_only()
        .column(objects::Column::Id)
        .filter(objects::Column::OrganizationId.eq(organization))
        .filter(reach.holds(objects::Column::ProjectId))
        .into_query()
}

/// The organizations in which one of `subjects` holds a role, as a subquery.
pub(crate) fn organizations_of(subjects: &[String]) -> SelectStatement {
    Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .filter(Column::Subject.is_in(subjects.iter().cloned()))
        .filter(Column::OrganizationId.is_not_null())
        .into_query()
}

/// Whether one of `subjects` holds any role anywhere in the organization.
pub(crate) async fn any_within(
    connection: &impl ConnectionTrait,
    subjects: &[String],
    organization: OrganizationId,
) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Subject.is_in(subjects.iter().cloned()))
        .one(connection)
        .await?;
    Ok(found.is_some())
}

/// Whether `subject` holds any role at one of these scopes, or anywhere in those of them that are organizations.
pub(crate) async fn any_at_or_within(
    connection: &impl ConnectionTrait,
    subject: &str,
    scopes: &[String],
) -> Result<bool> {
    let there = Condition::any()
        .add(Column::OrganizationId.is_in(scopes.iter().cloned()))
        .add(Column::Scope.is_in(scopes.iter().cloned()));
    let found = Entity::find()
        .filter(Column::Subject.eq(subject))
        .filter(there)
        .one(connection)
        .await?;
    Ok(found.is_some())
}

pub(crate) async fn by_id(connection: &impl ConnectionTrait, id: RoleAssignmentId) -> Result<Option<RoleAssignment>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

pub(crate) async fn insert(tx: &Tx, assignment: &RoleAssignment) -> Result<()> {
    let row = ActiveModel {
        id: Set(assignment.id),
        organization_id: Set(assignment.organization_id),
        subject: Set(assignment.subject.clone()),
        role_id: Set(assignment.role_id),
        scope: Set(assignment.scope.clone()),
        created_at: Set(assignment.created_at),
    };
    let inserted = Entity::insert(row).exec_without_returning(&**tx).await;
    inserted.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => {
            Error::new(Code::AlreadyExists, "The subject holds this role there already.")
        }
        Some(SqlErr::ForeignKeyConstraintViolation(_)) => Error::conflict("The role was just deleted."),
        _ => error.into(),
    })?;
    Ok(())
}

/// Gives the assignment another role; says whether it was there.
pub(crate) async fn set_role(tx: &Tx, id: RoleAssignmentId, role: RoleId) -> Result<bool> {
    let result = Entity::update_many()
        .col_expr(Column::RoleId, Expr::value(role))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(result.rows_affected == 1)
}

/// The assignments of teams at exactly this scope, oldest first.
pub(crate) async fn of_teams_at(connection: &impl ConnectionTrait, scope: &str) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::Scope.eq(scope))
        .filter(Column::Subject.starts_with("team-"))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Deletes the assignment; says whether it was there.
pub(crate) async fn delete(tx: &Tx, id: RoleAssignmentId) -> Result<bool> {
    Ok(Entity::delete_by_id(id).exec(&**tx).await?.rows_affected == 1)
}

/// Who holds `role` exactly at `scope`.
pub(crate) async fn subjects_at(connection: &impl ConnectionTrait, role: RoleId, scope: &str) -> Result<Vec<String>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Subject)
        .filter(Column::Scope.eq(scope))
        .filter(Column::RoleId.eq(role))
        .into_tuple()
        .all(connection)
        .await?)
}

/// How many assignments a role has.
pub(crate) async fn count_of_role(connection: &impl ConnectionTrait, role: RoleId) -> Result<u64> {
    Ok(Entity::find().filter(Column::RoleId.eq(role)).count(connection).await?)
}

/// Every assignment of a role.
pub(crate) async fn of_role(connection: &impl ConnectionTrait, role: RoleId) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::RoleId.eq(role))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Every assignment of some subjects at one of the scopes.
pub(crate) async fn of_subjects_at(
    connection: &impl ConnectionTrait,
    subjects: &[String],
    scopes: &[String],
) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::Subject.is_in(subjects.iter().cloned()))
        .filter(Column::Scope.is_in(scopes.iter().cloned()))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Every assignment of a subject.
pub(crate) async fn of_subject(connection: &impl ConnectionTrait, subject: &str) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::Subject.eq(subject))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Those of `subjects` that hold `role` at `scope`.
pub(crate) async fn holders(
    connection: &impl ConnectionTrait,
    role: RoleId,
    scope: &str,
    subjects: &[String],
) -> Result<Vec<String>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Subject)
        .filter(Column::Scope.eq(scope))
        .filter(Column::RoleId.eq(role))
        .filter(Column::Subject.is_in(subjects.iter().cloned()))
        .into_tuple()
        .all(connection)
        .await?)
}

/// Every assignment at exactly this scope.
pub(crate) async fn at(connection: &impl ConnectionTrait, scope: &str) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::Scope.eq(scope))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Every assignment at or in the organization.
pub(crate) async fn within(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<RoleAssignment>> {
    Ok(Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// A page of assignments, oldest first.
pub(crate) async fn list(
    connection: &impl ConnectionTrait,
    filter: &Filter,
    page: &Page,
) -> Result<Listed<RoleAssignment>> {
    let after = page.after.as_ref().map(|id| Column::Id.gt(id));
    let rows = Entity::find()
        .filter(filter.condition())
        .filter(Condition::all().add_option(after))
        .order_by_asc(Column::Id)
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

/// What the directory says about the objects that scopes name.
pub(crate) async fn objects_by_ids(connection: &impl ConnectionTrait, ids: &[String]) -> Result<Vec<DirectoryObject>> {
    let mut found = Vec::new();
    // A statement has a bounded number of parameters on every database.
    for ids in ids.chunks(500) {
        let query = objects::Entity::find().filter(objects::Column::Id.is_in(ids.iter().cloned()));
        found.append(&mut query.all(connection).await?);
    }
    Ok(found)
}

/// What the directory says about the object that a scope names.
pub(crate) async fn object(connection: &impl ConnectionTrait, id: &str) -> Result<Option<DirectoryObject>> {
    Ok(objects::Entity::find_by_id(id).one(connection).await?)
}
