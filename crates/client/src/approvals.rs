//! Approval rules, and approving runs.

use slipway_api::approvals::{ApprovalRule, ApprovalRuleSettings, Approvals};
use slipway_api::ids::{ApprovalRuleId, ProjectId, RunId};
use slipway_api::runs::ActionRequest;
use slipway_api::{Name, NewDocument, Resource};

use crate::call::Call;
use crate::client::Client;
use crate::error::ClientError;
use crate::listing::Listing;

/// The part of every path.
const PATH: &str = "approval-rules";

/// Every method's errors are those of a request.
#[expect(clippy::missing_errors_doc, reason = "said once for all methods")]
impl Client {
    /// The approval rules of an organization and of its projects, by name.
    #[must_use]
    pub fn approval_rules(&self, organization: &Name) -> Listing<ApprovalRule> {
        Listing::new(self, Call::get(&["organizations", organization.as_str(), PATH]))
    }

    /// Makes a rule, for the organization or for one of its projects.
    pub async fn create_approval_rule(
        &self,
        organization: &Name,
        project: Option<ProjectId>,
        settings: ApprovalRuleSettings,
    ) -> Result<Resource<ApprovalRule>, ClientError> {
        let mut body = NewDocument::new(settings);
        if let Some(project) = project {
            body = body.with("project", "projects", project);
        }
        let call = Call::post(&["organizations", organization.as_str(), PATH]);
        self.resource(call.json(&body)?).await
    }

    /// Changes a rule.
    pub async fn update_approval_rule(
        &self,
        id: ApprovalRuleId,
        settings: ApprovalRuleSettings,
    ) -> Result<Resource<ApprovalRule>, ClientError> {
        let call = Call::patch(&[PATH, &id.to_string()]);
        self.resource(call.json(&NewDocument::new(settings))?).await
    }

    /// Deletes a rule.
    pub async fn delete_approval_rule(&self, id: ApprovalRuleId) -> Result<(), ClientError> {
        self.nothing(Call::delete(&[PATH, &id.to_string()])).await
    }

    /// Approves a run's plan.
    pub async fn approve_run(&self, id: RunId, comment: &str) -> Result<Resource<Approvals>, ClientError> {
        self.say_on_run(id, "approve", comment).await
    }

    /// Rejects a run's plan.
    pub async fn reject_run(&self, id: RunId, comment: &str) -> Result<Resource<Approvals>, ClientError> {
        self.say_on_run(id, "reject", comment).await
    }

    /// Takes one's own approval or rejection of a run back.
    pub async fn withdraw_run_approval(&self, id: RunId) -> Result<Resource<Approvals>, ClientError> {
        self.say_on_run(id, "withdraw-approval", "").await
    }

    async fn say_on_run(&self, id: RunId, action: &str, comment: &str) -> Result<Resource<Approvals>, ClientError> {
        let call = Call::post(&["runs", &id.to_string(), "actions", action]);
        let body = ActionRequest {
            comment: comment.to_owned(),
        };
        self.resource(call.json(&body)?).await
    }
}
