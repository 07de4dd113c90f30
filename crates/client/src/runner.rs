//! The runner protocol (see `slipway_api::runner`). Every write names the fence of its claim and may be repeated; what to
//! do when the server is away is the runner's business, so these calls are made by a client with one attempt.

use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use slipway_api::ids::{RunnerId, WorkItemId};
use slipway_api::runner::{
    Accepted, Claim, ClaimRequest, Completion, Heartbeat, HeartbeatAnswer, Registered, Registration, WorkContext,
    WorkIdentity,
};

use crate::call::Call;
use crate::client::Client;
use crate::configuration_versions::TRANSFER_TIMEOUT;
use crate::error::ClientError;

const JSON: &str = "application/json";
const BYTES: &str = "application/octet-stream";
/// How much longer than the server's wait a long poll may take.
pub(crate) const POLL_MARGIN: Duration = Duration::from_secs(15);

/// How long a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(5);

/// The two streams of an item that are sent by offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkStream {
    /// What people read.
    Log,
    /// JSON lines.
    Events,
}

impl WorkStream {
    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Events => "events",
        }
    }
}

/// An item as the runner that holds it speaks of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkLease {
    /// The item.
    pub item: WorkItemId,
    /// The fence of the claim.
    pub fence: i64,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// Says that this runner is there. Needs the pool's token, as does [`Self::claim_work`]; the rest need the run token.
    pub async fn register_runner(&self, registration: &Registration) -> Result<Registered, ClientError> {
        self.json(body(Call::post(&["runners"]), registration)?).await
    }

    /// Says that this runner takes no more work. A claim that waits is answered at once.
    pub async fn unregister_runner(&self, runner: RunnerId) -> Result<(), ClientError> {
        let call = Call::delete(&["runners", &runner.to_string()]);
        self.nothing(call.timeout(GOODBYE)).await
    }

    /// Waits for an item; `None` when there was none in the time asked for.
    pub async fn claim_work(&self, runner: RunnerId, request: &ClaimRequest) -> Result<Option<Claim>, ClientError> {
        let call = body(Call::post(&["runners", &runner.to_string(), "claim"]), request)?;
        let timeout = Duration::from_millis(request.wait_ms) + POLL_MARGIN;
        self.json_if_any(call.timeout(timeout)).await
    }

    /// What to do, again.
    pub async fn work_context(&self, lease: WorkLease) -> Result<WorkContext, ClientError> {
        self.json(work(Call::get, lease, "context")).await
    }

    /// The configuration archive.
    pub async fn work_configuration(&self, lease: WorkLease) -> Result<Bytes, ClientError> {
        self.download(work(Call::get, lease, "configuration").timeout(TRANSFER_TIMEOUT))
            .await
    }

    /// The state to start from.
    pub async fn work_state(&self, lease: WorkLease) -> Result<Bytes, ClientError> {
        self.download(work(Call::get, lease, "state").timeout(TRANSFER_TIMEOUT))
            .await
    }

    /// The plan bundle to apply.
    pub async fn work_plan(&self, lease: WorkLease) -> Result<Bytes, ClientError> {
        self.download(work(Call::get, lease, "plan").timeout(TRANSFER_TIMEOUT))
            .await
    }

    /// Sends bytes of a stream. No bytes at the end of what was sent ask how far the server is.
    pub async fn put_work_stream(
        &self,
        lease: WorkLease,
        stream: WorkStream,
        offset: u64,
        bytes: Bytes,
    ) -> Result<Accepted, ClientError> {
        self.json(
            work(Call::put, lease, stream.name())
                .query("offset", offset)
                .bytes(BYTES, bytes),
        )
        .await
    }

    /// Sends a state, as the engine wrote it.
    pub async fn put_work_state(&self, lease: WorkLease, state: Bytes) -> Result<(), ClientError> {
        self.nothing(
            work(Call::put, lease, "state")
                .bytes(BYTES, state)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// Sends the plan bundle.
    pub async fn put_work_plan(&self, lease: WorkLease, bundle: Bytes) -> Result<(), ClientError> {
        self.nothing(
            work(Call::put, lease, "plan")
                .bytes(BYTES, bundle)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// Sends the plan as JSON.
    pub async fn put_work_plan_json(&self, lease: WorkLease, plan: Bytes) -> Result<(), ClientError> {
        self.nothing(
            work(Call::put, lease, "plan-json")
                .bytes(JSON, plan)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// Sends the index of a plan's changes, gzipped, after all packs.
    pub async fn put_work_plan_changes(&self, lease: WorkLease, index: Bytes) -> Result<(), ClientError> {
        self.nothing(
            work(Call::put, lease, "plan-changes")
                .bytes(BYTES, index)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// Sends the details of a plan's changes from the number `first` on, gzipped.
    pub async fn put_work_plan_change_pack(
        &self,
        lease: WorkLease,
        first: usize,
        pack: Bytes,
    ) -> Result<(), ClientError> {
        let (item, first) = (lease.item.to_string(), first.to_string());
        let call = Call::put(&["work", &item, "plan-changes", &first]);
        self.nothing(call.bytes(BYTES, pack).timeout(TRANSFER_TIMEOUT)).await
    }

    /// Still here; what now?
    pub async fn work_heartbeat(
        &self,
        lease: WorkLease,
        heartbeat: &Heartbeat,
    ) -> Result<HeartbeatAnswer, ClientError> {
        self.json(body(work(Call::post, lease, "heartbeat"), heartbeat)?).await
    }

    /// What proves to clouds which run the item is, made anew.
    ///
    /// # Errors
    ///
    /// Those of every request.
    pub async fn work_identity(&self, lease: WorkLease) -> Result<Option<WorkIdentity>, ClientError> {
        self.json(work(Call::get, lease, "identity")).await
    }

    /// The end of an item.
    pub async fn complete_work(&self, lease: WorkLease, completion: &Completion) -> Result<(), ClientError> {
        self.nothing(body(work(Call::post, lease, "complete"), completion)?)
            .await
    }
}

fn work(method: fn(&[&str]) -> Call, lease: WorkLease, what: &str) -> Call {
    // The run token belongs to one claim, so it says the fence too.
    method(&["work", &lease.item.to_string(), what])
}

fn body(call: Call, body: &impl Serialize) -> Result<Call, ClientError> {
    Ok(call.bytes(JSON, serde_json::to_vec(body).map_err(ClientError::Encode)?.into()))
}
