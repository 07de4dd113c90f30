//! Reading schedules, and what times mean.

use slipway_api::ids::ScheduleId;
use slipway_api::schedules::{SchedulePreview, ScheduleTime, ScheduleTrial};
use slipway_identity::organizations::Organization;
use slipway_kernel::ctx::unauthenticated;
use slipway_kernel::grants::Permission;
use slipway_kernel::http::{Listed, Page};
use slipway_kernel::schedules as clocks;
use slipway_kernel::{Actor, Ctx, Error, Result};

use super::{KIND, find_object};
use crate::permissions::SCHEDULE_READ;
use crate::schedules::action::Action;
use crate::schedules::model::Schedule;
use crate::schedules::store::{self, Filter};
use crate::schedules::times::Times;

/// A schedule with everything that is shown of it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The schedule.
    pub schedule: Schedule,
    /// When it is due.
    pub clock: clocks::Schedule,
    /// When it is due, in words.
    pub words: String,
    /// The next times.
    pub next_times: Vec<ScheduleTime>,
    /// What the object that it belongs to is called.
    pub object_name: String,
}

/// An object's schedules, oldest first.
///
/// # Errors
///
/// `NotFound` for an object that the caller may not see; `Forbidden` when he may not see its schedules.
pub async fn of_object(ctx: &Ctx, actions: &[Action], kind: &str, id: &str) -> Result<Vec<Shown>> {
    let object = find_object(ctx, actions, kind, id).await?;
    ctx.authorize(SCHEDULE_READ, &object.target()).await?;
    show_all(ctx, store::of_object(ctx.db.reader(), id).await?).await
}

/// A page of an organization's schedules, the newest first: those that the caller may see.
///
/// # Errors
///
/// Those of the database.
pub async fn of_organization(
    ctx: &Ctx,
    organization: &Organization,
    filter: &Filter<'_>,
    page: &Page,
) -> Result<Listed<Shown>> {
    let visible = ctx.visible(SCHEDULE_READ, organization.id).await?;
    let listed = store::list(ctx.db.reader(), (organization.id, &visible), filter, page).await?;
    Ok(Listed {
        rows: show_all(ctx, listed.rows).await?,
        total: listed.total,
    })
}

/// The schedule, if the caller may do `permission` to it.
///
/// # Errors
///
/// `NotFound` when it is missing or invisible, `Forbidden` when it is only visible.
pub async fn load(ctx: &Ctx, id: ScheduleId, permission: Permission) -> Result<Schedule> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let found = store::find(ctx.db.reader(), id).await?;
    let schedule = found.ok_or_else(|| Error::not_found(KIND, id))?;
    ctx.authorize(permission, &schedule.target()).await?;
    Ok(schedule)
}

/// The schedule with everything that is shown of it.
///
/// # Errors
///
/// Those of the database.
pub async fn show(ctx: &Ctx, schedule: Schedule) -> Result<Shown> {
    let id = schedule.id;
    let shown = show_all(ctx, vec![schedule]).await?.pop();
    shown.ok_or_else(|| Error::not_found(KIND, id))
}

async fn show_all(ctx: &Ctx, schedules: Vec<Schedule>) -> Result<Vec<Shown>> {
    let ids: Vec<ScheduleId> = schedules.iter().map(|schedule| schedule.id).collect();
    let mut clocks = clocks::of_ids(ctx.db.reader(), &ids).await?;
    let objects = schedules.iter().map(|schedule| schedule.object_id.as_str()).collect();
    let names = store::names(ctx.db.reader(), objects).await?;
    let mut shown = Vec::with_capacity(schedules.len());
    for schedule in schedules {
        // One that was removed meanwhile is not shown.
        let Some(place) = clocks.iter().position(|clock| clock.id == schedule.id) else {
            continue;
        };
        let clock = clocks.swap_remove(place);
        let times = times_of(&schedule, &clock);
        shown.push(Shown {
            words: times.in_words()?,
            next_times: match clock.next_at {
                Some(_) => times.next(ctx.now())?,
                None => Vec::new(),
            },
            object_name: names.get(&schedule.object_id).cloned().unwrap_or_default(),
            clock,
            schedule,
        });
    }
    Ok(shown)
}

pub(super) fn times_of(schedule: &Schedule, clock: &clocks::Schedule) -> Times {
    Times {
        timing: clock.timing.clone(),
        time_zone: schedule.time_zone.clone(),
    }
}

/// What times mean, before anything is made of them.
///
/// # Errors
///
/// `Invalid`, with the field at fault; `Unauthenticated` for nobody.
pub fn preview(ctx: &Ctx, trial: &ScheduleTrial) -> Result<SchedulePreview> {
    if *ctx.actor() == Actor::Anonymous {
        return Err(unauthenticated());
    }
    let times = Times::wanted(trial, None, ctx.now())?;
    Ok(SchedulePreview {
        words: times.in_words()?,
        next_times: times.next(ctx.now())?,
    })
}
