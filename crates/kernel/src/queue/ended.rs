//! What the server did and nobody asks for any more.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};
use slipway_api::ids::WorkItemId;

use super::model::{Column, Entity, ItemState, LONG_POOL, SERVER_POOL};
use crate::ctx::Ctx;
use crate::errors::Result;

/// How long a job that was done is kept, for whoever looks why.
const KEPT: Duration = Duration::from_secs(86_400);
/// Items removed in one transaction.
const BATCH: u64 = 1_000;

/// Removes jobs of the server that were done a day ago: repositories that are looked at every minute would fill the table.
/// Items of runners stay with their runs. To be called now and then.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    loop {
        let old: Vec<WorkItemId> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Pool.is_in([SERVER_POOL, LONG_POOL]))
            .filter(Column::State.eq(ItemState::Done))
            .filter(Column::FinishedAt.lt(ctx.now().before(KEPT)))
            .order_by_asc(Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(ctx.db.reader())
            .await?;
        if old.is_empty() {
            return Ok(());
        }
        let tx = ctx.begin().await?;
        Entity::delete_many()
            .filter(Column::Id.is_in(old))
            .filter(Column::State.eq(ItemState::Done))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
    }
}
