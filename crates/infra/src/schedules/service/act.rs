//! Holding schedules back, letting them go on, and starting by hand what they start.

use serde_json::{Value, json};
use slipway_api::ids::{ScheduleId, WorkItemId};
use slipway_api::schedules::{OutcomeKind, ScheduleOutcome};
use slipway_kernel::schedules as clocks;
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::read::{Shown, load, show};
use super::{entitled, find_object, put, record};
use crate::permissions::SCHEDULE_MANAGE;
use crate::schedules::action::{self, Action, Firing, Started};
use crate::schedules::model::{Person, Schedule};
use crate::schedules::store;
use crate::workspaces::service::changed_meanwhile;

/// Holds a schedule back; one that is held back stays as it is.
///
/// # Errors
///
/// `Conflict` for one that has no time any more.
pub async fn pause(ctx: &Ctx, id: ScheduleId) -> Result<Shown> {
    let seen = load(ctx, id, SCHEDULE_MANAGE).await?;
    if seen.paused_at.is_some() {
        return show(ctx, seen).await;
    }
    let mut tx = ctx.begin().await?;
    let schedule = store::held(&tx, id).await?.pause(ctx.now(), None);
    if clocks::get(&*tx, id).await?.next_at.is_none() {
        return Err(finished(&schedule));
    }
    put_aside(&mut tx, ctx, &schedule, json!({})).await?;
    tx.commit().await?;
    show(ctx, schedule).await
}

/// Writes a schedule that was just held back, with the event.
pub(in crate::schedules) async fn put_aside(tx: &mut Tx, ctx: &Ctx, schedule: &Schedule, changes: Value) -> Result<()> {
    if !store::update(tx, schedule).await? {
        return Err(changed_meanwhile());
    }
    clocks::pause(tx, schedule.id).await?;
    put(tx, schedule).await?;
    record(tx, ctx, schedule, "schedule.paused", changes).await
}

/// Lets a schedule go on with its next time from now, with the rights of the caller; what it missed meanwhile stays missed.
///
/// # Errors
///
/// `Conflict` for one that has no time any more; `Forbidden` for what the caller may not do himself.
pub async fn resume(ctx: &Ctx, actions: &[Action], id: ScheduleId) -> Result<Shown> {
    let seen = load(ctx, id, SCHEDULE_MANAGE).await?;
    let person = may_start(ctx, actions, &seen).await?.1;
    let clock = clocks::get(ctx.db.reader(), id).await?;
    if clock.timing.next_after(ctx.now())?.is_none() {
        return Err(finished(&seen));
    }
    if seen.paused_at.is_none() {
        return show(ctx, seen).await;
    }
    let mut tx = ctx.begin().await?;
    let schedule = store::held(&tx, id).await?.resume(&person);
    if !store::update(&tx, &schedule).await? {
        return Err(changed_meanwhile());
    }
    clocks::resume(&tx, ctx, id).await?;
    put(&tx, &schedule).await?;
    record(
        &mut tx,
        ctx,
        &schedule,
        "schedule.resumed",
        json!({"runs-as": schedule.runs_as_name}),
    )
    .await?;
    tx.commit().await?;
    show(ctx, schedule).await
}

fn finished(schedule: &Schedule) -> Error {
    Error::conflict(format!(
        "The schedule \"{}\" has no time any more. Give it another: at, after or cron.",
        schedule.name
    ))
}

/// Starts now what the schedule starts, as the caller; its times stay as they are. The same request key again is the same start.
///
/// # Errors
///
/// `Conflict` when something is waiting or running already; `Forbidden` for what the caller may not do himself.
pub async fn run_now(ctx: &Ctx, actions: &[Action], id: ScheduleId, request_key: Option<&str>) -> Result<Shown> {
    let schedule = load(ctx, id, SCHEDULE_MANAGE).await?;
    let (action, person) = may_start(ctx, actions, &schedule).await?;
    let key = match request_key {
        Some(key) if key.is_empty() || key.len() > 100 || !key.bytes().all(|byte| byte.is_ascii_graphic()) => {
            let detail = "The header Idempotency-Key has 1 to 100 printable ASCII characters.";
            return Err(Error::malformed(detail));
        }
        Some(key) => format!("schedule {id} {} {key}", person.id),
        None => {
            let unique: WorkItemId = ctx.new_id()?;
            format!("schedule {id} {unique}")
        }
    };
    let firing = Firing {
        schedule: id,
        object: schedule.object_id.clone(),
        action: schedule.action.clone(),
        message: format!("Schedule \"{}\", started by hand: {}", schedule.name, action.words),
        key,
        can_wait: false,
    };
    let run_id = match (action.start)(ctx, &firing).await? {
        Started::As(run) => run,
        Started::Skipped(reason) => return Err(Error::conflict(reason)),
    };
    let outcome = ScheduleOutcome {
        due_at: ctx.now(),
        at: ctx.now(),
        kind: OutcomeKind::Started,
        run_id: Some(run_id),
        reason: None,
        by: person.name,
    };
    let tx = ctx.begin().await?;
    let mut schedule = store::held(&tx, id).await?;
    if !schedule.knows(&firing.key) {
        schedule = schedule.noting(&firing.key, outcome);
        store::set_outcomes(&tx, id, &schedule.outcomes).await?;
    }
    tx.commit().await?;
    show(ctx, schedule).await
}

async fn may_start<'a>(ctx: &Ctx, actions: &'a [Action], schedule: &Schedule) -> Result<(&'a Action, Person)> {
    let object = find_object(ctx, actions, &schedule.object_kind, &schedule.object_id).await?;
    let action = action::of(actions, &schedule.object_kind, &schedule.action)?;
    let person = entitled(ctx, action, &object).await?;
    Ok((action, person))
}
