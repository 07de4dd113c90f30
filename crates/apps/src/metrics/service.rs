//! What was measured of an app, in as many points as are asked for.

use std::time::Duration;

use slipway_api::Timestamp;
use slipway_api::app_metrics::AppMetrics;
use slipway_api::ids::AppId;
use slipway_kernel::{Ctx, Error, Result};

use super::model::{Sample, stretch};
use super::sampling::{COARSE, FINE};
use super::store;

/// What is fine reaches back so far.
const HOUR: Duration = Duration::from_secs(3_600);
/// Points in one answer.
const MOST_POINTS: u64 = 1_500;

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Question {
    /// From when; an hour ago when nobody says.
    pub from: Option<Timestamp>,
    /// To when; now when nobody says.
    pub to: Option<Timestamp>,
    /// Seconds between two points; as fine as there is when nobody says.
    pub step: Option<u32>,
}

/// The points of an app.
///
/// # Errors
///
/// `Malformed` for more points than one answer has, or a time that ends before it begins; those of the database.
pub async fn read(ctx: &Ctx, app: AppId, question: Question) -> Result<AppMetrics> {
    let now = ctx.now();
    let to = question.to.unwrap_or(now);
    let from = question.from.unwrap_or_else(|| to.before(HOUR));
    if from >= to {
        return Err(Error::malformed_parameter("from", "The time begins before it ends."));
    }
    // A little longer than an hour: who asks for the last hour says so a moment before.
    let is_fine = from >= now.before(HOUR + Duration::from_secs(60));
    let finest = if is_fine { FINE } else { COARSE };
    let step = question.step.unwrap_or(finest).max(finest).div_ceil(finest) * finest;
    let points = to.since(from).as_secs() / u64::from(step);
    if points > MOST_POINTS {
        return Err(Error::malformed_parameter(
            "step",
            format!("{points} points are too many for one answer: {MOST_POINTS} are possible."),
        ));
    }
    let samples = store::between(ctx.db.reader(), app, finest, (stretch(from, step), to)).await?;
    let points = samples
        .chunk_by(|one, other| stretch(one.at, step) == stretch(other.at, step))
        .filter_map(|chunk| Sample::together(stretch(chunk.first()?.at, step), chunk))
        .map(|sample| sample.point())
        .collect();
    Ok(AppMetrics {
        from,
        to,
        step_seconds: step,
        points,
    })
}
