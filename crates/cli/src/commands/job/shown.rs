//! Jobs, their versions and runs, as tables and fields.

use std::time::Duration;

use slipway_api::jobs::{Job, JobRun, JobRunStatus, JobStatus, JobVersion};
use slipway_api::{Resource, Timestamp};

use crate::context::Context;
use crate::environment::now;
use crate::output::{Table, Tone, age, elapsed, one_line, yes_no};

pub(super) fn jobs(jobs: &[Resource<Job>]) -> Table {
    let mut table = Table::new(&["name", "status", "schedule", "next", "last run", "pool", "plan"]);
    for resource in jobs {
        let job = &resource.attributes;
        table.toned_row(vec![
            (job.name.to_string(), None),
            (job.status.as_str().to_owned(), Some(tone(job.status))),
            (schedule(job), None),
            (moment(job.next_at), Some(Tone::Quiet)),
            (
                job.last_run_at.map(|at| age(at, now())).unwrap_or_default(),
                Some(Tone::Quiet),
            ),
            (job.pool.name.to_string(), None),
            (job.plan.name.to_string(), None),
        ]);
    }
    table
}

const fn tone(status: JobStatus) -> Tone {
    match status {
        JobStatus::Succeeded => Tone::Good,
        JobStatus::Failed => Tone::Bad,
        JobStatus::Running | JobStatus::Deleting => Tone::Active,
        JobStatus::New | JobStatus::Canceled => Tone::Quiet,
    }
}

fn schedule(job: &Job) -> String {
    match (&job.cron, job.is_paused) {
        (Some(cron), true) => format!("{cron} (paused)"),
        (Some(cron), false) => cron.clone(),
        (None, _) => String::new(),
    }
}

fn moment(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

pub(super) fn job(context: &Context, job: &Resource<Job>) -> anyhow::Result<()> {
    let span = |seconds: u32| elapsed(Duration::from_secs(u64::from(seconds)));
    context.output.one(job, |resource| {
        let shown = &resource.attributes;
        vec![
            ("name", shown.name.to_string()),
            ("status", shown.status.as_str().to_owned()),
            ("image", shown.image.clone()),
            ("command", shown.command.join(" ")),
            ("version", shown.current_version.to_string()),
            (
                "schedule",
                shown
                    .schedule_words
                    .clone()
                    .unwrap_or_else(|| "when somebody wants it".to_owned()),
            ),
            ("paused", yes_no(shown.is_paused)),
            ("next run", moment(shown.next_at)),
            ("last run", moment(shown.last_run_at)),
            ("concurrency", shown.concurrency.as_str().to_owned()),
            ("deadline", span(shown.deadline_seconds)),
            ("retries", shown.retries.to_string()),
            ("start within", span(shown.start_within_seconds)),
            ("runs kept", shown.kept_runs.to_string()),
            ("pool", shown.pool.name.to_string()),
            ("plan", shown.plan.name.to_string()),
            ("labels", shown.labels.join(", ")),
            ("description", shown.description.clone()),
            ("id", resource.id.clone()),
        ]
    })
}

pub(super) fn versions(versions: &[Resource<JobVersion>]) -> Table {
    let mut table = Table::new(&["version", "image", "command", "by", "age", "digest"]).numeric(0);
    for resource in versions {
        let version = &resource.attributes;
        let digest = match (&version.digest, version.reason.as_str()) {
            (Some(digest), _) => (digest.clone(), None),
            (None, "") => ("not known yet".to_owned(), Some(Tone::Quiet)),
            (None, reason) => (one_line(reason, 60), Some(Tone::Bad)),
        };
        table.toned_row(vec![
            (version.number.to_string(), None),
            (version.image.clone(), None),
            (one_line(&version.command.join(" "), 40), None),
            (version.created_by.clone(), None),
            (age(version.created_at, now()), Some(Tone::Quiet)),
            digest,
        ]);
    }
    table
}

pub(super) fn runs(runs: &[Resource<JobRun>]) -> Table {
    let mut table = Table::new(&["run", "status", "trigger", "try", "took", "age", "why"]).numeric(0);
    for resource in runs {
        let run = &resource.attributes;
        table.toned_row(vec![
            (run.number.to_string(), None),
            (run.status.as_str().to_owned(), Some(run_tone(run.status))),
            (run.trigger.as_str().to_owned(), None),
            (run.attempt.to_string(), None),
            (took(run), None),
            (age(run.created_at, now()), Some(Tone::Quiet)),
            (one_line(&run.reason, 60), None),
        ]);
    }
    table
}

const fn run_tone(status: JobRunStatus) -> Tone {
    match status {
        JobRunStatus::Succeeded => Tone::Good,
        JobRunStatus::Failed => Tone::Bad,
        JobRunStatus::Running => Tone::Active,
        JobRunStatus::Waiting | JobRunStatus::Canceled | JobRunStatus::Skipped => Tone::Quiet,
    }
}

fn took(run: &JobRun) -> String {
    match (run.started_at, run.ended_at) {
        (Some(started), Some(ended)) => elapsed(ended.since(started)),
        _ => String::new(),
    }
}

pub(super) fn run(context: &Context, run: &Resource<JobRun>) -> anyhow::Result<()> {
    context.output.one(run, |resource| {
        let shown = &resource.attributes;
        vec![
            ("run", shown.number.to_string()),
            ("status", shown.status.as_str().to_owned()),
            ("why", shown.reason.clone()),
            (
                "exit code",
                shown.exit_code.map(|code| code.to_string()).unwrap_or_default(),
            ),
            ("trigger", shown.trigger.as_str().to_owned()),
            ("try", shown.attempt.to_string()),
            ("version", shown.job_version.to_string()),
            ("arguments", shown.arguments.join(" ")),
            ("started by", shown.started_by.clone()),
            ("due", moment(shown.due_at)),
            ("began", moment(shown.started_at)),
            ("ended", moment(shown.ended_at)),
            ("took", took(shown)),
            ("id", resource.id.clone()),
        ]
    })
}
