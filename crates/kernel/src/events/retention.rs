//! What time does to the audit log: once a day each chain is vouched for, and events that are old enough go.
//!
//! What must stay true: nothing is removed before a signed checkpoint says what was there, and the newest event of each chain
//! always stays, because the next one's hash and position follow from it.

use std::time::Duration;

use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect};
use serde_json::json;
use slipway_api::Timestamp;
use slipway_api::ids::EventId;

use super::chain::{self, Chain};
use super::model::{Column, Entity, NewEvent};
use super::signing::Signer;
use super::store::of_organization;
use super::{checkpoints, record};
use crate::ctx::Ctx;
use crate::errors::Result;

const DAY: Duration = Duration::from_secs(86_400);
/// Events removed in one transaction.
const BATCH: u64 = 1_000;

/// Does both. To be called now and then by one replica.
///
/// # Errors
///
/// Those of the database; what was done until then stays done.
pub async fn sweep(ctx: &Ctx) -> Result<()> {
    let days = ctx.settings.retention.event_days;
    if days > 0 {
        // Whole days, so that a chain gets one checkpoint a day and not one an hour.
        let day_ms = 86_400_000;
        let before = ctx.now().before(DAY * days).unix_ms() / day_ms * day_ms;
        remove_before(ctx, Timestamp::from_unix_ms(before)).await?;
    }
    vouch(ctx).await
}

/// Signs where each chain stands, if it has grown since and was not vouched for within a day.
async fn vouch(ctx: &Ctx) -> Result<()> {
    let mut signer = None;
    for (chain, last) in chain::all(ctx.db.reader()).await? {
        let known = checkpoints::last(ctx.db.reader(), chain).await?;
        let is_fresh = known.is_some_and(|row| row.position >= last || ctx.now().since(row.created_at) < DAY);
        if is_fresh {
            continue;
        }
        if signer.is_none() {
            signer = Some(Signer::load(ctx).await?);
        }
        if let Some(signer) = &signer {
            let checkpoint = checkpoints::sign(ctx, signer, chain, last).await?;
            let tx = ctx.begin().await?;
            checkpoints::store(&tx, &checkpoint, false).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// Removes events that happened before a moment, but for the newest of each chain, and says how many.
///
/// # Errors
///
/// Those of the database; what was removed until then stays removed, behind a checkpoint.
pub async fn remove_before(ctx: &Ctx, before: Timestamp) -> Result<u64> {
    let mut removed = 0;
    for (chain, until) in ends_before(ctx.db.reader(), before).await? {
        removed += remove_until(ctx, chain, until).await?;
    }
    if removed > 0 {
        let event = NewEvent {
            action: "event.removed",
            organization: None,
            project: None,
            object_kind: "site",
            object_id: "site".to_owned(),
            object_name: "site".to_owned(),
            access_id: None,
            changes: json!({"count": removed, "before": before}),
        };
        let mut tx = ctx.begin().await?;
        record(&mut tx, ctx, event).await?;
        tx.commit().await?;
    }
    Ok(removed)
}

/// The chains with events before a moment, each with the last position of those.
async fn ends_before(connection: &impl ConnectionTrait, before: Timestamp) -> Result<Vec<(Chain, i64)>> {
    let rows: Vec<(Chain, Option<i64>)> = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .column_as(Column::Position.max(), "last")
        .filter(Column::Id.lt(EventId::from_parts(before.unix_ms(), 0)))
        .filter(Column::Position.is_not_null())
        .group_by(Column::OrganizationId)
        .into_tuple()
        .all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(chain, last)| Some((chain, last?)))
        .collect())
}

async fn remove_until(ctx: &Ctx, chain: Chain, until: i64) -> Result<u64> {
    let reader = ctx.db.reader();
    let Some((newest, _)) = chain::last_until(reader, chain, i64::MAX).await? else {
        return Ok(0);
    };
    let Some((until, _)) = chain::last_until(reader, chain, until.min(newest - 1)).await? else {
        return Ok(0);
    };
    let checkpoint = checkpoints::sign(ctx, &Signer::load(ctx).await?, chain, until).await?;
    let tx = ctx.begin().await?;
    checkpoints::store(&tx, &checkpoint, true).await?;
    tx.commit().await?;
    let mut removed = 0;
    loop {
        let last = nth(reader, chain, BATCH)
            .await?
            .map_or(until, |position| position.min(until));
        let tx = ctx.begin().await?;
        let gone = Entity::delete_many()
            .filter(of_organization(chain))
            .filter(Column::Position.lte(last))
            .exec(&*tx)
            .await?;
        tx.commit().await?;
        removed += gone.rows_affected;
        if last == until {
            return Ok(removed);
        }
    }
}

/// The position of the chain's `number`th event that is there.
async fn nth(connection: &impl ConnectionTrait, chain: Chain, number: u64) -> Result<Option<i64>> {
    let position: Option<Option<i64>> = Entity::find()
        .select_only()
        .column(Column::Position)
        .filter(of_organization(chain))
        .filter(Column::Position.is_not_null())
        .order_by_asc(Column::Position)
        .offset(number - 1)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(position.flatten())
}
