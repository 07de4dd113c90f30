//! What shall happen to a tick, to a run that somebody wants, and after a run that failed: pure.

use std::time::Duration;

use slipway_api::Timestamp;
use slipway_api::jobs::{JobConcurrency, JobRunStatus};
use slipway_kernel::Result;
use slipway_kernel::schedules::{Fired, Timing};

use super::model::JobRun;

/// The first stretch of time before now that is looked through for a tick; each is twice as long as the one before.
const FIRST_LOOK: Duration = Duration::from_secs(60);
/// A run that failed is tried again after this, and after twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_secs(10);
/// At most.
const LONGEST_PAUSE: Duration = Duration::from_secs(360);

/// What happens to a run that is due, or wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Start {
    /// It begins, beside whatever goes on.
    Begin,
    /// It begins when those that go on have been canceled.
    Replace,
    /// It does not begin: the run of this number goes on.
    Refuse(i64),
}

/// Whether a run may begin while others go on, of which the numbers are given.
pub(crate) fn start(concurrency: JobConcurrency, going_on: &[i64]) -> Start {
    match (concurrency, going_on.first()) {
        (_, None) | (JobConcurrency::Allow, _) => Start::Begin,
        (JobConcurrency::Replace, Some(_)) => Start::Replace,
        (JobConcurrency::Forbid, Some(number)) => Start::Refuse(*number),
    }
}

/// The last time at which the clock wanted a run, of those that a schedule fired for: nothing where that is longer ago than
/// `within`.
///
/// # Errors
///
/// `Invalid`, where the rhythm cannot be read any more.
pub(crate) fn wanted_at(timing: &Timing, fired: &Fired, within: Duration) -> Result<Option<Timestamp>> {
    // The first that was missed counts, too.
    let first = fired.due_at.before(Duration::from_millis(1));
    let mut span = FIRST_LOOK.min(within);
    loop {
        let from = first.max(fired.fired_at.before(span));
        let mut last = None;
        let mut next = timing.next_after(from)?;
        while let Some(at) = next.filter(|at| *at <= fired.fired_at) {
            last = Some(at);
            next = timing.next_after(at)?;
        }
        if last.is_some() || from == first || span >= within {
            return Ok(last);
        }
        span = (span * 2).min(within);
    }
}

/// When a run that ended is tried again; never where it has been often enough, or was not meant to go on.
pub(crate) fn again_at(run: &JobRun, retries: i64, now: Timestamp) -> Option<Timestamp> {
    if run.status != JobRunStatus::Failed || run.is_cancel_requested || run.attempt > retries {
        return None;
    }
    let doublings = u32::try_from(run.attempt.clamp(1, 10) - 1).unwrap_or_default();
    Some(now.after((FIRST_PAUSE * 2u32.pow(doublings)).min(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use slipway_api::jobs::{JobTrigger, NewJob};
    use slipway_kernel::schedules::Dialect;

    use super::super::model::Asked;
    use super::*;
    use crate::jobs::model::tests::job;

    #[rstest]
    #[case(JobConcurrency::Forbid, &[], Start::Begin)]
    #[case(JobConcurrency::Forbid, &[4], Start::Refuse(4))]
    #[case(JobConcurrency::Allow, &[4], Start::Begin)]
    #[case(JobConcurrency::Replace, &[4, 5], Start::Replace)]
    #[case(JobConcurrency::Replace, &[], Start::Begin)]
    fn what_becomes_of_a_run_while_others_go_on(
        #[case] concurrency: JobConcurrency,
        #[case] going_on: &[i64],
        #[case] expected: Start,
    ) {
        assert_eq!(start(concurrency, going_on), expected);
    }

    #[rstest]
    #[case::in_time(
        "0 3 * * *",
        "2026-11-20T03:00:00.000Z",
        "2026-11-20T03:00:01.000Z",
        Some("2026-11-20T03:00:00.000Z")
    )]
    #[case::late(
        "0 3 * * *",
        "2026-11-20T03:00:00.000Z",
        "2026-11-20T03:40:00.000Z",
        Some("2026-11-20T03:00:00.000Z")
    )]
    #[case::too_late("0 3 * * *", "2026-11-20T03:00:00.000Z", "2026-11-20T04:00:01.000Z", None)]
    // The server was away for ten hours: only the last of six hundred counts.
    #[case::the_last_of_many(
        "* * * * *",
        "2026-11-20T03:00:00.000Z",
        "2026-11-20T13:00:30.000Z",
        Some("2026-11-20T13:00:00.000Z")
    )]
    #[case::the_last_of_some(
        "*/20 * * * *",
        "2026-11-20T03:00:00.000Z",
        "2026-11-20T13:17:00.000Z",
        Some("2026-11-20T13:00:00.000Z")
    )]
    // What was due before the schedule was made was never due.
    #[case::none_before_the_first(
        "*/10 * * * *",
        "2026-11-20T03:10:00.000Z",
        "2026-11-20T03:10:00.000Z",
        Some("2026-11-20T03:10:00.000Z")
    )]
    fn of_times_that_were_missed_the_last_counts(
        #[case] cron: &str,
        #[case] due: &str,
        #[case] fired: &str,
        #[case] expected: Option<&str>,
    ) {
        let timing = Timing::cron(cron, Dialect::Unix, "UTC").unwrap();
        let fired = Fired {
            due_at: due.parse().unwrap(),
            fired_at: fired.parse().unwrap(),
            payload: serde_json::Value::Null,
        };
        let wanted = wanted_at(&timing, &fired, Duration::from_secs(3_600)).unwrap();
        assert_eq!(wanted, expected.map(|at| at.parse().unwrap()));
    }

    #[rstest]
    #[case::never(0, 1, JobRunStatus::Failed, None)]
    #[case::first(3, 1, JobRunStatus::Failed, Some(10))]
    #[case::second(3, 2, JobRunStatus::Failed, Some(20))]
    #[case::last(3, 3, JobRunStatus::Failed, Some(40))]
    #[case::enough(3, 4, JobRunStatus::Failed, None)]
    #[case::at_most_six_minutes(10, 10, JobRunStatus::Failed, Some(360))]
    #[case::all_is_well(3, 1, JobRunStatus::Succeeded, None)]
    #[case::canceled(3, 1, JobRunStatus::Canceled, None)]
    fn a_run_that_failed_is_tried_again(
        #[case] retries: i64,
        #[case] attempt: i64,
        #[case] status: JobRunStatus,
        #[case] expected: Option<u64>,
    ) {
        let wanted = NewJob {
            name: "nightly".to_owned(),
            ..NewJob::default()
        };
        let now = Timestamp::from_unix_ms(0);
        let asked = Asked {
            wanted_by: JobTrigger::Person,
            by: "ann".to_owned(),
            attempt,
            arguments: Vec::new(),
            tick: None,
            not_before: now,
        };
        let ids = (
            "jrun-0000000000000000".parse().unwrap(),
            "log-0000000000000000".parse().unwrap(),
        );
        let run = JobRun {
            status,
            ..JobRun::new(&job(&wanted).unwrap(), ids, asked, now)
        };
        let expected = expected.map(|seconds| now.after(Duration::from_secs(seconds)));
        assert_eq!(again_at(&run, retries, now), expected);
        let unwanted = JobRun {
            is_cancel_requested: true,
            ..run
        };
        assert_eq!(again_at(&unwanted, retries, now), None);
    }
}
