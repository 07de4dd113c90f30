//! Keeps background tasks going: a task that fails is started again, after a pause that grows.

use std::future::Future;
use std::time::Duration;

use slipway_kernel::Result;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The first pause after a failure.
const SHORTEST_PAUSE: Duration = Duration::from_millis(500);
/// The longest.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A task that lived this long starts with the shortest pause again.
const HEALTHY: Duration = Duration::from_secs(60);

/// The background tasks of a process.
pub struct Supervisor {
    tasks: JoinSet<()>,
    stop: CancellationToken,
}

impl Supervisor {
    /// Without tasks. They end when `stop` is cancelled.
    #[must_use]
    pub fn new(stop: CancellationToken) -> Self {
        Self {
            tasks: JoinSet::new(),
            stop,
        }
    }

    /// Runs `task` until the process stops; when it ends or fails before, it is started again.
    pub fn keep<F, T>(&mut self, name: &'static str, task: F)
    where
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<()>> + Send + 'static,
    {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            let mut pause = SHORTEST_PAUSE;
            loop {
                let started = tokio::time::Instant::now();
                tokio::select! {
                    () = stop.cancelled() => return,
                    outcome = task() => {
                        if let Err(error) = outcome {
                            tracing::warn!(task = name, %error, pause_ms = pause.as_millis(), "background task failed");
                        }
                    }
                }
                if started.elapsed() > HEALTHY {
                    pause = SHORTEST_PAUSE;
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => pause = (pause * 2).min(LONGEST_PAUSE),
                }
            }
        });
    }

    /// Waits until every task has ended.
    pub async fn ended(mut self) {
        while self.tasks.join_next().await.is_some() {}
    }
}
