//! All queries on `object_schedules`.

use std::collections::HashMap;

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{Condition, ConnectionTrait, IntoActiveModel, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, ProjectId, ScheduleId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::directory::store::objects;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result, Tx};

use super::model::{Column, Entity, Outcomes, Schedule};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0040_schedules",
    steps: || {
        vec![Step::Table(
            Table::new("object_schedules")
                .col("id", Type::Id)
                .col("organization_id", Type::Id)
                .col("project_id", Type::Id)
                .col("object_kind", Type::Id)
                .col("object_id", Type::Id)
                .col("name", Type::Name)
                .col("description", Type::Text)
                .col("action", Type::Id)
                .col("time_zone", Type::Id)
                .col("missed", Type::Id)
                .opt("paused_at", Type::Time)
                .opt("paused_reason", Type::Text)
                .col("outcomes", Type::Json)
                .col("created_by", Type::Id)
                .col("created_by_name", Type::Name)
                .col("runs_as", Type::Id)
                .col("runs_as_name", Type::Name)
                .col("created_at", Type::Time)
                .col("version", Type::Integer)
                .primary(&["id"])
                .index("object_schedules_object_id_idx", &["object_id", "id"])
                .index("object_schedules_organization_id_idx", &["organization_id", "id"]),
        )]
    },
};

/// Adds a schedule.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn insert(tx: &Tx, schedule: &Schedule) -> Result<()> {
    Entity::insert(schedule.clone().into_active_model().reset_all())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// Writes a schedule that was changed from the version before its own, but for what came of its times; says whether nobody
/// else changed it.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn update(tx: &Tx, schedule: &Schedule) -> Result<bool> {
    let mut row = schedule.clone().into_active_model().reset_all();
    row.id = sea_orm::ActiveValue::Unchanged(schedule.id);
    // These two change beside it.
    row.outcomes = sea_orm::ActiveValue::NotSet;
    row.project_id = sea_orm::ActiveValue::NotSet;
    let saved = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(schedule.id))
        .filter(Column::Version.eq(schedule.version - 1))
        .exec(&**tx)
        .await?;
    Ok(saved.rows_affected == 1)
}

/// Writes what came of the times of a schedule that is held.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn set_outcomes(tx: &Tx, id: ScheduleId, outcomes: &Outcomes) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Outcomes, Expr::value(outcomes.clone()))
        .filter(Column::Id.eq(id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// The schedule, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: ScheduleId) -> Result<Option<Schedule>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// The schedule, which nobody else changes until the transaction ends.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn hold(tx: &Tx, id: ScheduleId) -> Result<Option<Schedule>> {
    // SQLite has one writer and needs no row lock; the statement goes there without.
    Ok(Entity::find_by_id(id).lock_exclusive().one(&**tx).await?)
}

/// The same, which must be there.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub(super) async fn held(tx: &Tx, id: ScheduleId) -> Result<Schedule> {
    hold(tx, id).await?.ok_or_else(|| Error::not_found("schedule", id))
}

/// An object's schedules, oldest first.
///
/// # Errors
///
/// Those of the database.
pub async fn of_object(connection: &impl ConnectionTrait, object_id: &str) -> Result<Vec<Schedule>> {
    Ok(Entity::find()
        .filter(Column::ObjectId.eq(object_id))
        .order_by_asc(Column::Id)
        .all(connection)
        .await?)
}

/// Puts an object's schedules into another project.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn set_project(tx: &Tx, object_id: &str, project: ProjectId) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ProjectId, Expr::value(project))
        .filter(Column::ObjectId.eq(object_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes a schedule.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn delete(tx: &Tx, id: ScheduleId) -> Result<()> {
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}

/// Which schedules of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct Filter<'a> {
    /// Of objects of this kind.
    pub object_kind: Option<&'a str>,
    /// Of objects in this project.
    pub project: Option<ProjectId>,
    /// That start this.
    pub action: Option<&'a str>,
    /// Only those that are held back, or that are not.
    pub is_paused: Option<bool>,
    /// Part of the name, any case.
    pub text: Option<&'a str>,
}

impl Filter<'_> {
    fn condition(&self, organization: OrganizationId, visible: &Visibility) -> Condition {
        let text = self.text.map(|text| {
            let text = text.to_lowercase();
            let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            Expr::expr(Func::lower(Expr::col(Column::Name))).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
        });
        let paused = self.is_paused.map(|is_paused| match is_paused {
            true => Column::PausedAt.is_not_null(),
            false => Column::PausedAt.is_null(),
        });
        Condition::all()
            .add(Column::OrganizationId.eq(organization))
            .add(visible.condition(Column::ProjectId, Column::ObjectId))
            .add_option(self.object_kind.map(|kind| Column::ObjectKind.eq(kind)))
            .add_option(self.project.map(|project| Column::ProjectId.eq(project)))
            .add_option(self.action.map(|action| Column::Action.eq(action)))
            .add_option(paused)
            .add_option(text)
    }
}

/// A page of an organization's schedules, the newest first.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn list(
    connection: &impl ConnectionTrait,
    (organization, visible): (OrganizationId, &Visibility),
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Schedule>> {
    let matching = Entity::find().filter(filter.condition(organization, visible));
    let total = matching.clone().select_only().column(Column::Id).limit(EXACT_TOTAL + 1);
    let after = page.after.as_ref().map(|after| Column::Id.lt(after.as_str()));
    let rows = matching
        .filter(Condition::all().add_option(after))
        .order_by_desc(Column::Id)
        .offset(page.offset())
        .limit(page.limit());
    Ok(Listed {
        rows: rows.all(connection).await?,
        total: total.count(connection).await?,
    })
}

/// Names of objects, by their id.
///
/// # Errors
///
/// Those of the database.
pub(super) async fn names(connection: &impl ConnectionTrait, ids: Vec<&str>) -> Result<HashMap<String, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<(String, String)> = objects::Entity::find()
        .select_only()
        .columns([objects::Column::Id, objects::Column::Name])
        .filter(objects::Column::Id.is_in(ids))
        .into_tuple()
        .all(connection)
        .await?;
    Ok(found.into_iter().collect())
}
