//! What comes in while a run is followed: its log, its status, Ctrl-C; each from a task of its own into one queue.

use std::sync::Arc;
use std::time::Duration;

use slipway_api::ids::RunId;
use slipway_client::{Client, ClientError, LogItem, PhaseId, RunDocument};
use tokio::sync::{Notify, mpsc};
use tokio::task::JoinSet;

/// How often the status is asked for while the log shows what happens.
const USUAL_PAUSE: Duration = Duration::from_millis(500);
/// How soon it is asked for again once the log has ended.
const SHORT_PAUSE: Duration = Duration::from_millis(25);
/// Failures in a row, about ten minutes with the client's own attempts, before following gives up.
const PATIENCE: u32 = 120;

/// One thing that happened.
pub(super) enum Update {
    Log(LogItem),
    /// The log cannot be had; the run may still go on.
    LogFailed(ClientError),
    Run(Box<RunDocument>),
    /// The status cannot be had for now.
    Away(ClientError),
    /// The status cannot be had.
    Failed(ClientError),
    Interrupt,
}

/// The tasks; they end when this is dropped.
pub(super) struct Watch {
    updates: mpsc::Receiver<Update>,
    hurry: Arc<Notify>,
    _tasks: JoinSet<()>,
}

impl Watch {
    /// Starts watching a run, and the log of one of its phases.
    pub(super) fn start(client: &Client, run: RunId, phase: PhaseId) -> Self {
        let (sender, updates) = mpsc::channel(64);
        let hurry = Arc::new(Notify::new());
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_log(client.clone(), phase, sender.clone()));
        tasks.spawn(watch_run(client.clone(), run, Arc::clone(&hurry), sender.clone()));
        tasks.spawn(watch_interrupts(sender));
        Self {
            updates,
            hurry,
            _tasks: tasks,
        }
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }

    /// Asks for the status at once, because it is about to change.
    pub(super) fn hurry(&self) {
        self.hurry.notify_one();
    }
}

async fn watch_log(client: Client, phase: PhaseId, sender: mpsc::Sender<Update>) {
    let mut stream = client.log_stream(phase, 0);
    loop {
        let (update, is_last) = match stream.next().await {
            Ok(LogItem::End) => (Update::Log(LogItem::End), true),
            Ok(item) => (Update::Log(item), false),
            Err(error) => (Update::LogFailed(error), true),
        };
        if sender.send(update).await.is_err() || is_last {
            return;
        }
    }
}

async fn watch_run(client: Client, run: RunId, hurry: Arc<Notify>, sender: mpsc::Sender<Update>) {
    let (mut pause, mut failures) = (USUAL_PAUSE, 0);
    loop {
        let (update, is_last) = match client.run(run).await {
            Ok(document) => {
                failures = 0;
                (Update::Run(Box::new(document)), false)
            }
            Err(error) if error.is_passing() && failures < PATIENCE => {
                failures += 1;
                (Update::Away(error), false)
            }
            Err(error) => (Update::Failed(error), true),
        };
        if sender.send(update).await.is_err() || is_last {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(USUAL_PAUSE),
            () = hurry.notified() => pause = SHORT_PAUSE,
        }
    }
}

async fn watch_interrupts(sender: mpsc::Sender<Update>) {
    while tokio::signal::ctrl_c().await.is_ok() {
        if sender.send(Update::Interrupt).await.is_err() {
            return;
        }
    }
}
