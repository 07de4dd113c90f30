//! All queries on `plan_change_packs`.

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, IntoActiveModel, QueryOrder};
use slipway_kernel::db::migrations::{Migration, Step};
use slipway_kernel::db::schema::{Table, Type};
use slipway_kernel::{Result, Tx};

use super::model::{Column, Entity, Pack};

pub(crate) const MIGRATION: Migration = Migration {
    name: "infra_0009_plan_changes",
    steps: || {
        vec![
            Step::Sql("ALTER TABLE phases ADD COLUMN changes_address VARCHAR(64)"),
            Step::Table(
                Table::new("plan_change_packs")
                    .col("phase_id", Type::Id)
                    .col("fence", Type::Integer)
                    .col("first_change", Type::Integer)
                    .col("change_count", Type::Integer)
                    .col("address", Type::Id)
                    .primary(&["phase_id", "fence", "first_change"])
                    .belongs_to("phase_id", "phases"),
            ),
        ]
    },
};

/// Stores a pack in place of one with the same beginning.
pub(super) async fn put(tx: &Tx, pack: Pack) -> Result<()> {
    Entity::delete_by_id((pack.phase_id.clone(), pack.fence, pack.first_change))
        .exec(&**tx)
        .await?;
    Entity::insert(pack.into_active_model())
        .exec_without_returning(&**tx)
        .await?;
    Ok(())
}

/// The packs that came under a claim, in order.
pub(super) async fn of_claim(connection: &impl ConnectionTrait, phase: &str, fence: i64) -> Result<Vec<Pack>> {
    Ok(Entity::find()
        .filter(Column::PhaseId.eq(phase))
        .filter(Column::Fence.eq(fence))
        .order_by_asc(Column::FirstChange)
        .all(connection)
        .await?)
}

/// The pack with a change, once the plan has an index.
pub(super) async fn with_change(connection: &impl ConnectionTrait, phase: &str, number: i64) -> Result<Option<Pack>> {
    let pack = Entity::find()
        .filter(Column::PhaseId.eq(phase))
        .filter(Column::FirstChange.lte(number))
        .order_by_desc(Column::FirstChange)
        .one(connection)
        .await?;
    Ok(pack.filter(|pack| number < pack.first_change + pack.change_count))
}

/// Removes the packs of other claims.
pub(super) async fn remove_others(tx: &Tx, phase: &str, fence: i64) -> Result<()> {
    Entity::delete_many()
        .filter(Column::PhaseId.eq(phase))
        .filter(Column::Fence.ne(fence))
        .exec(&**tx)
        .await?;
    Ok(())
}

/// Removes all packs of a plan.
pub(crate) async fn remove(tx: &Tx, phase: &str) -> Result<()> {
    Entity::delete_many()
        .filter(Column::PhaseId.eq(phase))
        .exec(&**tx)
        .await?;
    Ok(())
}
