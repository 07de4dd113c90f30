//! Our pull requests at Gitea and Forgejo.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::json;

use super::{Gitea, MOST_PULL_REQUESTS, PAGE};
use crate::forges::client::{Call, split_name};
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging, split_message};
use crate::forges::wire;

/// Pages of a pull request's history that are looked through.
const HISTORY_PAGES: usize = 30;
/// What Gitea says while it looks whether there is a conflict, and when there is one.
const NOT_YET: &str = "Please try again later";

#[derive(Deserialize)]
struct Ended {
    #[serde(flatten)]
    pull: wire::Pull,
    merged_by: Option<wire::User>,
}

#[derive(Deserialize)]
struct Happening {
    #[serde(rename = "type", default)]
    kind: String,
    user: Option<wire::User>,
}

impl Gitea {
    /// Who closed it last.
    async fn closer(&self, repository: &str, number: u64) -> Result<Option<wire::User>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let mut closer = None;
        for page in 1..=HISTORY_PAGES {
            let call = Call::get(&["repos", owner, name, "issues", &number.to_string(), "timeline"])
                .query("page", page)
                .query("limit", PAGE);
            let found: Option<Vec<Happening>> = self.client.ask(call).await?.json()?;
            let found = found.unwrap_or_default();
            let is_last = found.len() < PAGE;
            let mut closed = found.into_iter().filter(|happening| happening.kind == "close");
            closer = closed.next_back().map_or(closer, |happening| happening.user);
            if is_last {
                break;
            }
        }
        Ok(closer)
    }
}

#[async_trait]
impl Proposals for Gitea {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let (owner, name) = split_name(repository)?;
        // One by its branches would be the oldest.
        for page in 1..=MOST_PULL_REQUESTS / PAGE {
            let call = Call::get(&["repos", owner, name, "pulls"])
                .query("state", "all")
                .query("base_branch", target)
                .query("page", page)
                .query("limit", PAGE);
            let reply = self.client.ask(call).await?;
            let found: Vec<wire::Pull> = reply.json()?;
            let mut ours = found.into_iter().map(PullRequest::from).filter(|pull| {
                !pull.is_fork && (pull.head_branch.as_str(), pull.base_branch.as_str()) == (source, target)
            });
            if let Some(found) = ours.next() {
                return Ok(Some(found));
            }
            if !reply.has_next() {
                break;
            }
        }
        Ok(None)
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let body = json!({
            "title": wanted.title, "body": wanted.body, "head": wanted.source, "base": wanted.target,
        });
        let call = Call::new(Method::POST, &["repos", owner, name, "pulls"]).json(&body);
        Ok(self.client.ask(call).await?.json::<wire::Pull>()?.into())
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string()];
        let body = json!({ "title": wanted.title, "body": wanted.body });
        self.client
            .ask(Call::new(Method::PATCH, &path).json(&body))
            .await
            .map(drop)
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string(), "merge"];
        let (title, rest) = split_message(message);
        let body = json!({
            "Do": "merge",
            "MergeTitleField": title,
            "MergeMessageField": rest,
            "head_commit_id": head,
            "delete_branch_after_merge": false,
        });
        let answer = self.client.ask(Call::new(Method::POST, &path).json(&body)).await;
        Ok(match merging(answer)? {
            Merging::Refused(why) if why.contains(NOT_YET) => Merging::Later(why),
            other => other,
        })
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let (owner, name) = split_name(repository)?;
        let path = ["repos", owner, name, "pulls", &number.to_string()];
        let call = Call::new(Method::PATCH, &path).json(&json!({ "state": "closed" }));
        self.client.ask(call).await.map(drop)
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let (owner, name) = split_name(repository)?;
        let call = Call::get(&["repos", owner, name, "pulls", &number.to_string()]);
        let ended: Ended = self.client.ask(call).await?.json()?;
        let pull_request: PullRequest = ended.pull.into();
        let by = match pull_request.state {
            PullRequestState::Open => None,
            PullRequestState::Merged => ended.merged_by,
            PullRequestState::Closed => self.closer(repository, number).await?,
        };
        Ok(Outcome {
            pull_request,
            by: by.map(Into::into),
        })
    }
}
