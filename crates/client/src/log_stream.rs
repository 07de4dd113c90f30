//! The log of a run's phase, of a deploy, or of a run of a job, as it comes, across broken connections: each byte once, in order.

use std::fmt;

use slipway_api::ids::{ApplyId, DeployId, JobRunId, PlanId};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::sse::ServerEvent;
use crate::stream::{Connection, Received};

/// Which phase's log.
#[derive(Debug, Clone, Copy)]
pub enum PhaseId {
    /// A run's plan.
    Plan(PlanId),
    /// A run's apply.
    Apply(ApplyId),
}

impl PhaseId {
    pub(crate) fn collection(self) -> &'static str {
        match self {
            Self::Plan(_) => "plans",
            Self::Apply(_) => "applies",
        }
    }
}

impl fmt::Display for PhaseId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan(id) => id.fmt(formatter),
            Self::Apply(id) => id.fmt(formatter),
        }
    }
}

/// What a log stream has to say.
#[derive(Debug)]
pub enum LogItem {
    /// The next part of the log.
    Text(String),
    /// The connection broke, for this reason, and is opened again; nothing is lost.
    Reconnecting(&'static str),
    /// The log is complete.
    End,
}

/// Reads a log from an offset on.
#[derive(Debug)]
pub struct LogStream {
    connection: Connection,
    /// Whose log: the part of the path and the id.
    owner: (&'static str, String),
    offset: u64,
    ended: bool,
}

impl Client {
    /// The log of a phase from byte `offset` on. Nothing is sent before the first [`LogStream::next`].
    #[must_use]
    pub fn log_stream(&self, phase: PhaseId, offset: u64) -> LogStream {
        LogStream::new(self, (phase.collection(), phase.to_string()), offset)
    }

    /// The same of a deploy.
    #[must_use]
    pub fn deploy_log_stream(&self, deploy: DeployId, offset: u64) -> LogStream {
        LogStream::new(self, ("deploys", deploy.to_string()), offset)
    }

    /// The same of a run of a job.
    #[must_use]
    pub fn job_run_log_stream(&self, run: JobRunId, offset: u64) -> LogStream {
        LogStream::new(self, ("job-runs", run.to_string()), offset)
    }
}

impl LogStream {
    fn new(client: &Client, owner: (&'static str, String), offset: u64) -> Self {
        Self {
            connection: Connection::new(client),
            owner,
            offset,
            ended: false,
        }
    }

    /// The next item; after [`LogItem::End`] always that again.
    ///
    /// # Errors
    ///
    /// The server refused, or could not be reached for about ten minutes.
    pub async fn next(&mut self) -> Result<LogItem, ClientError> {
        while !self.ended {
            let ((collection, id), offset) = (&self.owner, self.offset);
            let call = || Call::get(&[collection, id, "log", "stream"]).query("offset", offset);
            match self.connection.next(call).await? {
                Received::Broken(why) => return Ok(LogItem::Reconnecting(why)),
                Received::Event(event) if event.name == "log" => return self.text(&event),
                Received::Event(event) => self.ended = event.name == "end",
            }
        }
        Ok(LogItem::End)
    }

    fn text(&mut self, event: &ServerEvent) -> Result<LogItem, ClientError> {
        let text: String = serde_json::from_str(&event.data).map_err(|error| ClientError::Unexpected {
            url: format!("{} (log of {})", self.connection.client.base_url(), self.owner.1),
            status: 200,
            why: error.to_string(),
        })?;
        let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
        // The id counts the log's own bytes; the text's may differ where the log is not UTF-8.
        let offset = event.id.as_deref().and_then(|id| id.parse().ok());
        self.offset = offset.unwrap_or(self.offset.saturating_add(length));
        Ok(LogItem::Text(text))
    }
}
