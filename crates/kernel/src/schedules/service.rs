//! Making schedules, and firing those that are due.

use std::time::Duration;

use serde_json::Value as Json;
use slipway_api::Timestamp;
use slipway_api::ids::{OrganizationId, ScheduleId};

use super::model::{Fired, Schedule};
use super::store;
use super::{expression, timing::Timing};
use crate::blobs::Owner;
use crate::ctx::Ctx;
use crate::db::Tx;
use crate::errors::{Error, Result};
use crate::queue::{NewItem, enqueue, leases};

/// What a new schedule needs.
#[derive(Debug, Clone)]
pub struct NewSchedule {
    /// On whose account it is.
    pub organization: Option<OrganizationId>,
    /// What it belongs to.
    pub owner: Owner,
    /// Kind of the server job that it enqueues; the schedule's id becomes the item's subject.
    pub kind: &'static str,
    /// What the job needs beside the schedule's id; it comes in a [`Fired`].
    pub payload: Json,
    /// When.
    pub timing: Timing,
}

/// How long a replica that fell silent keeps others from firing schedules.
const LEASE: Duration = Duration::from_secs(10);
/// How often to look.
const PERIOD: Duration = Duration::from_secs(1);
/// Schedules fired before looking again.
const BATCH: u64 = 100;

/// Makes a schedule.
///
/// # Errors
///
/// `Invalid` when it would never fire, otherwise those of the database.
pub async fn create(tx: &Tx, ctx: &Ctx, new: NewSchedule) -> Result<ScheduleId> {
    let id = ctx.new_id()?;
    let now = ctx.now();
    let next_at = Some(first(ctx, &new.timing)?);
    let schedule = Schedule {
        id,
        organization_id: new.organization,
        owner_kind: new.owner.kind.to_owned(),
        owner_id: new.owner.id,
        kind: new.kind.to_owned(),
        payload: new.payload,
        timing: new.timing,
        next_at,
        fired_at: None,
        is_paused: false,
        created_at: now,
    };
    store::insert(tx, schedule).await?;
    Ok(id)
}

/// When it fires first from now on.
fn first(ctx: &Ctx, timing: &Timing) -> Result<Timestamp> {
    let pointer = match timing {
        Timing::Once { .. } => "/data/attributes/at",
        Timing::Cron { .. } => expression::POINTER,
    };
    timing.next_after(ctx.now())?.ok_or_else(|| {
        Error::invalid(
            pointer,
            match timing {
                Timing::Once { .. } => "This schedule would never fire: that moment is past.",
                Timing::Cron { .. } => {
                    "This schedule would never fire: from now on there is no day with that date, as there is no 31 February."
                }
            },
        )
    })
}

/// Gives a schedule other times, from now on; it stays held back if it was.
///
/// # Errors
///
/// `Invalid` when it would never fire, otherwise those of the database.
pub async fn reschedule(tx: &Tx, ctx: &Ctx, id: ScheduleId, timing: Timing) -> Result<()> {
    let next_at = first(ctx, &timing)?;
    store::set_timing(tx, id, timing, next_at).await
}

/// Holds a schedule back.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn pause(tx: &Tx, id: ScheduleId) -> Result<()> {
    let schedule = store::get(&**tx, id).await?;
    store::set_paused(tx, id, true, schedule.next_at).await
}

/// Lets a schedule go on with its next time from now; what it missed meanwhile does not fire.
///
/// # Errors
///
/// `NotFound`, or those of the database.
pub async fn resume(tx: &Tx, ctx: &Ctx, id: ScheduleId) -> Result<()> {
    let schedule = store::get(&**tx, id).await?;
    let next_at = schedule.timing.next_after(ctx.now())?;
    store::set_paused(tx, id, false, next_at).await
}

/// Fires schedules as they become due, for as long as the process lives. Whoever does not hold the lease stands by.
///
/// `kinds` are the jobs that this program has: a schedule of another kind waits for the version that knows it.
///
/// # Errors
///
/// Those of the database; the caller starts it again.
pub async fn run(ctx: &Ctx, kinds: &[&'static str], holder: &str) -> Result<()> {
    loop {
        if leases::hold(ctx, "schedules", holder, LEASE).await? {
            while fire_due(ctx, kinds).await? == BATCH {}
        }
        tokio::time::sleep(PERIOD).await;
    }
}

/// Fires the schedules that are due now, each once however often it was missed, and says how many it fired.
///
/// # Errors
///
/// Those of the database.
pub async fn fire_due(ctx: &Ctx, kinds: &[&'static str]) -> Result<u64> {
    let mut fired = 0;
    for schedule in store::due(ctx.db.reader(), ctx.now(), kinds, BATCH).await? {
        if let Some(kind) = kinds.iter().find(|kind| **kind == schedule.kind)
            && fire(ctx, &schedule, kind).await?
        {
            fired += 1;
        }
    }
    Ok(fired)
}

async fn fire(ctx: &Ctx, schedule: &Schedule, kind: &'static str) -> Result<bool> {
    let now = ctx.now();
    let next_at = schedule.timing.next_after(now).unwrap_or_else(|error| {
        // It must not stop the others; it fires now and then never again.
        tracing::error!(schedule.id = %schedule.id, %error, "a schedule cannot be read any more");
        None
    });
    let mut tx = ctx.begin().await?;
    if !store::advance(&tx, schedule, now, next_at).await? {
        return Ok(false);
    }
    let fired = Fired {
        due_at: schedule.next_at.unwrap_or(now),
        fired_at: now,
        payload: schedule.payload.clone(),
    };
    let item = NewItem {
        organization: schedule.organization_id,
        ..NewItem::job(kind, schedule.id, serde_json::to_value(fired).map_err(Error::internal)?)
    };
    enqueue(&mut tx, ctx, item).await?;
    tx.commit().await?;
    Ok(true)
}
