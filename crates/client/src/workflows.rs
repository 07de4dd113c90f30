//! Workflows: changes of many resources.

use slipway_api::ids::{ProjectId, ResourceId, WorkflowId};
use slipway_api::workflows::{NewWorkflow, Workflow, WorkflowStepChanges};
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "workflows";

/// Which workflows of an organization to list.
#[derive(Debug, Clone, Default)]
pub struct WorkflowFilter {
    /// Whose resources are all of this project.
    pub project: Option<ProjectId>,
    /// In one of these statuses, with commas.
    pub status: Option<String>,
    /// That do one of these, with commas.
    pub kind: Option<String>,
}

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The workflows of an organization, the newest first.
    #[must_use]
    pub fn workflows(&self, organization: &Name, filter: &WorkflowFilter) -> Listing<Workflow> {
        let call = Call::get(&["organizations", organization.as_str(), PATH]);
        let call = call.query_option("filter[project]", filter.project);
        let call = call.query_option("filter[status]", filter.status.as_deref());
        Listing::new(self, call.query_option("filter[kind]", filter.kind.as_deref()))
    }

    /// One workflow with its steps.
    pub async fn workflow(&self, id: WorkflowId) -> Result<Resource<Workflow>, ClientError> {
        self.resource(Call::get(&[PATH, &id.to_string()])).await
    }

    /// Makes a workflow, and starts it if that is said.
    pub async fn create_workflow(
        &self,
        organization: &Name,
        wanted: NewWorkflow,
    ) -> Result<Resource<Workflow>, ClientError> {
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&NewDocument::new(wanted))?).await
    }

    /// Starts a workflow.
    pub async fn start_workflow(&self, id: WorkflowId) -> Result<Resource<Workflow>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "start"]))
            .await
    }

    /// Tries the steps of a workflow again that failed.
    pub async fn retry_workflow(&self, id: WorkflowId) -> Result<Resource<Workflow>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "retry"]))
            .await
    }

    /// Changes what a step of a workflow makes, as long as nothing of it was ordered.
    pub async fn change_workflow_step(
        &self,
        id: WorkflowId,
        resource: ResourceId,
        changes: WorkflowStepChanges,
    ) -> Result<Resource<Workflow>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string(), "steps", &resource.to_string()]);
        self.resource(call.json(&NewDocument::new(changes))?).await
    }

    /// Stops a workflow.
    pub async fn cancel_workflow(&self, id: WorkflowId) -> Result<Resource<Workflow>, ClientError> {
        self.resource(Call::post(&[PATH, &id.to_string(), "actions", "cancel"]))
            .await
    }

    /// Deletes a workflow that is not carried out.
    pub async fn delete_workflow(&self, id: WorkflowId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }
}
