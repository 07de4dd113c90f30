//! Following a run of a job live: what it writes, how it ended, and what Ctrl-C means.

use slipway_api::Resource;
use slipway_api::ids::JobRunId;
use slipway_api::jobs::{Job, JobRun, JobRunStatus};
use slipway_client::{Client, LogItem};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::Instant;

use crate::context::Context;
use crate::failure::Outcome;
use crate::output::{Icon, Progress, clean, elapsed};
use crate::run_flow::LogPrinter;

/// When whoever follows is let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaving {
    /// At once.
    FirstCtrlC,
    /// The first one cancels the run.
    SecondCtrlC,
}

/// Follows a run to its end.
pub(super) async fn to_its_end(
    context: &Context,
    client: &Client,
    (job, run): (&Resource<Job>, JobRunId),
    leaving: Leaving,
) -> anyhow::Result<Outcome> {
    let started = Instant::now();
    let mut interrupts = signal(SignalKind::interrupt())?;
    let mut progress = Progress::new(&context.output);
    let mut printer = LogPrinter::new(&context.output);
    let mut log = client.job_run_log_stream(run, 0);
    let mut presses = 0;
    progress.say("Waiting for what it writes");
    loop {
        // The log ends when the run does.
        tokio::select! {
            item = log.next() => match item? {
                LogItem::Text(text) => printer.print(&text, &progress)?,
                LogItem::Reconnecting(why) => progress.say(&format!("Reading the log again: {why}")),
                LogItem::End => break,
            },
            _ = interrupts.recv() => {
                presses += 1;
                if leaving == Leaving::FirstCtrlC || presses > 1 {
                    progress.while_hidden(|| left(context, job));
                    return Ok(Outcome::Detached);
                }
                let text = match client.cancel_job_run(run).await {
                    Ok(_) => "Asked the server to cancel the run. Ctrl-C again leaves it to itself.".to_owned(),
                    Err(error) => format!("Could not cancel the run: {error}. Ctrl-C again leaves it to itself."),
                };
                progress.while_hidden(|| context.output.note(&clean(&text)));
            }
        }
    }
    printer.finish(&progress)?;
    drop(progress);
    let ended = client.job_run(run).await?;
    if context.output.is_json() {
        context.output.json(&ended)?;
    }
    Ok(say_how_it_ended(
        context,
        (job, &ended.attributes),
        &elapsed(started.elapsed()),
    ))
}

fn left(context: &Context, job: &Resource<Job>) {
    context.output.warn("left; the run goes on at the server");
    context.output.note(&where_to_look(job.attributes.name.as_str()));
}

pub(super) fn where_to_look(job: &str) -> String {
    format!("  follow: slipway job logs {job} --follow\n  cancel: slipway job cancel {job}")
}

fn say_how_it_ended(context: &Context, (job, run): (&Resource<Job>, &JobRun), took: &str) -> Outcome {
    let output = &context.output;
    let text = format!(
        "run {} of {} {} ({took})",
        run.number,
        job.attributes.name,
        run.status.as_str()
    );
    match run.status {
        JobRunStatus::Succeeded => output.done(&text),
        JobRunStatus::Failed => output.note(&format!("{} {text}", output.note_style.icon(Icon::Failed))),
        _ => output.warn(&text),
    }
    for line in run.reason.lines() {
        output.note(&format!("  {}", clean(line)));
    }
    match run.status {
        JobRunStatus::Succeeded => Outcome::Success,
        _ => Outcome::Failed,
    }
}
