//! What comes in while a deploy is followed: its log, then where it stands, again and again, from a task into a queue.

use std::time::Duration;

use bytes::Bytes;
use slipway_api::Resource;
use slipway_api::deploys::{Deploy, DeployStatus};
use slipway_api::ids::DeployId;
use slipway_client::{Client, ClientError};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::output::Pieces;

/// How often is looked.
const PAUSE: Duration = Duration::from_millis(250);
/// A piece of log that is asked for at once.
const CHUNK_BYTES: u64 = 1 << 20;
/// Failures in a row, about ten minutes with the client's own attempts, before following gives up.
const PATIENCE: u32 = 120;
/// What begins and ends a complete log in TFE's protocol.
const MARKS: [u8; 2] = [2, 3];
/// How often is looked for the end of a log whose deploy is over, and of one that does not say where its end is.
const LATE_LOOKS: (u32, u32) = (20, 1);

/// One thing that happened.
pub(super) enum Update {
    Log(String),
    /// The log cannot be had; the deploy may still go on.
    LogFailed(ClientError),
    /// Where it stands; what the log had until then came before.
    Deploy(Box<Resource<Deploy>>),
    /// It cannot be asked for now.
    Away(ClientError),
    /// It cannot be asked.
    Failed(ClientError),
    /// Nothing comes any more.
    Stopped,
    Interrupt,
}

/// The task; it ends when this is dropped.
pub(super) struct Watch {
    updates: mpsc::Receiver<Update>,
    _tasks: JoinSet<()>,
}

impl Watch {
    /// Starts watching a deploy.
    pub(super) fn start(client: &Client, deploy: DeployId) -> Self {
        let (sender, updates) = mpsc::channel(64);
        let mut tasks = JoinSet::new();
        tasks.spawn(watch(client.clone(), deploy, sender));
        Self { updates, _tasks: tasks }
    }

    /// What happens next.
    pub(super) async fn next(&mut self) -> Option<Update> {
        self.updates.recv().await
    }
}

async fn watch(client: Client, deploy: DeployId, sender: mpsc::Sender<Update>) {
    let (mut log, mut failures, mut late) = (Log::default(), 0, 0);
    loop {
        // First where it stands, so that a log that is read behind that is as long.
        let (update, is_last) = match client.deploy(deploy).await {
            Ok(found) => {
                failures = 0;
                let is_over = found.attributes.status != DeployStatus::Running;
                if !log.pass_on(&client, deploy, &sender).await {
                    return;
                }
                if is_over && !log.has_ended && late < log.late_looks() {
                    late += 1;
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
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

/// A deploy's log as far as it was read.
#[derive(Default)]
pub(super) struct Log {
    offset: u64,
    pieces: Pieces,
    /// Whether its end will be marked.
    is_framed: bool,
    /// Whether there is nothing more to read, or nothing can be read.
    has_ended: bool,
}

impl Log {
    /// What there is more by now.
    pub(super) async fn more(&mut self, client: &Client, deploy: DeployId) -> Result<Option<String>, ClientError> {
        if self.has_ended {
            return Ok(None);
        }
        let bytes: Bytes = client.deploy_log(deploy, self.offset, CHUNK_BYTES).await?;
        let [start, end] = MARKS;
        self.is_framed |= self.offset == 0 && bytes.first() == Some(&start);
        self.offset += bytes.len() as u64;
        self.has_ended = bytes.last() == Some(&end);
        Ok((!bytes.is_empty()).then(|| self.pieces.text(&bytes)))
    }

    fn late_looks(&self) -> u32 {
        let (framed, bare) = LATE_LOOKS;
        if self.is_framed { framed } else { bare }
    }

    /// Sends what there is more; whether somebody still listens.
    async fn pass_on(&mut self, client: &Client, deploy: DeployId, sender: &mpsc::Sender<Update>) -> bool {
        loop {
            let update = match self.more(client, deploy).await {
                Ok(None) => return true,
                Ok(Some(text)) => Update::Log(text),
                // The next look tries again.
                Err(error) if error.is_passing() => return true,
                Err(error) => {
                    self.has_ended = true;
                    Update::LogFailed(error)
                }
            };
            if sender.send(update).await.is_err() {
                return false;
            }
        }
    }
}
