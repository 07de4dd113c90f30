//! Runs, their phases and logs, and what people do to them.

use bytes::Bytes;
use serde::Deserialize;
use serde_json::Value;
use slipway_api::ids::{ApplyId, ConfigurationVersionId, PlanId, RunId, WorkspaceId};
use slipway_api::jsonapi::Linkage;
use slipway_api::runs::{ActionRequest, NewRun, Phase, Run};
use slipway_api::{Document, Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::configuration_versions::TRANSFER_TIMEOUT;
use crate::error::ClientError;
use crate::listing::Listing;
use crate::log_stream::PhaseId;

/// Which runs; everything absent means all.
#[derive(Debug, Clone, Default)]
pub struct RunFilter {
    /// In this status; several separated by commas.
    pub status: Option<String>,
}

/// A run with its phases.
#[derive(Debug, Clone)]
pub struct RunDocument {
    /// The run.
    pub run: Resource<Run>,
    /// Its plan.
    pub plan: Option<Resource<Phase>>,
    /// Its apply; a run that only plans has none.
    pub apply: Option<Resource<Phase>>,
}

impl RunDocument {
    /// The id of the plan, for its log.
    #[must_use]
    pub fn plan_id(&self) -> Option<PlanId> {
        related(&self.run, "plan")?.parse().ok()
    }

    /// The id of the apply, for its log.
    #[must_use]
    pub fn apply_id(&self) -> Option<ApplyId> {
        related(&self.run, "apply")?.parse().ok()
    }

    /// The id of the run's workspace.
    #[must_use]
    pub fn workspace_id(&self) -> Option<WorkspaceId> {
        related(&self.run, "workspace")?.parse().ok()
    }

    fn new(document: Document<Resource<Run>>) -> Self {
        let run = document.data;
        let plan = phase(&document.included, related(&run, "plan"));
        let apply = phase(&document.included, related(&run, "apply"));
        Self { run, plan, apply }
    }
}

fn related<'a>(run: &'a Resource<Run>, name: &str) -> Option<&'a str> {
    match &run.relationships.get(name)?.data {
        Linkage::One(identifier) => Some(&identifier.id),
        Linkage::Many(_) | Linkage::None => None,
    }
}

fn phase(included: &[Value], id: Option<&str>) -> Option<Resource<Phase>> {
    let id = id?;
    let found = included
        .iter()
        .find(|value| value.get("id").and_then(Value::as_str) == Some(id))?;
    Resource::<Phase>::deserialize(found).ok()
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// A workspace's runs, newest first.
    #[must_use]
    pub fn runs(&self, workspace: WorkspaceId, filter: &RunFilter) -> Listing<Run> {
        let call = Call::get(&["workspaces", &workspace.to_string(), "runs"]);
        Listing::new(self, call.query_option("filter[status]", filter.status.as_deref()))
    }

    /// The runs of all workspaces of an organization that the caller can see, newest first.
    #[must_use]
    pub fn runs_of_organization(&self, organization: &Name, filter: &RunFilter) -> Listing<Run> {
        let call = Call::get(&["organizations", organization.as_str(), "runs"]);
        Listing::new(self, call.query_option("filter[status]", filter.status.as_deref()))
    }

    /// One run with its plan and apply.
    pub async fn run(&self, id: RunId) -> Result<RunDocument, ClientError> {
        let call = Call::get(&["runs", &id.to_string()]).query("include", "plan,apply");
        Ok(RunDocument::new(self.json(call).await?))
    }

    /// Starts a run, of the latest uploaded configuration unless one is given.
    pub async fn create_run(
        &self,
        workspace: WorkspaceId,
        configuration: Option<ConfigurationVersionId>,
        new: NewRun,
    ) -> Result<RunDocument, ClientError> {
        let mut body = NewDocument::new(new).with("workspace", "workspaces", workspace);
        if let Some(configuration) = configuration {
            body = body.with("configuration-version", "configuration-versions", configuration);
        }
        Ok(RunDocument::new(self.json(Call::start(&["runs"]).json(&body)?).await?))
    }

    /// Confirms a run's plan, so that it is applied.
    pub async fn confirm_run(&self, id: RunId, comment: &str) -> Result<(), ClientError> {
        self.act(id, "apply", comment).await
    }

    /// Throws a run's plan away.
    pub async fn discard_run(&self, id: RunId, comment: &str) -> Result<(), ClientError> {
        self.act(id, "discard", comment).await
    }

    /// Asks a run to stop; with `force`, stops it without waiting for the engine.
    pub async fn cancel_run(&self, id: RunId, force: bool, comment: &str) -> Result<(), ClientError> {
        self.act(id, if force { "force-cancel" } else { "cancel" }, comment)
            .await
    }

    /// A part of a phase's log by TFE's protocol: starts with STX at offset 0, ends with ETX once it is complete.
    pub async fn log_bytes(&self, phase: PhaseId, offset: u64, limit: u64) -> Result<Bytes, ClientError> {
        let call = Call::get(&[phase.collection(), &phase.to_string(), "log"]);
        self.download(
            call.query("offset", offset)
                .query("limit", limit)
                .timeout(TRANSFER_TIMEOUT),
        )
        .await
    }

    /// The engine's JSON form of a run's plan.
    pub async fn plan_json(&self, id: RunId) -> Result<Bytes, ClientError> {
        let call = Call::get(&["runs", &id.to_string(), "plan", "json-output"]);
        self.download(call.timeout(TRANSFER_TIMEOUT)).await
    }

    async fn act(&self, id: RunId, action: &str, comment: &str) -> Result<(), ClientError> {
        let call = Call::start(&["runs", &id.to_string(), "actions", action]);
        self.nothing(call.json(&ActionRequest {
            comment: comment.to_owned(),
        })?)
        .await
    }
}
