//! Making, changing and removing schedules.

use serde_json::{Value, json};
use slipway_api::ids::{ProjectId, ScheduleId};
use slipway_api::schedules::ScheduleSettings;
use slipway_kernel::blobs::Owner;
use slipway_kernel::directory::{self, Edge};
use slipway_kernel::schedules::{self as clocks, NewSchedule};
use slipway_kernel::{Ctx, Error, Result, Tx};

use super::read::{Shown, load, show, times_of};
use super::{KIND, entitled, find_object, put, record};
use crate::permissions::SCHEDULE_MANAGE;
use crate::schedules::action::{self, Action};
use crate::schedules::model::{MOST, Schedule};
use crate::schedules::store;
use crate::schedules::times::{self, Times};
use crate::workspaces::service::changed_meanwhile;

/// Makes a schedule of an object, with the rights of the caller.
///
/// # Errors
///
/// `Invalid`, with the field at fault; `Conflict` when there are too many; `Forbidden` for what the caller may not do himself.
pub async fn create(
    ctx: &Ctx,
    actions: &[Action],
    (kind, id): (&str, &str),
    settings: &ScheduleSettings,
) -> Result<Shown> {
    let object = find_object(ctx, actions, kind, id).await?;
    ctx.authorize(SCHEDULE_MANAGE, &object.target()).await?;
    let name = settings.action.as_deref().unwrap_or_default();
    let action = action::of(actions, kind, name)?;
    let person = entitled(ctx, action, &object).await?;
    let times = Times::wanted(&times::of_settings(settings), None, ctx.now())?;
    let words = format!("{}: {}", action.action, times.in_words()?);
    let mut tx = ctx.begin().await?;
    if store::of_object(&*tx, id).await?.len() >= MOST {
        return Err(Error::conflict(format!(
            "The {kind} {} has {MOST} schedules already; remove those that are finished.",
            object.name
        )));
    }
    let new = NewSchedule {
        organization: Some(object.organization),
        owner: Owner::new(object.kind, id),
        kind: action.job,
        payload: Value::Null,
        timing: times.timing,
    };
    let id = clocks::create(&tx, ctx, new).await?;
    let mut schedule = Schedule::new((id, ctx.now()), &object, &person, settings, &words)?;
    schedule.time_zone = times.time_zone;
    store::insert(&tx, &schedule).await?;
    put(&tx, &schedule).await?;
    let edge = Edge {
        from: id.to_string(),
        to: schedule.object_id.clone(),
        why: KIND,
    };
    directory::store::connect(&tx, &edge).await?;
    record(
        &mut tx,
        ctx,
        &schedule,
        "schedule.created",
        told(&schedule, &times_named(settings)),
    )
    .await?;
    tx.commit().await?;
    show(ctx, schedule).await
}

/// Changes a schedule, from the row that the caller saw. Who changes what it does, or when, lends it his rights.
///
/// # Errors
///
/// `Invalid`; `Forbidden` for what the caller may not do himself; `PreconditionFailed` when somebody changed it since.
pub async fn update(ctx: &Ctx, actions: &[Action], seen: Schedule, settings: &ScheduleSettings) -> Result<Shown> {
    ctx.authorize(SCHEDULE_MANAGE, &seen.target()).await?;
    let clock = clocks::get(ctx.db.reader(), seen.id).await?;
    let before = times_of(&seen, &clock);
    let times = Times::wanted(&times::of_settings(settings), Some(&before), ctx.now())?;
    let mut schedule = seen.clone().with_settings(settings)?;
    schedule.time_zone.clone_from(&times.time_zone);
    let action = action::of(actions, &schedule.object_kind, &schedule.action)?;
    let moves = times.timing != before.timing;
    if moves || schedule.action != seen.action {
        let object = find_object(ctx, actions, &schedule.object_kind, &schedule.object_id).await?;
        schedule = schedule.run_as(&entitled(ctx, action, &object).await?);
    }
    let mut tx = ctx.begin().await?;
    if !store::update(&tx, &schedule).await? {
        return Err(changed_meanwhile());
    }
    if moves {
        clocks::reschedule(&tx, ctx, schedule.id, times.timing).await?;
    }
    put(&tx, &schedule).await?;
    record(
        &mut tx,
        ctx,
        &schedule,
        "schedule.updated",
        told(&schedule, &times_named(settings)),
    )
    .await?;
    tx.commit().await?;
    show(ctx, schedule).await
}

/// Removes a schedule.
///
/// # Errors
///
/// What the caller may not do.
pub async fn delete(ctx: &Ctx, id: ScheduleId) -> Result<()> {
    let schedule = load(ctx, id, SCHEDULE_MANAGE).await?;
    let mut tx = ctx.begin().await?;
    remove(&tx, id).await?;
    record(
        &mut tx,
        ctx,
        &schedule,
        "schedule.deleted",
        json!({"name": schedule.name}),
    )
    .await?;
    tx.commit().await
}

/// Removes the schedules of an object that goes, in its transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn remove_of_object(tx: &Tx, object_id: &str) -> Result<()> {
    for schedule in store::of_object(&**tx, object_id).await? {
        remove(tx, schedule.id).await?;
    }
    Ok(())
}

/// Takes the schedules of an object along into another project, in its transaction.
///
/// # Errors
///
/// Those of the database.
pub async fn move_of_object(tx: &Tx, object_id: &str, project: ProjectId) -> Result<()> {
    store::set_project(tx, object_id, project).await?;
    for schedule in store::of_object(&**tx, object_id).await? {
        put(tx, &schedule).await?;
    }
    Ok(())
}

/// A schedule with its clock and its place in the directory.
pub(in crate::schedules) async fn remove(tx: &Tx, id: ScheduleId) -> Result<()> {
    clocks::remove(tx, id).await?;
    store::delete(tx, id).await?;
    directory::store::remove(tx, &id.to_string()).await
}

/// What an event tells of a schedule.
fn told(schedule: &Schedule, times: &Value) -> Value {
    json!({
        "name": schedule.name,
        "action": schedule.action,
        "object": schedule.object_id,
        "times": times,
        "time-zone": schedule.time_zone,
        "missed": schedule.missed,
        "runs-as": schedule.runs_as_name,
    })
}

/// The times that a request names.
fn times_named(settings: &ScheduleSettings) -> Value {
    json!({"cron": settings.cron, "at": settings.at, "after": settings.after})
}
