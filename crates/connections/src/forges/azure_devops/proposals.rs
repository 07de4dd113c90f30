//! Our pull requests at Azure DevOps.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{self, Identity};
use super::{AzureDevops, List};
use crate::forges::client::{Call, cut, split_name};
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging};

/// Characters of a description: Azure DevOps takes no more.
const DESCRIPTION: usize = 4_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    #[serde(flatten)]
    request: wire::PullRequest,
    closed_by: Option<Identity>,
}

impl AzureDevops {
    async fn change(&self, repository: &str, number: u64, body: &Value) -> Result<(), ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = [project, "_apis", "git", "repositories", name, "pullrequests", &number];
        self.ask(Call::new(Method::PATCH, &path).json(body)).await.map(drop)
    }
}

#[async_trait]
impl Proposals for AzureDevops {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let call = Call::get(&[project, "_apis", "git", "repositories", name, "pullrequests"])
            .query("searchCriteria.status", "all")
            .query("searchCriteria.sourceRefName", format!("refs/heads/{source}"))
            .query("searchCriteria.targetRefName", format!("refs/heads/{target}"))
            .query("$top", 20);
        let found: List<wire::PullRequest> = self.ask(call).await?.json()?;
        let found = found.value.into_iter().map(PullRequest::from);
        Ok(found.filter(|found| !found.is_fork).max_by_key(|found| found.number))
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let (project, name) = split_name(repository)?;
        let body = json!({
            "title": wanted.title,
            "description": cut(wanted.body, DESCRIPTION),
            "sourceRefName": format!("refs/heads/{}", wanted.source),
            "targetRefName": format!("refs/heads/{}", wanted.target),
        });
        let path = [project, "_apis", "git", "repositories", name, "pullrequests"];
        let made: wire::PullRequest = self.ask(Call::new(Method::POST, &path).json(&body)).await?.json()?;
        Ok(made.into())
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let body = json!({ "title": wanted.title, "description": cut(wanted.body, DESCRIPTION) });
        self.change(repository, number, &body).await
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let body = json!({
            "status": "completed",
            "lastMergeSourceCommit": { "commitId": head },
            "completionOptions": {
                "mergeStrategy": "noFastForward",
                "mergeCommitMessage": message,
                "deleteSourceBranch": false,
            },
        });
        merging(self.change(repository, number, &body).await)
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let found = self.outcome(repository, number).await?;
        match found.pull_request.state {
            PullRequestState::Closed => Ok(()),
            PullRequestState::Open | PullRequestState::Merged => {
                self.change(repository, number, &json!({ "status": "abandoned" })).await
            }
        }
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = [project, "_apis", "git", "repositories", name, "pullrequests", &number];
        let ended: Ended = self.ask(Call::get(&path)).await?.json()?;
        let pull_request: PullRequest = ended.request.into();
        let is_open = pull_request.state == PullRequestState::Open;
        Ok(Outcome {
            pull_request,
            by: ended.closed_by.filter(|_| !is_open).map(Into::into),
        })
    }
}
