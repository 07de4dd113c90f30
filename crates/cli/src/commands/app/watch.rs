//! What comes in while a deploy is followed: its log, and where it stands; each from a task of its own into one queue.

use std::time::Duration;

use slipway_api::Resource;
use slipway_api::deploys::{Deploy, DeployStatus};
use slipway_api::ids::DeployId;
use slipway_client::{Client, ClientError, LogItem};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

/// How often is looked where it stands: often enough that no step is missed that takes a while.
const PAUSE: Duration = Duration::from_millis(200);
/// Failures in a row, about ten minutes with the client's own attempts, before following gives up.
const PATIENCE: u32 = 120;

/// One thing that happened.
pub(super) enum Update {
    Log(LogItem),
    /// The log cannot be had; the deploy may still go on.
    LogFailed(ClientError),
    /// Where it stands.
    Deploy(Box<Resource<Deploy>>),
    /// It cannot be asked for now.
    Away(ClientError),
    /// It cannot be asked.
    Failed(ClientError),
    /// Nothing comes any more.
    Stopped,
    Interrupt,
}

/// The tasks; they end when this is dropped.
pub(super) struct Watch {
    updates: mpsc::Receiver<Update>,
    _tasks: JoinSet<()>,
}

impl Watch {
    /// Starts watching a deploy.
    pub(super) fn start(client: &Client, deploy: DeployId) -> Self {
        let (sender, updates) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(watch_log(client.clone(), deploy, sender.clone()));
        tasks.spawn(watch_deploy(client.clone(), deploy, sender));
        Self { updates, _tasks: tasks }
    }

    /// What happens next; nothing more after it was seen that the deploy is over, and its log.
    pub(super) async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }
}

async fn watch_log(client: Client, deploy: DeployId, sender: mpsc::Sender<Update>) {
    let mut stream = client.deploy_log_stream(deploy, 0);
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

async fn watch_deploy(client: Client, deploy: DeployId, sender: mpsc::Sender<Update>) {
    let mut failures = 0;
    loop {
        let (update, is_last) = match client.deploy(deploy).await {
            Ok(found) => {
                failures = 0;
                let is_over = found.attributes.status != DeployStatus::Running;
                (Update::Deploy(Box::new(found)), is_over)
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
        tokio::time::sleep(PAUSE).await;
    }
}
