//! Everything about an item that goes to the server, in the order that the server can rely on: streams and states as they
//! come; after the last byte of both, `complete`; and when all of it is durable, the spool goes.

use std::sync::Arc;

use slipway_api::runner::{Claim, Completion};
use slipway_client::{Client, ClientError, WorkLease, WorkStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::backoff::{Backoff, is_gap, persist};
use crate::completion::mask;
use crate::secrets::Secrets;
use crate::spool::Spool;
use crate::states;
use crate::stream::{Sent, Stream};

/// Deliveries under way.
pub(crate) struct Delivery {
    client: Client,
    lease: WorkLease,
    spool: Arc<Spool>,
    secrets: Arc<Secrets>,
    written: watch::Sender<bool>,
    states_written: watch::Sender<bool>,
    /// Log and events, to be sent again from their beginnings.
    streams: [Stream; 2],
    log: JoinHandle<std::io::Result<Sent>>,
    events: JoinHandle<std::io::Result<Sent>>,
    states: JoinHandle<bool>,
}

/// An event stream is bounded by the log's limit too, but never below this: the journal is read from it.
const LEAST_EVENT_BYTES: u64 = 256 << 20;

impl Delivery {
    /// Starts sending whatever is and will be in the spool.
    pub(crate) fn start(
        client: Client,
        lease: WorkLease,
        spool: Arc<Spool>,
        claim: &Claim,
        secrets: Arc<Secrets>,
    ) -> Self {
        let (written, finished) = watch::channel(false);
        let (states_written, states_finished) = watch::channel(false);
        let log_limit_bytes = claim.context.log_limit_bytes;
        let stream = |which: WorkStream, base: u64, limit_bytes: u64| Stream {
            client: client.clone(),
            lease,
            which,
            raw: spool.file(&format!("{}.raw", which.name())),
            masked: spool.file(which.name()),
            masker: secrets.masker().as_ref().clone(),
            secrets: secrets.watch(),
            base,
            limit_bytes,
            finished: finished.clone(),
        };
        let streams = [
            stream(WorkStream::Log, claim.log_offset, log_limit_bytes),
            stream(
                WorkStream::Events,
                claim.events_offset,
                log_limit_bytes.max(LEAST_EVENT_BYTES),
            ),
        ];
        let [log, events] = streams.clone();
        Self {
            log: tokio::spawn(log.run()),
            events: tokio::spawn(events.run()),
            streams,
            states: tokio::spawn(states::upload(
                client.clone(),
                lease,
                Arc::clone(&spool),
                states_finished,
            )),
            client,
            lease,
            spool,
            secrets,
            written,
            states_written,
        }
    }

    /// Sends the rest and completes the item.
    pub(crate) async fn finish(self, mut completion: Completion) -> Result<Delivered, ClientError> {
        let _ = self.written.send(true);
        let _ = self.states_written.send(true);
        (completion.log_bytes, completion.event_bytes) = (end(self.log.await, "log"), end(self.events.await, "events"));
        let states_taken = self.states.await.unwrap_or(false);
        mask(&mut completion, &self.secrets.masker());
        let mut backoff = Backoff::default();
        loop {
            let complete = || self.client.complete_work(self.lease, &completion);
            match persist("complete", complete).await {
                // A server that was started again has lost what it had taken and not kept yet.
                Err(error) if is_gap(&error) => {
                    backoff.wait().await;
                    let [log, events] = self.streams.clone().map(|stream| tokio::spawn(stream.run()));
                    (completion.log_bytes, completion.event_bytes) =
                        (end(log.await, "log"), end(events.await, "events"));
                }
                // The server takes the end of an item only when all of both streams is durable there, so the spool may go.
                completed => {
                    return completed.map(|()| Delivered {
                        spool: self.spool,
                        states_taken,
                    });
                }
            }
        }
    }

    /// Sends the rest without completing: an item that the server gives to somebody else.
    pub(crate) async fn flush(self) -> Arc<Spool> {
        let _ = self.written.send(true);
        let _ = self.states_written.send(true);
        let _ = tokio::join!(self.log, self.events, self.states);
        self.spool
    }
}

/// A delivered item.
pub(crate) struct Delivered {
    pub(crate) spool: Arc<Spool>,
    /// Whether the server took every state; a refused one stays on the disk.
    pub(crate) states_taken: bool,
}

fn end(ended: Result<std::io::Result<Sent>, tokio::task::JoinError>, what: &str) -> u64 {
    let ended = ended.map_err(std::io::Error::other).and_then(|sent| sent);
    ended.map_or_else(
        |error| {
            tracing::error!(%error, what, "a stream ended early");
            0
        },
        |sent| sent.end,
    )
}
