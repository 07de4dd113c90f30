//! A time has come: the server's job that starts what a schedule says.
//!
//! It may be done again after a crash at any point. What was started is found again by the time's key, and what came of a
//! time is noted once, so that each time starts one thing at most.

use std::time::Duration;

use serde_json::json;
use slipway_api::Code;
use slipway_api::ids::ScheduleId;
use slipway_api::schedules::{MissedTimes, OutcomeKind, ScheduleOutcome};
use slipway_identity::users;
use slipway_kernel::queue::WorkItem;
use slipway_kernel::queue::jobs::JobError;
use slipway_kernel::schedules::{Fired, Timing, get as clock_of};
use slipway_kernel::{Ctx, Error, Result};

use super::action::{self, Action, Firing, Object, Started};
use super::model::{Schedule, nothing};
use super::{service, store};

/// Later than this, a time was missed: a restart takes no longer.
const GRACE: Duration = Duration::from_secs(300);
/// How often to try what fails for reasons that may pass.
const ATTEMPTS: i64 = 6;

/// What comes of a time.
enum Verdict {
    /// It is noted.
    Noted(ScheduleOutcome),
    /// The same, and the schedule is held back for this reason.
    Paused(ScheduleOutcome, String),
}

/// Starts what a schedule says, as the person whose rights it has. `actions` are those of the object's domain.
///
/// # Errors
///
/// Of what may pass: it is tried again.
pub async fn fire(ctx: &Ctx, item: &WorkItem, actions: &[Action]) -> Result<(), JobError> {
    let id: ScheduleId = parsed(&item.subject)?;
    let fired: Fired = serde_json::from_value(item.payload.clone())
        .map_err(|error| JobError::Fail(format!("the payload cannot be read: {error}")))?;
    let Some(schedule) = store::find(ctx.db.reader(), id).await? else {
        return Ok(());
    };
    let key = format!("schedule {id} {}", item.id);
    if schedule.knows(&key) {
        return Ok(());
    }
    let Some(object) = action::object(ctx, actions, &schedule.object_kind, &schedule.object_id).await? else {
        // Made while its object went.
        let tx = ctx.begin().await?;
        service::remove(&tx, id).await?;
        return Ok(tx.commit().await?);
    };
    let verdict = match decide(ctx, &schedule, &object, (actions, &key), &fired).await {
        Ok(verdict) => verdict,
        Err(error) if may_pass(&error) && item.attempt < ATTEMPTS => return Err(JobError::Retry(error.to_string())),
        Err(error) => {
            let moments = (fired.due_at, ctx.now());
            let reason = error.in_words();
            Verdict::Noted(nothing(OutcomeKind::Failed, moments, reason, &schedule.runs_as_name))
        }
    };
    Ok(note(ctx, id, &key, verdict).await?)
}

fn parsed<T: std::str::FromStr>(text: &str) -> Result<T, JobError> {
    text.parse()
        .map_err(|_| JobError::Fail(format!("\"{text}\" is no subject of this job")))
}

/// Something was away, or somebody else was faster.
fn may_pass(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Unavailable | Code::Internal | Code::Conflict | Code::PreconditionFailed | Code::TooManyRequests
    )
}

async fn decide(
    ctx: &Ctx,
    schedule: &Schedule,
    object: &Object,
    (actions, key): (&[Action], &str),
    fired: &Fired,
) -> Result<Verdict> {
    let by = &schedule.runs_as_name;
    let moments = (fired.due_at, ctx.now());
    let noted = |kind, reason: String| Verdict::Noted(nothing(kind, moments, reason, by));
    if schedule.paused_at.is_some() {
        let reason = "It was paused when its time had just come.";
        return Ok(noted(OutcomeKind::Skipped, reason.to_owned()));
    }
    if schedule.missed == MissedTimes::Skip && fired.fired_at.since(fired.due_at) > GRACE {
        let reason = format!("Nobody was there at that time; Slipway was back at {}.", fired.fired_at);
        return Ok(noted(OutcomeKind::Missed, reason));
    }
    let action = action::of(actions, &schedule.object_kind, &schedule.action)?;
    let person = match entitled(ctx, schedule, object, action).await? {
        Ok(person) => person,
        Err(reason) => {
            let outcome = nothing(OutcomeKind::Refused, moments, reason.clone(), by);
            return Ok(Verdict::Paused(outcome, reason));
        }
    };
    let clock = clock_of(ctx.db.reader(), schedule.id).await?;
    let firing = Firing {
        schedule: schedule.id,
        object: object.id.clone(),
        action: schedule.action.clone(),
        message: format!("Schedule \"{}\": {}", schedule.name, action.words),
        key: key.to_owned(),
        can_wait: matches!(clock.timing, Timing::Once { .. }),
    };
    Ok(match (action.start)(&person, &firing).await? {
        Started::As(run) => Verdict::Noted(ScheduleOutcome {
            due_at: fired.due_at,
            at: ctx.now(),
            kind: OutcomeKind::Started,
            run_id: Some(run),
            reason: None,
            by: by.clone(),
        }),
        Started::Skipped(reason) => noted(OutcomeKind::Skipped, reason),
    })
}

/// Whoever the schedule runs as, as a caller; or why that person may not do it any more.
async fn entitled(
    ctx: &Ctx,
    schedule: &Schedule,
    object: &Object,
    action: &Action,
) -> Result<std::result::Result<Ctx, String>> {
    let name = &schedule.runs_as_name;
    let Some(person) = users::service::acting(ctx, schedule.runs_as).await? else {
        return Ok(Err(format!(
            "{name}, with whose rights it ran, is suspended or gone. Whoever may do this himself can resume it."
        )));
    };
    for permission in action.permissions {
        match person.authorize(*permission, &object.target()).await {
            Ok(()) => {}
            Err(error) if matches!(error.code(), Code::Forbidden | Code::NotFound) => {
                return Ok(Err(format!(
                    "{name}, with whose rights it ran, lacks the permission \"{}\" in {} now. Whoever may do this himself \
                     can resume it.",
                    permission.as_str(),
                    object.name
                )));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(Ok(person))
}

/// Writes down what came of a time, once.
async fn note(ctx: &Ctx, id: ScheduleId, key: &str, verdict: Verdict) -> Result<()> {
    let (outcome, reason) = match verdict {
        Verdict::Noted(outcome) => (outcome, None),
        Verdict::Paused(outcome, reason) => (outcome, Some(reason)),
    };
    let mut tx = ctx.begin().await?;
    let Some(schedule) = store::hold(&tx, id).await?.filter(|schedule| !schedule.knows(key)) else {
        return Ok(());
    };
    let changes = json!({"object": schedule.object_id, "action": schedule.action, "reason": outcome.reason});
    let failed = outcome.kind == OutcomeKind::Failed;
    let schedule = schedule.noting(key, outcome);
    store::set_outcomes(&tx, id, &schedule.outcomes).await?;
    if failed {
        service::record(&mut tx, ctx, &schedule, "schedule.failed", changes).await?;
    } else if reason.is_some() && schedule.paused_at.is_none() {
        service::put_aside(&mut tx, ctx, &schedule.pause(ctx.now(), reason), changes).await?;
    }
    tx.commit().await
}
