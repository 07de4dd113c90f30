//! Our merge requests at GitLab.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::Gitlab;
use super::wire::{MergeRequest, User};
use crate::forges::client::Call;
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging};

#[derive(Deserialize)]
struct Ended {
    #[serde(flatten)]
    request: MergeRequest,
    merge_user: Option<User>,
    /// What that was called before GitLab 14.7.
    merged_by: Option<User>,
    closed_by: Option<User>,
}

#[async_trait]
impl Proposals for Gitlab {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let call = Call::get(&["projects", repository, "merge_requests"])
            .query("source_branch", source)
            .query("target_branch", target)
            .query("order_by", "created_at")
            .query("per_page", 20);
        let found: Vec<MergeRequest> = self.client.ask(call).await?.json()?;
        Ok(found.into_iter().map(PullRequest::from).find(|found| !found.is_fork))
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let body = json!({
            "title": wanted.title,
            "description": wanted.body,
            "source_branch": wanted.source,
            "target_branch": wanted.target,
            "squash": false,
        });
        let call = Call::new(Method::POST, &["projects", repository, "merge_requests"]).json(&body);
        Ok(self.client.ask(call).await?.json::<MergeRequest>()?.into())
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let path = ["projects", repository, "merge_requests", &number.to_string()];
        let body = json!({ "title": wanted.title, "description": wanted.body });
        self.client
            .ask(Call::new(Method::PUT, &path).json(&body))
            .await
            .map(drop)
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let path = ["projects", repository, "merge_requests", &number.to_string(), "merge"];
        let body = json!({
            "sha": head,
            "merge_commit_message": message,
            "squash": false,
            "should_remove_source_branch": false,
        });
        merging(self.client.ask(Call::new(Method::PUT, &path).json(&body)).await)
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let path = ["projects", repository, "merge_requests", &number.to_string()];
        let call = Call::new(Method::PUT, &path).json(&json!({ "state_event": "close" }));
        self.client.ask(call).await.map(drop)
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let call = Call::get(&["projects", repository, "merge_requests", &number.to_string()]);
        let ended: Ended = self.client.ask(call).await?.json()?;
        let pull_request: PullRequest = ended.request.into();
        let by = match pull_request.state {
            PullRequestState::Open => None,
            PullRequestState::Merged => ended.merge_user.or(ended.merged_by),
            PullRequestState::Closed => ended.closed_by,
        };
        Ok(Outcome {
            pull_request,
            by: by.map(Into::into),
        })
    }
}
