//! The clock wants a run of a job.
//!
//! It may be done again after a crash at any point: the run of a tick has the tick's work item in it, so there is one at most.

use std::time::Duration;

use slipway_api::ids::ScheduleId;
use slipway_api::jobs::JobTrigger;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::schedules::Fired;
use slipway_kernel::{Ctx, Result};

use super::deciding::{self, Start};
use super::model::Asked;
use super::{beginning, store};
use crate::jobs::{Job, store as jobs};

/// Makes the run that a schedule fired for. Subject: the schedule.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub(crate) async fn job(ctx: &Ctx, item: &WorkItem) -> Result<(), JobError> {
    let schedule: ScheduleId = item
        .subject
        .parse()
        .map_err(|_| JobError::Fail(format!("\"{}\" is no schedule", item.subject)))?;
    let fired: Fired = serde_json::from_value(item.payload.clone())
        .map_err(|error| JobError::Fail(format!("the payload cannot be read: {error}")))?;
    match jobs::of_schedule(ctx.db.reader(), schedule).await? {
        Some(job) => Ok(tick(ctx, &job, (item, &fired)).await?),
        None => Ok(()),
    }
}

async fn tick(ctx: &Ctx, job: &Job, (item, fired): (&WorkItem, &Fired)) -> Result<()> {
    let mut tx = ctx.begin().await?;
    let Some(mut held) = jobs::hold(&tx, job.id).await? else {
        return Ok(());
    };
    if held.is_leaving() || held.is_paused || store::is_of_tick(&*tx, item.id).await? {
        return Ok(());
    }
    let within = Duration::from_secs(u64::try_from(held.start_within_seconds).unwrap_or_default());
    let wanted = match held.timing()? {
        Some(timing) => deciding::wanted_at(&timing, fired, within)?,
        None => return Ok(()),
    };
    let asked = Asked {
        wanted_by: JobTrigger::Schedule,
        by: "the schedule".to_owned(),
        attempt: 1,
        arguments: Vec::new(),
        tick: Some((item.id, wanted.unwrap_or(fired.due_at))),
        not_before: ctx.now(),
    };
    let going_on = store::active(&*tx, held.id).await?;
    let numbers: Vec<i64> = going_on.iter().map(|run| run.number).collect();
    let why = match (wanted, deciding::start(held.concurrency, &numbers)) {
        (None, _) => Some(format!(
            "Nobody was there in time; Slipway was back at {}.",
            fired.fired_at
        )),
        (Some(_), Start::Refuse(number)) => Some(format!("The run {number} was still going on.")),
        (Some(_), Start::Begin | Start::Replace) => None,
    };
    let Some(why) = why else {
        let why = format!("The run {} took its place.", held.run_count + 1);
        if deciding::start(held.concurrency, &numbers) == Start::Replace {
            beginning::cancel_all(&mut tx, ctx, (&going_on, &why)).await?;
        }
        beginning::begin(&mut tx, ctx, &mut held, asked).await?;
        return tx.commit().await;
    };
    let skipped = beginning::skip(&mut tx, ctx, &mut held, (asked, why)).await?;
    tx.commit().await?;
    ctx.logs.seal(ctx, skipped.log_id).await.map(drop)
}
