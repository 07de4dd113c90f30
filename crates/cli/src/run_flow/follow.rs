//! Following a run live: its log, what it waits for, and what Ctrl-C means.
//!
//! The first Ctrl-C asks the server to cancel the run; the second leaves, and the run goes on.

use std::time::Duration;

use slipway_api::ids::RunId;
use slipway_api::runs::{PhaseStatus, Run, RunStatus};
use slipway_client::{Client, LogItem, PhaseId, RunDocument};
use tokio::time::Instant;

use super::log_printer::LogPrinter;
use super::watch::{Update, Watch};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{Progress, clean};

/// How long a log may still come after its phase is over.
const LATE_LOG: Duration = Duration::from_secs(5);

/// Which part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Plan,
    Apply,
}

impl Part {
    /// Whether a run in this status is through with the part.
    fn is_over(self, status: RunStatus) -> bool {
        use RunStatus::{Fetching, Pending, PlanQueued, Planning};
        match self {
            Self::Plan => !matches!(status, Pending | Fetching | PlanQueued | Planning),
            Self::Apply => status.is_final(),
        }
    }

    fn id(self, document: &RunDocument) -> Option<PhaseId> {
        match self {
            Self::Plan => document.plan_id().map(PhaseId::Plan),
            Self::Apply => document.apply_id().map(PhaseId::Apply),
        }
    }

    /// Whether the part has, or will have, a log.
    pub(crate) fn has_begun(self, document: &RunDocument) -> bool {
        let phase = match self {
            Self::Plan => document.plan.as_ref(),
            Self::Apply => document.apply.as_ref(),
        };
        phase.is_some_and(|phase| !matches!(phase.attributes.status, PhaseStatus::Unreachable | PhaseStatus::Pending))
    }
}

/// How following ended.
pub(crate) enum Followed {
    /// The part is over; whether its log has shown the outputs.
    Over(Box<RunDocument>, bool),
    /// The user left; the run goes on.
    Detached,
}

/// Follows one run through its parts.
pub(crate) struct Follower<'a> {
    context: &'a Context,
    client: &'a Client,
    run: RunId,
    interrupts: u32,
    /// How many Ctrl-C leave; those before ask to cancel.
    leave_at: u32,
}

impl<'a> Follower<'a> {
    pub(crate) fn new(context: &'a Context, client: &'a Client, run: RunId) -> Self {
        Self {
            context,
            client,
            run,
            interrupts: 0,
            leave_at: 2,
        }
    }

    /// The same for who only looks: the first Ctrl-C leaves.
    pub(crate) fn leaving_at_once(mut self) -> Self {
        self.leave_at = 1;
        self
    }

    /// Shows a part of the run until it is over.
    pub(crate) async fn follow(&mut self, part: Part, document: RunDocument) -> anyhow::Result<Followed> {
        let Some(phase) = part.id(&document) else {
            return Ok(Followed::Over(Box::new(document), false));
        };
        let mut watch = Watch::start(self.client, self.run, phase);
        let mut progress = Progress::new(&self.context.output);
        let mut printer = LogPrinter::new(&self.context.output);
        let mut seen = Seen::default();
        progress.say(&activity(&document.run.attributes));
        while let Some(update) = watch.next().await {
            match update {
                Update::Log(LogItem::Text(text)) => printer.print(&text, &progress)?,
                Update::Log(LogItem::Reconnecting(why)) => progress.say(&format!("Reading the log again: {why}")),
                Update::Log(LogItem::End) => {
                    seen.log_end = true;
                    watch.hurry();
                }
                Update::LogFailed(error) => {
                    seen.log_end = true;
                    let text = format!("cannot show the log: {error}");
                    progress.while_hidden(|| self.context.output.warn(&clean(&text)));
                }
                Update::Run(document) => {
                    if seen.is_complete(part, &document) {
                        let shown_outputs = printer.finish(&progress)?;
                        return Ok(Followed::Over(document, shown_outputs));
                    }
                    progress.say(&seen.activity(part, &document.run.attributes, self.interrupts));
                }
                Update::Away(error) => progress.say(&format!("The run goes on; {error}; trying again")),
                Update::Failed(error) => return Err(error.into()),
                Update::Interrupt => {
                    if progress.while_hidden(|| self.leaves()) {
                        return Ok(Followed::Detached);
                    }
                    self.cancel(&progress).await;
                }
            }
        }
        Err(Failure::error(
            "following the run stopped",
            format!("Look again: slipway run logs --follow {}", self.run),
        ))
    }

    fn leaves(&mut self) -> bool {
        self.interrupts += 1;
        if self.interrupts < self.leave_at {
            return false;
        }
        self.context
            .output
            .warn(&format!("left; run {} goes on at the server", self.run));
        self.context.output.note(&format!(
            "  look:   slipway run show {0}\n  follow: slipway run logs --follow {0}",
            self.run
        ));
        true
    }

    async fn cancel(&self, progress: &Progress<'_>) {
        let text = match self
            .client
            .cancel_run(self.run, false, "Ctrl-C at the command line")
            .await
        {
            Ok(()) => format!(
                "Asked the server to cancel {}. Ctrl-C again leaves it to itself.",
                self.run
            ),
            Err(error) => format!(
                "Could not cancel {}: {error}. Ctrl-C again leaves it to itself.",
                self.run
            ),
        };
        progress.while_hidden(|| self.context.output.note(&clean(&text)));
    }
}

/// What has been seen so far.
#[derive(Default)]
struct Seen {
    log_end: bool,
    over_since: Option<Instant>,
}

impl Seen {
    /// Whether the part is over and its log complete, or not to be waited for any more.
    fn is_complete(&mut self, part: Part, document: &RunDocument) -> bool {
        if !part.is_over(document.run.attributes.status) {
            return false;
        }
        let over_since = *self.over_since.get_or_insert_with(Instant::now);
        self.log_end || !part.has_begun(document) || over_since.elapsed() > LATE_LOG
    }

    fn activity(&self, part: Part, run: &Run, interrupts: u32) -> String {
        if part.is_over(run.status) {
            return "Reading the rest of the log".to_owned();
        }
        if interrupts > 0 && run.waiting_for.is_none() {
            return "Stopping".to_owned();
        }
        activity(run)
    }
}

/// What a run does or waits for, in words.
pub(crate) fn activity(run: &Run) -> String {
    if let Some(reason) = &run.waiting_for {
        return clean(reason);
    }
    match run.status {
        RunStatus::Pending => "Waiting for the workspace",
        RunStatus::Fetching => "Waiting for the configuration",
        RunStatus::PlanQueued => "Waiting for a runner",
        RunStatus::Planning => "Planning",
        RunStatus::Confirmed | RunStatus::ApplyQueued => "Waiting for a runner to apply",
        RunStatus::Applying => "Applying",
        _ => "Waiting",
    }
    .to_owned()
}
