//! All queries on `variable_sets` and `variable_set_targets`.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, Func, LikeExpr};
use sea_orm::{ActiveValue::Set, Condition, ConnectionTrait, QueryOrder, QuerySelect};
use slipway_api::ids::{OrganizationId, VariableSetId};
use slipway_api::page::EXACT_TOTAL;
use slipway_kernel::db::Tx;
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::errors::OnUnique;
use slipway_kernel::grants::Visibility;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::{Error, Result};

use super::model::{ActiveModel, Column, Entity, VariableSet, target};
use crate::variables::precedence::SetSource;
use crate::workspaces::Workspace;

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0003_variable_sets",
    steps: || {
        vec![
            Step::Table(
                Table::new("variable_sets")
                    .col("id", Type::Id)
                    .col("organization_id", Type::Id)
                    .col("name", Type::Name)
                    .col("description", Type::Text)
                    .col("global", Type::Boolean)
                    .col("priority", Type::Boolean)
                    .col("tags", Type::Json)
                    .col("is_tagged", Type::Boolean)
                    .col("created_at", Type::Time)
                    .col("updated_at", Type::Time)
                    .col("version", Type::Integer)
                    .primary(&["id"])
                    .unique("variable_sets_organization_id_name_key", &["organization_id", "name"])
                    .references("organization_id", "organizations"),
            ),
            Step::Table(
                Table::new("variable_set_targets")
                    .col("variable_set_id", Type::Id)
                    .col("target_id", Type::Id)
                    .col("kind", Type::Id)
                    .primary(&["variable_set_id", "target_id"])
                    .index("variable_set_targets_target_id_idx", &["target_id"])
                    .belongs_to("variable_set_id", "variable_sets"),
            ),
        ]
    },
};

/// Adds a set.
///
/// # Errors
///
/// `AlreadyExists` when the name is taken.
pub async fn insert(tx: &Tx, set: &VariableSet) -> Result<()> {
    let row = ActiveModel::from(set.clone()).reset_all();
    Entity::insert(row)
        .exec_without_returning(&**tx)
        .await
        .on_unique(|| Error::already_exists("variable set", &set.name))?;
    Ok(())
}

/// Writes a changed set, if it still has the version before; says whether.
///
/// # Errors
///
/// `AlreadyExists` when the new name is taken.
pub async fn update(tx: &Tx, set: &VariableSet) -> Result<bool> {
    let saved = Entity::update_many()
        .set(ActiveModel::from(set.clone()).reset_all())
        .filter(Column::Id.eq(set.id))
        .filter(Column::Version.eq(set.version - 1))
        .exec(&**tx)
        .await
        .on_unique(|| Error::already_exists("variable set", &set.name))?;
    Ok(saved.rows_affected == 1)
}

/// The set, if there is one.
///
/// # Errors
///
/// Those of the database.
pub async fn find(connection: &impl ConnectionTrait, id: VariableSetId) -> Result<Option<VariableSet>> {
    Ok(Entity::find_by_id(id).one(connection).await?)
}

/// A page of an organization's sets, by name.
///
/// # Errors
///
/// Those of the database.
pub async fn list(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
    visible: &Visibility,
    name: Option<&str>,
    page: &Page,
) -> Result<Listed<VariableSet>> {
    let mut matching = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        // Sets stand in no project: only grants on the organization or on the set itself count.
        .filter(visible.condition(Column::Id, Column::Id));
    if let Some(name) = name.filter(|name| !name.is_empty()) {
        let text = name
            .to_lowercase()
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        let pattern = LikeExpr::new(format!("%{text}%")).escape('\\');
        matching = matching.filter(Expr::expr(Func::lower(Expr::col(Column::Name))).like(pattern));
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

/// All sets of an organization.
///
/// # Errors
///
/// Those of the database.
pub async fn of_organization(
    connection: &impl ConnectionTrait,
    organization: OrganizationId,
) -> Result<Vec<VariableSet>> {
    let query = Entity::find().filter(Column::OrganizationId.eq(organization));
    Ok(query.all(connection).await?)
}

/// What these sets are assigned to, in the order of the targets' ids.
///
/// # Errors
///
/// Those of the database.
pub async fn targets(connection: &impl ConnectionTrait, sets: &[VariableSetId]) -> Result<Vec<target::Model>> {
    Ok(target::Entity::find()
        .filter(target::Column::VariableSetId.is_in(sets.iter().copied()))
        .order_by_asc(target::Column::TargetId)
        .all(connection)
        .await?)
}

/// The sets that apply to a workspace, in two queries.
///
/// # Errors
///
/// Those of the database.
pub async fn applying_to(connection: &impl ConnectionTrait, workspace: &Workspace) -> Result<Vec<SetSource>> {
    let places = [workspace.id.to_string(), workspace.project_id.to_string()];
    let targets = target::Entity::find()
        .filter(target::Column::TargetId.is_in(places))
        .all(connection)
        .await?;
    let assigned = targets.iter().map(|target| target.variable_set_id);
    let candidates = Condition::any()
        .add(Column::Global.eq(true))
        .add(Column::IsTagged.eq(true))
        .add(Column::Id.is_in(assigned));
    let sets = Entity::find()
        .filter(Column::OrganizationId.eq(workspace.organization_id))
        .filter(candidates)
        .order_by_asc(Column::Name)
        .all(connection)
        .await?;
    Ok(sets
        .iter()
        .filter_map(|set| set.source_for(workspace, &targets))
        .collect())
}

/// Assigns a set; says whether it was not assigned before.
///
/// # Errors
///
/// Those of the database.
pub async fn assign(tx: &Tx, target: &target::Model) -> Result<bool> {
    let key = (target.variable_set_id, target.target_id.clone());
    if target::Entity::find_by_id(key).one(&**tx).await?.is_some() {
        return Ok(false);
    }
    let row = target::ActiveModel {
        variable_set_id: Set(target.variable_set_id),
        target_id: Set(target.target_id.clone()),
        kind: Set(target.kind),
    };
    target::Entity::insert(row).exec_without_returning(&**tx).await?;
    Ok(true)
}

/// Takes an assignment back; says whether there was one.
///
/// # Errors
///
/// Those of the database.
pub async fn unassign(tx: &Tx, set: VariableSetId, target_id: &str) -> Result<bool> {
    let removed = target::Entity::delete_by_id((set, target_id.to_owned()))
        .exec(&**tx)
        .await?;
    Ok(removed.rows_affected == 1)
}

/// Takes back all assignments to a workspace or project that goes.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_target(tx: &Tx, target_id: &str) -> Result<()> {
    target::Entity::delete_many()
        .filter(target::Column::TargetId.eq(target_id))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes a set with its assignments.
///
/// # Errors
///
/// Those of the database.
pub async fn delete(tx: &Tx, id: VariableSetId) -> Result<()> {
    target::Entity::delete_many()
        .filter(target::Column::VariableSetId.eq(id))
        .exec(&**tx)
        .await?;
    Entity::delete_by_id(id).exec(&**tx).await?;
    Ok(())
}
