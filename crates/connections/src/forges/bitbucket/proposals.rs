//! Our pull requests at Bitbucket Cloud.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::Bitbucket;
use super::wire::{self, Page};
use crate::forges::client::{Call, split_name};
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging, other_head};

#[derive(Deserialize)]
struct Ended {
    #[serde(flatten)]
    request: wire::PullRequest,
    closed_by: Option<wire::User>,
}

#[async_trait]
impl Proposals for Bitbucket {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        let (source, target) = (quoted(source), quoted(target));
        let call = Call::get(&["repositories", workspace, name, "pullrequests"])
            .query(
                "q",
                format!("source.branch.name = \"{source}\" AND destination.branch.name = \"{target}\""),
            )
            .query("state", "OPEN")
            .query("state", "MERGED")
            .query("state", "DECLINED")
            .query("state", "SUPERSEDED")
            .query("sort", "-created_on")
            .query("pagelen", 20);
        let found: Page<wire::PullRequest> = self.client.ask(call).await?.json()?;
        let found = found.values.into_iter().map(PullRequest::from);
        match found.into_iter().find(|found| !found.is_fork) {
            Some(found) => self.completed(repository, found).await.map(Some),
            None => Ok(None),
        }
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let body = json!({
            "title": wanted.title,
            "description": wanted.body,
            "source": { "branch": { "name": wanted.source } },
            "destination": { "branch": { "name": wanted.target } },
            "close_source_branch": false,
        });
        let call = Call::new(Method::POST, &["repositories", workspace, name, "pullrequests"]).json(&body);
        let made: wire::PullRequest = self.client.ask(call).await?.json()?;
        self.completed(repository, made.into()).await
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let path = ["repositories", workspace, name, "pullrequests", &number.to_string()];
        let body = json!({ "title": wanted.title, "description": wanted.body });
        self.client
            .ask(Call::new(Method::PUT, &path).json(&body))
            .await
            .map(drop)
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let found = self.outcome(repository, number).await?;
        // Bitbucket takes no commit with the wish.
        if let Some(refused) = other_head(&found.pull_request, head) {
            return Ok(refused);
        }
        let (workspace, name) = split_name(repository)?;
        let number = number.to_string();
        let path = ["repositories", workspace, name, "pullrequests", &number, "merge"];
        let body = json!({
            "type": "pullrequest",
            "message": message,
            "close_source_branch": false,
            "merge_strategy": "merge_commit",
        });
        merging(self.client.ask(Call::new(Method::POST, &path).json(&body)).await)
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let number = number.to_string();
        let path = ["repositories", workspace, name, "pullrequests", &number, "decline"];
        let declined = self.client.ask(Call::new(Method::POST, &path).json(&json!({}))).await;
        match declined {
            Ok(_) => Ok(()),
            Err(ForgeError::Refused(why)) => {
                // What is not open cannot be declined.
                let path = ["repositories", workspace, name, "pullrequests", &number];
                let found: wire::PullRequest = self.client.ask(Call::get(&path)).await?.json()?;
                match PullRequest::from(found).state {
                    PullRequestState::Closed => Ok(()),
                    PullRequestState::Open | PullRequestState::Merged => Err(ForgeError::Refused(why)),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let (workspace, name) = split_name(repository)?;
        let call = Call::get(&["repositories", workspace, name, "pullrequests", &number.to_string()]);
        let ended: Ended = self.client.ask(call).await?.json()?;
        let pull_request = self.completed(repository, ended.request.into()).await?;
        let is_open = pull_request.state == PullRequestState::Open;
        Ok(Outcome {
            pull_request,
            by: ended.closed_by.filter(|_| !is_open).map(Into::into),
        })
    }
}
