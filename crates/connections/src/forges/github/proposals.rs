//! Our pull requests at GitHub.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::Github;
use crate::forges::client::{Call, split_name};
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging, split_message};
use crate::forges::wire;

#[derive(Deserialize)]
struct Ended {
    #[serde(flatten)]
    pull: wire::Pull,
    merged_by: Option<wire::User>,
}

#[derive(Deserialize)]
struct Issue {
    closed_by: Option<wire::User>,
}

#[async_trait]
impl Proposals for Github {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "pulls"])
            .query("state", "all")
            .query("head", format!("{owner}:{source}"))
            .query("base", target)
            .query("per_page", 1);
        let found: Vec<wire::Pull> = self.ask(call).await?.json()?;
        Ok(found.into_iter().map(PullRequest::from).next())
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let body = json!({
            "title": wanted.title, "body": wanted.body, "head": wanted.source, "base": wanted.target,
        });
        let call = Call::new(Method::POST, &["repos", owner, name, "pulls"]).json(&body);
        Ok(self.ask(call).await?.json::<wire::Pull>()?.into())
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string()];
        let body = json!({ "title": wanted.title, "body": wanted.body });
        self.ask(Call::new(Method::PATCH, &path).json(&body)).await.map(drop)
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string(), "merge"];
        let (title, rest) = split_message(message);
        let body = json!({
            "commit_title": title, "commit_message": rest, "sha": head, "merge_method": "merge",
        });
        merging(self.ask(Call::new(Method::PUT, &path).json(&body)).await)
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string()];
        let call = Call::new(Method::PATCH, &path).json(&json!({ "state": "closed" }));
        self.ask(call).await.map(drop)
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let number = number.to_string();
        let call = Call::get(&["repos", owner, name, "pulls", &number]);
        let ended: Ended = self.ask(call).await?.json()?;
        let pull_request: PullRequest = ended.pull.into();
        let by = match pull_request.state {
            PullRequestState::Open => None,
            PullRequestState::Merged => ended.merged_by,
            PullRequestState::Closed => {
                // Only the issue that it is says so.
                let call = Call::get(&["repos", owner, name, "issues", &number]);
                self.ask(call).await?.json::<Issue>()?.closed_by
            }
        };
        Ok(Outcome {
            pull_request,
            by: by.map(Into::into),
        })
    }
}
