//! Our pull requests at Bitbucket Data Center.
//!
//! Whatever is changed is told the version that was seen, so that nothing is written over.

use async_trait::async_trait;
use http::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::wire::{self, Page, User};
use super::{BitbucketDataCenter, HISTORY_PAGES, PAGE, paged};
use crate::forges::client::{Call, split_name};
use crate::forges::model::{ForgeError, PullRequest, PullRequestState};
use crate::forges::proposals::{Merging, Outcome, Proposal, Proposals, merging, other_head};

#[derive(Deserialize)]
struct Versioned {
    #[serde(flatten)]
    request: wire::PullRequest,
    #[serde(default)]
    version: u64,
}

#[derive(Deserialize)]
struct Happening {
    #[serde(default)]
    action: String,
    user: Option<User>,
}

impl BitbucketDataCenter {
    async fn versioned(&self, repository: &str, number: u64) -> Result<(PullRequest, u64), ForgeError> {
        let (project, name) = split_name(repository)?;
        let path = ["projects", project, "repos", name, "pull-requests", &number.to_string()];
        let found: Versioned = self.client.ask(Call::get(&path)).await?.json()?;
        Ok((found.request.into(), found.version))
    }

    /// Who did something to it last.
    async fn doer(&self, repository: &str, number: u64, action: &str) -> Result<Option<User>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        for page in 1..=HISTORY_PAGES {
            let path = [
                "projects",
                project,
                "repos",
                name,
                "pull-requests",
                &number,
                "activities",
            ];
            let found: Page<Happening> = self.client.ask(paged(Call::get(&path), page, PAGE)).await?.json()?;
            // The history begins with the newest.
            let mut found_here = found.values.into_iter().filter(|happening| happening.action == action);
            if let Some(happening) = found_here.next() {
                return Ok(happening.user);
            }
            if found.is_last_page {
                break;
            }
        }
        Ok(None)
    }

    fn change(repository: &str, number: u64, body: &Value) -> Result<Call, ForgeError> {
        let (project, name) = split_name(repository)?;
        let path = ["projects", project, "repos", name, "pull-requests", &number.to_string()];
        Ok(Call::new(Method::PUT, &path).json(body))
    }
}

#[async_trait]
impl Proposals for BitbucketDataCenter {
    async fn proposed(&self, repository: &str, source: &str, target: &str) -> Result<Option<PullRequest>, ForgeError> {
        let (project, name) = split_name(repository)?;
        let call = Call::get(&["projects", project, "repos", name, "pull-requests"])
            .query("at", format!("refs/heads/{source}"))
            .query("direction", "OUTGOING")
            .query("state", "ALL")
            .query("order", "NEWEST");
        let found: Page<wire::PullRequest> = self.client.ask(paged(call, 1, PAGE)).await?.json()?;
        let mut found = found.values.into_iter().map(PullRequest::from);
        Ok(found.find(|found| !found.is_fork && found.base_branch == target))
    }

    async fn propose(&self, repository: &str, wanted: &Proposal<'_>) -> Result<PullRequest, ForgeError> {
        let (project, name) = split_name(repository)?;
        let side = |branch: &str| {
            json!({
                "id": format!("refs/heads/{branch}"),
                "repository": { "slug": name, "project": { "key": project } },
            })
        };
        let body = json!({
            "title": wanted.title,
            "description": wanted.body,
            "fromRef": side(wanted.source),
            "toRef": side(wanted.target),
        });
        let call = Call::new(Method::POST, &["projects", project, "repos", name, "pull-requests"]).json(&body);
        Ok(self.client.ask(call).await?.json::<wire::PullRequest>()?.into())
    }

    async fn describe(&self, repository: &str, number: u64, wanted: &Proposal<'_>) -> Result<(), ForgeError> {
        let (_, version) = self.versioned(repository, number).await?;
        let body = json!({ "version": version, "title": wanted.title, "description": wanted.body });
        self.client
            .ask(Self::change(repository, number, &body)?)
            .await
            .map(drop)
    }

    async fn merge(&self, repository: &str, number: u64, head: &str, message: &str) -> Result<Merging, ForgeError> {
        let (found, version) = self.versioned(repository, number).await?;
        if let Some(refused) = other_head(&found, head) {
            return Ok(refused);
        }
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = ["projects", project, "repos", name, "pull-requests", &number, "merge"];
        let body = json!({ "version": version, "message": message, "strategyId": "no-ff" });
        let call = Call::new(Method::POST, &path).query("version", version).json(&body);
        merging(self.client.ask(call).await)
    }

    async fn close(&self, repository: &str, number: u64) -> Result<(), ForgeError> {
        let (found, version) = self.versioned(repository, number).await?;
        if found.state == PullRequestState::Closed {
            return Ok(());
        }
        let (project, name) = split_name(repository)?;
        let number = number.to_string();
        let path = ["projects", project, "repos", name, "pull-requests", &number, "decline"];
        let call = Call::new(Method::POST, &path)
            .query("version", version)
            .json(&json!({ "version": version }));
        self.client.ask(call).await.map(drop)
    }

    async fn outcome(&self, repository: &str, number: u64) -> Result<Outcome, ForgeError> {
        let (pull_request, _) = self.versioned(repository, number).await?;
        let by = match pull_request.state {
            PullRequestState::Open => None,
            PullRequestState::Merged => self.doer(repository, number, "MERGED").await?,
            PullRequestState::Closed => self.doer(repository, number, "DECLINED").await?,
        };
        Ok(Outcome {
            pull_request,
            by: by.map(Into::into),
        })
    }
}
