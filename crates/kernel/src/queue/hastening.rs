//! Doing now what waits, instead of another one like it.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Expr;

use super::model::{Column, Entity, ItemState, NewItem};
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::Result;
use crate::wakes::Topic;

/// Has an item that waits be done now, with all its attempts before it, instead of another one like it; false when none
/// waits. What its holder reads then was written before this transaction ended.
///
/// # Errors
///
/// Those of the database.
pub async fn hasten(tx: &mut Tx, ctx: &Ctx, kind: &str, subject: &str) -> Result<bool> {
    let hastened = Entity::update_many()
        .col_expr(Column::RunAfter, Expr::value(ctx.now()))
        .col_expr(Column::Attempt, Expr::value(0))
        .filter(Column::Subject.eq(subject))
        .filter(Column::Kind.eq(kind))
        .filter(Column::State.eq(ItemState::Queued))
        .exec(&**tx)
        .await?;
    if hastened.rows_affected > 0 {
        tx.wake(Topic::Queue);
    }
    Ok(hastened.rows_affected > 0)
}

/// Has something done soon, after this transaction: by the item of its kind about its subject that waits, or else by this
/// new one.
///
/// # Errors
///
/// Those of the database.
pub async fn hasten_or_enqueue(tx: &mut Tx, ctx: &Ctx, item: NewItem) -> Result<()> {
    if hasten(tx, ctx, item.kind, &item.subject).await? {
        return Ok(());
    }
    super::enqueue(tx, ctx, item).await.map(|_| ())
}
